package replay

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestReading holds what servers take that the specification has not, and
// the other way round: each as the real one was heard to answer.
func TestReading(t *testing.T) {
	for _, c := range []struct {
		why, dialect, body string
		status             int
		want               string // that is in the answer
	}{
		{"a fraction is whole to JavaScript", "typescript-sdk-1.32", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`, 200, `"id":7,`},
		{"and is refused where it is none", "typescript-sdk-1.32", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, 400, "Invalid JSON-RPC message"},
		{"zod is strict", "typescript-sdk-1.32", `{"jsonrpc":"2.0","id":7,"method":"ping","x":1}`, 400, "Invalid JSON-RPC message"},
		{"of two ids the last", "typescript-sdk-1.32", `{"jsonrpc":"2.0","id":7,"id":9,"method":"ping"}`, 200, `"id":9,`},
		{"a byte order mark is passed over", "typescript-sdk-1.32", "\ufeff" + `{"jsonrpc":"2.0","id":9,"method":"ping"}`, 200, `"id":9,`},
		{"the words of V8", "typescript-sdk-1.12", `not json`, 400, `"data":"SyntaxError: Unexpected token 'o', \"not json\" is not valid JSON"`},
		{"the words of zod", "typescript-sdk-1.12", `{"jsonrpc":"2.0","id":7,"method":"ping","x":1}`, 400, `Unrecognized key(s) in object: 'x'`},
		{"Go cuts off", "go-sdk-1.8", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, 200, `"id":1,`},
		{"and reads one value", "go-sdk-1.8", `{"jsonrpc":"2.0","id":1,"method":"ping"} and more`, 200, `"id":1,`},
		{"which 1.0 did not", "go-sdk-1.0", `{"jsonrpc":"2.0","id":1,"method":"ping"} x`, 400, "invalid character 'x' after top-level value"},
		{"the words of its library", "go-sdk-1.8", `not json`, 400, "malformed payload: unmarshaling jsonrpc message: json: expected 'null' but found invalid token: not json\n"},
		{"white space is a body", "go-sdk-1.8", " \n", 400, "malformed payload: unmarshaling jsonrpc message: EOF\n"},
		{"true is 1 to pydantic at first", "python-sdk-1.9.1", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, 200, `"id":1,`},
		{"and no id later: then it is a notification", "python-sdk-1.26", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, 202, ""},
		{"null params are none", "python-sdk-1.26", `{"jsonrpc":"2.0","id":5,"method":"ping","params":null}`, 200, `"id":5,`},
		{"a result is an object", "python-sdk-1.26", `{"jsonrpc":"2.0","id":99,"result":null}`, 400, "Validation error: "},
		{"the specification takes none of it", "spec", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`, 400, "-32600"},
	} {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect}))
		cl.begin("tester")
		r := cl.post(c.body)
		if r.status != c.status || !strings.Contains(r.body, c.want) {
			t.Errorf("%s: %s: %d %s", c.why, c.dialect, r.status, r.body)
		}
	}
}

// TestReadingLines holds that a line of a pipe is read as a body is. What is
// no message to the server has its error there, too.
func TestReadingLines(t *testing.T) {
	for _, c := range []struct{ why, dialect, line, id string }{
		{"a fraction is whole to JavaScript", "typescript-sdk-1.32", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`, "7"},
		{"of two ids the last", "python-sdk-1.26", `{"jsonrpc":"2.0","id":7,"id":9,"method":"ping"}`, "9"},
		{"true is 1 to pydantic at first", "python-sdk-1.9.1", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, "1"},
		{"Go cuts off", "go-sdk-1.8", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, "1"},
		{"a nothing has no sign", "python-sdk-1.26", `{"jsonrpc":"2.0","id":-0,"method":"ping"}`, "0"},
		{"the specification takes none of it", "spec", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`, ""},
	} {
		p := newProcess(t)
		p.handshake()
		k := p.talk(t, WithScenario(&scenarios.Scenario{Dialect: c.dialect}))
		k.say(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`)
		k.hear()
		k.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, c.line)
		if got := k.hear(); got.Get("error").Exists() != (c.id == "") || c.id != "" && got.Get("id").Raw != c.id {
			t.Errorf("%s: %s: %s", c.why, c.dialect, got.Raw)
		}
	}
}

// TestReadingLive holds that a live server is not read for: what a dialect
// takes for another message passes as what it is.
func TestReadingLive(t *testing.T) {
	d, err := scenarios.LoadDialect("python-sdk-1.9.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, live := range []bool{false, true} {
		q := &visit{p: &Player{options: options{live: live}, gate: gate.New(d, gate.Mock{}, false)}}
		q.Body = []byte(`{"jsonrpc":"2.0","id":true,"method":"ping"}`)
		if q.parse(); (q.BodyErr != nil) != live {
			t.Errorf("live %v: %v", live, q.BodyErr)
		}
	}
}
