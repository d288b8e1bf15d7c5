package gowords

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestRead holds what servers of both versions make of a body: what they say,
// else the messages. Each is from the wire of a real one.
func TestRead(t *testing.T) {
	const ping = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
	for _, c := range []struct{ why, body, old, now string }{
		{"no JSON", `not json`, "unmarshaling jsonrpc message: invalid character 'o' in literal null (expecting 'u')", "unmarshaling jsonrpc message: json: expected 'null' but found invalid token: not json"},
		{"cut off", `{"jsonrpc":"2.0","id":2,`, "unmarshaling jsonrpc message: unexpected end of JSON input", "unmarshaling jsonrpc message: unexpected EOF"},
		{"a number", `42`, "unmarshaling jsonrpc message: json: cannot unmarshal number into Go value of type jsonrpc2.wireCombined", `unmarshaling jsonrpc message: json: cannot unmarshal "42" into Go value of type jsonrpc2.wireDecode`},
		{"jsonrpc of another type", `{"jsonrpc":2.0,"id":2,"method":"ping"}`, "unmarshaling jsonrpc message: json: cannot unmarshal number into Go struct field wireCombined.jsonrpc of type string", `unmarshaling jsonrpc message: json: cannot unmarshal "2.0,\"id\":2,\"method\":\"ping\"}" into Go struct field jsonrpc2.wireDecode.jsonrpc of type string`},
		{"another version", `{"jsonrpc":"1.0","id":2,"method":"ping"}`, `invalid message version tag "1.0"; expected "2.0"`, `invalid message version tag "1.0"; expected "2.0"`},
		{"an id of another type", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, "parse error: invalid ID type bool", "parse error: invalid ID type bool"},
		{"an id that is an array", `{"jsonrpc":"2.0","id":[],"method":"ping"}`, "parse error: invalid ID type []interface {}", "parse error: invalid ID type []interface {}"},
		{"nothing in a batch", `[]`, "empty batch", "empty batch"},
		{"null, which is as good as that", `null`, "empty batch", "empty batch"},
		{"neither method nor id", `{"jsonrpc":"2.0","result":{}}`, "invalid request", "invalid request"},
		{"an id is cut off", `{"jsonrpc":"2.0","id":2.9,"method":"ping"}`, ping, ping},
		{"the last of two counts", `{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}`, ping, ping},
		{"null params are none", `{"jsonrpc":"2.0","id":2,"method":"ping","params":null}`, ping, ping},
		{"a method is stronger than a result", `{"jsonrpc":"2.0","id":2,"method":"ping","result":{}}`, ping, ping},
		{"what is no request is a response", `{"jsonrpc":"2.0","id":2}`, `{"jsonrpc":"2.0","id":2,"result":{}}`, `{"jsonrpc":"2.0","id":2,"result":{}}`},
		{"a method that is null", `{"jsonrpc":"2.0","id":2,"method":null}`, `{"jsonrpc":"2.0","id":2,"result":{}}`, `{"jsonrpc":"2.0","id":2,"method":""}`},
		{"more after it", ping + ` x`, "unmarshaling jsonrpc message: invalid character 'x' after top-level value", ping},
		{"params of a notification that are no object", `{"jsonrpc":"2.0","method":"a","params":[]}`, `{"jsonrpc":"2.0","method":"a"}`, `{"jsonrpc":"2.0","method":"a"}`},
	} {
		for l, want := range []string{c.old, c.now} {
			messages, _, err := Read([]byte(c.body), Library(l))
			got := fmt.Sprint(err)
			if err == nil {
				got = string(messages[0])
			}
			if got != want {
				t.Errorf("%s, library %d:\n got %s\nwant %s", c.why, l, got, want)
			}
		}
	}
}

// TestDepth holds that a body which nests without end is refused, and does not
// exhaust the stack.
func TestDepth(t *testing.T) {
	for _, c := range []struct{ why, body string }{
		{"arrays", strings.Repeat("[", 4<<20)},
		{"objects", strings.Repeat(`{"a":`, 1<<20)},
		{"an id", `{"jsonrpc":"2.0","id":` + strings.Repeat("[", 2<<20) + strings.Repeat("]", 2<<20) + `}`},
	} {
		for _, l := range []Library{Standard, Segmentio} {
			if _, _, err := Read([]byte(c.body), l); err == nil || len(err.Error()) > 100 {
				t.Errorf("%s, library %d: %.200v", c.why, l, err)
			}
		}
	}
}

// FuzzRead holds that nothing makes it panic, and that messages are JSON.
func FuzzRead(f *testing.F) {
	for _, s := range []string{`not json`, `[{"jsonrpc":"2.0","id":1.5,"method":"a","params":{}}]`, `{"jsonrpc":"2.0","id":"x","error":{"code":1}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, l := range []Library{Standard, Segmentio} {
			messages, _, err := Read(body, l)
			for _, m := range messages {
				if err == nil && !json.Valid(m) {
					t.Errorf("%s is no JSON", m)
				}
			}
		}
	})
}
