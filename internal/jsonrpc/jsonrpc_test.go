package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		why, body string
		kind      Kind
		id        string
		err       string // "" is none
	}{
		{"a request", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, Request, "1", ""},
		{"a string id", `{"jsonrpc":"2.0","id":"1","method":"ping"}`, Request, `"1"`, ""},
		{"an id of 2^53 + 1 keeps its digits", `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`, Request, "9007199254740993", ""},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, Notification, "", ""},
		{"a result", `{"jsonrpc":"2.0","id":1,"result":{}}`, Response, "1", ""},
		{"an error without an id", `{"jsonrpc":"2.0","error":{"code":1,"message":"m"}}`, Response, "", ""},
		{"an error with a null id", `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}`, Response, "", ""},
		{"a null id asks for no answer and is none", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, 0, "", "id must be"},
		{"a fraction is no id", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, 0, "", "id must be"},
		{"an id twice: which one to answer?", `{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}`, 0, "", "id stands twice"},
		{"a method twice: which one to check?", `{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}`, 0, "", "method must be one string"},
		{"params must be an object", `{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}`, 0, "", "params must be"},
		{"another version", `{"jsonrpc":"1.0","id":1,"method":"a"}`, 0, "", "jsonrpc must be"},
		{"no version", `{"id":1,"method":"a"}`, 0, "", "jsonrpc must be"},
		{"a method beside a result", `{"jsonrpc":"2.0","id":1,"method":"a","result":{}}`, 0, "", "beside"},
		{"a number", `7`, 0, "", "a message is an object"},
		{"an empty batch", `[]`, 0, "", "an empty batch"},
		{"nothing", ``, 0, "", ErrEmpty.Error()},
		{"white space", " \n", 0, "", ErrEmpty.Error()},
		{"half a message", `{"jsonrpc"`, 0, "", ErrJSON.Error()},
		{"not UTF-8", "{\"jsonrpc\":\"\xff\"}", 0, "", ErrJSON.Error()},
		{"too deep", strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), 0, "", ErrDepth.Error()},
		{"a megabyte of brackets", strings.Repeat("[", 1<<20), 0, "", ErrDepth.Error()},
		{"brackets in a string do not nest", `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("[", 1000) + `"}`, Request, "1", ""},
	} {
		b, err := Parse([]byte(c.body))
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want an error with %q", c.why, err, c.err)
			}
		case err != nil || len(b.Messages) != 1 || b.Messages[0].Kind != c.kind || string(b.Messages[0].ID) != c.id:
			t.Errorf("%s: %+v, %v", c.why, b, err)
		}
	}
}

func TestCanonical(t *testing.T) {
	for _, c := range []struct {
		why, a, b string
		same      bool
	}{
		{"key order and white space", `{"a":1,"b":[1, 2]}`, `{ "b":[1,2],"a":1 }`, true},
		{"escapes", `"\u00e9\/"`, `"é/"`, true},
		{"spellings of a number", `1.0`, `1`, true},
		{"large integers stay distinct", `9007199254740993`, `9007199254740992`, false},
		{"a string is no number", `"1"`, `1`, false},
		{"order in arrays counts", `[1,2]`, `[2,1]`, false},
	} {
		a, err := Canonical([]byte(c.a))
		b, err2 := Canonical([]byte(c.b))
		if err != nil || err2 != nil || (string(a) == string(b)) != c.same {
			t.Errorf("%s: %s and %s, %v %v", c.why, a, b, err, err2)
		}
	}
}

func TestCompact(t *testing.T) {
	const want = `{"a":1.50e3,"a":"\u00e9 \/","b":[]}`
	if got := string(Compact([]byte("{ \"a\" : 1.50e3,\n\"a\":\"\\u00e9 \\/\", \"b\":[ ] }"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzParse holds that what is taken is JSON, that every part lies in the
// text, and that nothing panics.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}`))
	f.Add([]byte(`[{"jsonrpc":"2.0","id":"x","result":null},{"jsonrpc":"2.0","method":"n"}]`))
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"id":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := Parse(body)
		if bad, ok := errors.AsType[*EnvelopeError](err); ok && bad.Reason == "" {
			t.Error("an error without a reason")
		}
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("taken, but no JSON: %q", body)
		}
		for _, m := range b.Messages {
			for _, part := range [][]byte{m.Raw, m.ID, m.Params, m.Result, m.Error} {
				if part != nil && !json.Valid(part) {
					t.Fatalf("a part of %q is no JSON: %q", body, part)
				}
			}
			if a, err := Canonical(append([]byte{}, m.Raw...)); err == nil { // else a name stands twice
				if b, err := Canonical(append([]byte{}, a...)); err != nil || !bytes.Equal(a, b) {
					t.Fatalf("the canonical form of %q is none: %v", m.Raw, err)
				}
			}
		}
	})
}
