package replay

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

func load(t testing.TB, name string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var hex32 = regexp.MustCompile(`^[0-9a-f]{32}$`)

// What python-sdk issue 808 shows, to the byte.
func TestFastMCPMissingSessionID(t *testing.T) {
	const want = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`
	cl := simple(t).play(WithScenario(load(t, "fastmcp-missing-session-id")))
	seen := map[string]bool{}
	for range 2 {
		r := cl.post(ping, "X-Session-ID", "test")
		id := r.header.Get("Mcp-Session-Id")
		if r.status != 400 || r.body != want || r.header.Get("Content-Type") != "application/json" || r.header.Get("Content-Length") != "105" || !hex32.MatchString(id) || seen[id] {
			t.Errorf("got %d %v %s", r.status, r.header, r.body)
		}
		seen[id] = true
	}
	cl.begin("tester")
	if r := cl.call("1", `{"m":"a"}`); r.get("result.content.0.text").Str != "A" {
		t.Errorf("with the right header: %s", r.body)
	}
	if r := cl.post(list5, "Mcp-Session-Id", "", "X-Session-ID", cl.session); r.status != 400 || r.body != want {
		t.Errorf("the id under the wrong name: %d %s", r.status, r.body)
	}
	always := simple(t).play(WithScenario(load(t, "fastmcp-missing-session-id-always")))
	for _, body := range []string{fmt.Sprintf(initialize, 1, "2025-03-26", "x"), ping, list5} {
		if r := always.post(body, "Mcp-Session-Id", "abc"); r.status != 400 || r.body != want || !hex32.MatchString(r.header.Get("Mcp-Session-Id")) {
			t.Errorf("always: %d %v %s", r.status, r.header, r.body)
		}
	}
}

// The id that comes with the refusal opens a session that was never
// initialized; using it kills the server for everybody, as at 1.9.1.
func TestPythonCrash(t *testing.T) {
	cl := simple(t).play(WithScenario(load(t, "fastmcp-missing-session-id")))
	cl.session = cl.post(ping).header.Get("Mcp-Session-Id")
	if r := cl.post(ping); r.status != 200 || r.body != "" || r.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("the fatal request: %d %v %q", r.status, r.header, r.body)
	}
	other := *cl
	other.session = ""
	if r := other.post(fmt.Sprintf(initialize, 1, "2025-03-26", "x")); r.status != 500 || r.body != "Internal Server Error" || r.header.Get("Mcp-Session-Id") != "" {
		t.Errorf("afterwards: %d %v %q", r.status, r.header, r.body)
	}
}

func TestStatelessIsTheCure(t *testing.T) {
	cl := simple(t).play(WithScenario(load(t, "stateless-http")))
	r := cl.post(list5, "X-Session-ID", "whatever")
	if r.status != 200 || !r.get("result.tools").Exists() || r.header.Get("Mcp-Session-Id") != "" {
		t.Errorf("got %d %v %s", r.status, r.header, r.body)
	}
}

func TestSession404(t *testing.T) {
	cl := simple(t).play(WithScenario(load(t, "session-404-no-reinit")))
	cl.begin("tester")
	if r := cl.call("1", `{"m":"a"}`); r.status != 200 {
		t.Errorf("the first call: %d %s", r.status, r.body)
	}
	for range 2 {
		if r := cl.call("2", `{"m":"b"}`); r.status != 404 || r.get("error.code").Int() != -32600 {
			t.Errorf("the second call, and on: %d %s", r.status, r.body)
		}
	}
	cl.session = ""
	cl.begin("tester")
	for _, m := range []string{"a", "b"} {
		if r := cl.call("3", `{"m":"`+m+`"}`); r.status != 200 || r.get("error").Exists() {
			t.Errorf("after initializing again, call %s: %d %s", m, r.status, r.body)
		}
	}
}

func TestWrongHeaderName(t *testing.T) {
	cl := simple(t).play(WithScenario(load(t, "wrong-header-name")))
	cl.begin("tester")
	if r := cl.post(list5, "Mcp-Session-Id", "", "X-Session-ID", cl.session); r.status != 400 || !strings.Contains(r.body, "you sent X-Session-ID; the header is Mcp-Session-Id") {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

// The probe matrix: the same request, and what each server makes of it.
func TestDialects(t *testing.T) {
	const (
		python = "python-sdk-1.9.1"
		ts     = "typescript-sdk-1.32"
		gosdk  = "go-sdk-1.8"
	)
	for _, c := range []struct {
		dialect, why string
		begun        bool
		method, body string
		headers      []string
		status       int
		contentType  string
		want         string // the whole body
	}{
		{python, "an unknown id", true, "POST", list5, []string{"Mcp-Session-Id", "nope"}, 400, "", "Bad Request: No valid session ID provided"},
		{python, "Accept */*", true, "POST", list5, []string{"Accept", "*/*"}, 406, "application/json", `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"}}`},
		{python, "GET without an id", true, "GET", "", []string{"Mcp-Session-Id", "", "Accept", "text/event-stream"}, 400, "application/json", `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`},
		{python, "PUT", true, "PUT", "", nil, 405, "application/json", `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Method Not Allowed"}}`},
		{python, "DELETE", true, "DELETE", "", nil, 200, "application/json", ""},
		{python, "a notification", true, "POST", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, nil, 202, "application/json", ""},
		{python, "an unknown version is not looked at", true, "POST", ping, []string{"MCP-Protocol-Version", "1999-01-01"}, 200, "text/event-stream", "event: message\r\ndata: " + `{"jsonrpc":"2.0","id":9,"result":{}}` + "\r\n\r\n"},
		{ts, "before any session", false, "POST", ping, nil, 400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`},
		{ts, "without an id", true, "POST", list5, []string{"Mcp-Session-Id", ""}, 400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`},
		{ts, "an unknown id", true, "POST", list5, []string{"Mcp-Session-Id", "nope"}, 404, "application/json", `{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{ts, "malformed JSON", true, "POST", `{`, nil, 400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: Invalid JSON"},"id":null}`},
		{ts, "initialize twice", true, "POST", fmt.Sprintf(initialize, 1, "2025-11-25", "x"), nil, 400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`},
		{ts, "an unknown version", true, "POST", list5, []string{"MCP-Protocol-Version", "1999-01-01"}, 400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version: 1999-01-01 (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{ts, "a batch is served at any revision", true, "POST", `[` + ping + `]`, nil, 200, "text/event-stream", "event: message\ndata: " + `{"jsonrpc":"2.0","id":9,"result":{}}` + "\n\n"},
		{gosdk, "ping without a session", false, "POST", ping, nil, 200, "application/json", `{"jsonrpc":"2.0","id":9,"result":{}}`},
		{gosdk, "a request without a session", true, "POST", list5, []string{"Mcp-Session-Id", ""}, 200, "text/event-stream", "event: message\ndata: " + `{"jsonrpc":"2.0","id":5,"error":{"code":0,"message":"method \"tools/list\" is invalid during session initialization"}}` + "\n\n"},
		{gosdk, "an unknown id", true, "POST", list5, []string{"Mcp-Session-Id", "nope"}, 404, "text/plain; charset=utf-8", "session not found\n"},
		{gosdk, "Accept without streams", true, "POST", list5, []string{"Accept", "application/json"}, 400, "text/plain; charset=utf-8", "Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{gosdk, "DELETE", true, "DELETE", "", nil, 204, "", ""},
		{gosdk, "an unknown method", true, "POST", `{"jsonrpc":"2.0","id":1,"method":"no/such"}`, nil, 400, "text/plain; charset=utf-8", "JSON RPC not handled: \"no/such\" unsupported\n"},
		{gosdk, "GET without an id", true, "GET", "", []string{"Mcp-Session-Id", "", "Accept", "text/event-stream"}, 400, "text/plain; charset=utf-8", "Bad Request: GET requires an Mcp-Session-Id header\n"},
	} {
		t.Run(c.dialect+"/"+c.why, func(t *testing.T) {
			cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect, Sessions: "required"}))
			if c.begun {
				cl.begin("tester")
			}
			r := cl.do(c.method, c.body, c.headers...)
			if r.status != c.status || r.header.Get("Content-Type") != c.contentType || r.body != c.want {
				t.Errorf("got %d %q\n%s\nwant %d %q\n%s", r.status, r.header.Get("Content-Type"), r.body, c.status, c.contentType, c.want)
			}
			if _, ok := r.header["Content-Type"]; ok && c.contentType == "" {
				t.Error("a Content-Type where the real server sends none")
			}
		})
	}
}
