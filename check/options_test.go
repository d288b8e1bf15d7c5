package check

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestWithCall holds what may be the arguments of a call.
func TestWithCall(t *testing.T) {
	for _, c := range []struct{ why, arguments, want, err string }{
		{"a tool may need none", "", "{}", ""},
		{"over stdio a message is one line", "{\n  \"city\": \"Oslo\"\n}", `{"city":"Oslo"}`, ""},
		{"arguments have names", `["Oslo"]`, "", "no JSON object"},
		{"null is not none", "null", "", "no JSON object"},
		{"what breaks off would break the message", `{"city":`, "", "no JSON object"},
	} {
		o, err := settle([]Option{WithCall("get_forecast", json.RawMessage(c.arguments))})
		switch {
		case c.err == "" && (err != nil || o.arguments != c.want):
			t.Errorf("%s: %s, %v", c.why, o.arguments, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: %v", c.why, err)
		}
	}
}

// TestNotAsked holds that arguments of which nothing can come are refused
// before anybody is asked.
func TestNotAsked(t *testing.T) {
	bad := WithCall("x", json.RawMessage("7"))
	for why, ask := range map[string]func() error{
		"no URL": func() error { _, err := HTTP(t.Context(), "localhost:8000"); return err },
		"a header of two lines": func() error {
			_, err := HTTP(t.Context(), "http://127.0.0.1:1/mcp", WithHeader("A", "b\r\nC: d"))
			return err
		},
		"arguments over HTTP":       func() error { _, err := HTTP(t.Context(), "http://127.0.0.1:1/mcp", bad); return err },
		"arguments over stdio":      func() error { _, err := Stdio(t.Context(), []string{"no-such-program"}, bad); return err },
		"no command":                func() error { _, err := Stdio(t.Context(), nil); return err },
		"a survey needs a URL, too": func() error { _, err := Survey(t.Context(), "/mcp"); return err },
	} {
		err := ask()
		if _, missing := err.(*Unreachable); err == nil || missing {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestUncallable holds that a call which cannot be right is not held against
// the server.
func TestUncallable(t *testing.T) {
	list := gjson.Parse(`{"tools":[{"name":"time"},{"name":"get_forecast","inputSchema":{"required":["city","days"]}}]}`)
	for _, c := range []struct {
		why, tool, arguments string
		list                 gjson.Result
		said, cure           string
	}{
		{"it is there and needs nothing", "time", "{}", list, "", ""},
		{"it has what it needs", "get_forecast", `{"city":"Oslo","days":1}`, list, "", ""},
		{"it lacks something", "get_forecast", `{"city":"Oslo"}`, list, "not called: get_forecast needs days", `add them:  --arguments '{"days": ...}'`},
		{"it is not there", "nosuch", "{}", list, "no tool nosuch: it has time, get_forecast", "name one of these:  --call NAME"},
		{"there is none", "nosuch", "{}", gjson.Parse(`{"tools":[]}`), "no tool nosuch: the server has none", "leave --call out"},
		{"it may be on a later page", "nosuch", "{}", gjson.Parse(`{"tools":[{"name":"a"}],"nextCursor":"2"}`), "", ""},
		{"the server has no list", "nosuch", "{}", gjson.Result{}, "", ""},
		{"nobody named one", "", "{}", list, "", ""},
	} {
		o := options{tool: c.tool, arguments: c.arguments}
		if said, cure := o.uncallable(c.list); said != c.said || cure != c.cure {
			t.Errorf("%s: %q, %q", c.why, said, cure)
		}
	}
}
