package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const ping = `{"jsonrpc":"2.0","id":9,"method":"ping"}`

// Every row of the table of what the specification's dialect answers.
func TestGate(t *testing.T) {
	list := `{"jsonrpc":"2.0","id":5,"method":"tools/list"}`
	deep := strings.Repeat("[", 1024) + strings.Repeat("]", 1024)
	init := fmt.Sprintf(initialize, 1, "2025-11-25", "x")
	for _, c := range []struct {
		why      string
		sessions string
		fresh    bool // no handshake before
		method   string
		body     string
		headers  []string
		status   int
		code     int64
		text     string // in the body
		id       string // of the error: its JSON, "" for absent
	}{
		{"ping without an id", "required", true, "POST", ping, nil, 400, -32600, "initialize", "9"},
		{"a request without an id", "required", false, "POST", list, []string{"Mcp-Session-Id", ""}, 400, -32600, "Mcp-Session-Id", "5"},
		{"the wrong header name", "required", false, "POST", list, []string{"Mcp-Session-Id", "", "X-Session-ID", "abc"}, 400, -32600, "you sent X-Session-ID; the header is Mcp-Session-Id", "5"},
		{"a notification without an id", "required", false, "POST", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, []string{"Mcp-Session-Id", ""}, 400, -32600, "", ""},
		{"GET without an id", "required", false, "GET", "", []string{"Mcp-Session-Id", "", "Accept", "text/event-stream"}, 400, -32600, "", ""},
		{"DELETE without an id", "required", false, "DELETE", "", []string{"Mcp-Session-Id", ""}, 400, -32600, "", ""},
		{"an unknown id", "required", false, "POST", list, []string{"Mcp-Session-Id", "nope"}, 404, -32600, "never issued", "5"},
		{"GET with an unknown id", "required", false, "GET", "", []string{"Mcp-Session-Id", "nope", "Accept", "text/event-stream"}, 404, -32600, "", ""},
		{"a request before initialize", "optional", true, "POST", list, nil, 400, -32600, "initialize", "5"},
		{"ping before initialize", "optional", true, "POST", ping, nil, 200, 0, `"result":{}`, "9"},
		{"a probe before initialize", "optional", true, "POST", `{"jsonrpc":"2.0","id":1,"method":"server/discover"}`, nil, 400, -32600, "initialize", "1"},
		{"stateless without initialize", "stateless", true, "POST", list, nil, 200, 0, `"tools"`, "5"},
		{"stateless GET", "stateless", true, "GET", "", []string{"Accept", "text/event-stream"}, 405, -32600, "", ""},
		{"stateless DELETE", "stateless", true, "DELETE", "", nil, 405, -32600, "", ""},
		{"a second initialize in the session", "required", false, "POST", init, nil, 400, -32600, "", "1"},
		{"another initialize without an id", "required", false, "POST", init, []string{"Mcp-Session-Id", ""}, 200, 0, "serverInfo", "1"},
		{"an unknown version", "required", false, "POST", list, []string{"MCP-Protocol-Version", "1999-01-01"}, 400, -32600, "1999-01-01", "5"},
		{"known but not negotiated", "required", false, "POST", list, []string{"MCP-Protocol-Version", "2025-06-18"}, 200, 0, `"tools"`, "5"},
		{"an unknown version on initialize", "required", true, "POST", init, []string{"MCP-Protocol-Version", "1999-01-01"}, 200, 0, "serverInfo", "1"},
		{"Accept without event streams", "required", false, "POST", list, []string{"Accept", "application/json"}, 406, -32600, "text/event-stream", "5"},
		{"Accept without JSON", "required", false, "POST", list, []string{"Accept", "text/event-stream"}, 406, -32600, "", "5"},
		{"Accept */*", "required", false, "POST", list, []string{"Accept", "*/*"}, 200, 0, `"tools"`, "5"},
		{"Accept application/* and text/event-stream", "required", false, "POST", list, []string{"Accept", "application/*, text/event-stream"}, 200, 0, `"tools"`, "5"},
		{"GET without text/event-stream", "required", false, "GET", "", []string{"Accept", "application/json"}, 406, -32600, "", ""},
		{"Content-Type text/plain", "required", false, "POST", list, []string{"Content-Type", "text/plain"}, 415, -32600, "application/json", "5"},
		{"Content-Type with a charset", "required", false, "POST", list, []string{"Content-Type", "application/json; charset=utf-8"}, 200, 0, `"tools"`, "5"},
		{"malformed JSON", "required", false, "POST", `{"jsonrpc":`, nil, 400, -32700, "", ""},
		{"no body", "required", false, "POST", ``, nil, 400, -32700, "", ""},
		{"not JSON-RPC", "required", false, "POST", `{"id":3,"hello":1}`, nil, 400, -32600, "", "3"},
		{"an id that is no integer", "required", false, "POST", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, nil, 400, -32600, "", ""},
		{"too deep", "required", false, "POST", deep, nil, 400, -32700, "", ""},
		{"too large", "required", false, "POST", `{"a":"` + strings.Repeat("x", 5<<20) + `"}`, nil, 413, -32600, "", ""},
		{"a batch in 2025-11-25", "required", false, "POST", `[` + ping + `]`, nil, 400, -32600, "batch", ""},
		{"a batch in 2025-06-18", "required", false, "POST", `[` + ping + `]`, []string{"MCP-Protocol-Version", "2025-06-18"}, 400, -32600, "", ""},
		{"a batch in 2025-03-26", "required", false, "POST", `[` + ping + `,` + list + `]`, []string{"MCP-Protocol-Version", "2025-03-26"}, 200, 0, `"tools"`, ""},
		{"initialize in a batch", "required", true, "POST", `[` + init + `]`, []string{"MCP-Protocol-Version", "2025-03-26"}, 400, -32600, "batch", ""},
		{"a foreign Origin", "required", false, "POST", list, []string{"Origin", "http://evil.example"}, 403, -32600, "", ""},
		{"a local Origin", "required", false, "POST", list, []string{"Origin", "http://localhost:3000"}, 200, 0, `"tools"`, "5"},
		{"an origin that only begins like a local one", "required", false, "POST", list, []string{"Origin", "http://localhost.evil.example"}, 403, -32600, "", ""},
		{"a null Origin", "required", false, "POST", list, []string{"Origin", "null"}, 403, -32600, "", ""},
		{"a foreign Host", "required", false, "POST", list, []string{"Host", "evil.example"}, 403, -32600, "", ""},
		{"an IPv6 loopback Host", "required", false, "POST", list, []string{"Host", "[::1]:1234"}, 200, 0, `"tools"`, "5"},
		{"PUT", "required", false, "PUT", "", nil, 405, -32600, "", ""},
		{"OPTIONS that is no preflight", "required", false, "OPTIONS", "", nil, 405, -32600, "", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			cl := simple(t).play(WithSessions(c.sessions))
			if !c.fresh {
				cl.begin("tester")
			}
			r := cl.do(c.method, c.body, c.headers...)
			if r.status != c.status || r.get("error.code").Int() != c.code || !strings.Contains(r.body, c.text) {
				t.Errorf("got %d %s, want %d, code %d and %q", r.status, r.body, c.status, c.code, c.text)
			}
			if got := r.get("id").Raw; c.code != 0 && got != c.id {
				t.Errorf("the error's id is %q, want %q: %s", got, c.id, r.body)
			}
			if c.status == 405 && r.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
}

// What leniency serves it also notes.
func TestLenient(t *testing.T) {
	cl := simple(t).play(WithLenient())
	r := cl.post(`{"jsonrpc":"2.0","id":5,"method":"tools/list"}`, "Accept", "application/json", "Content-Type", "text/plain")
	if r.status != 200 || !r.get("result.tools").Exists() {
		t.Errorf("got %d %s, want the answer", r.status, r.body)
	}
	if n := cl.player.Journal().Count("noted"); n < 3 {
		t.Errorf("%d breaches noted, want those of Accept, Content-Type and session", n)
	}
	if r := cl.post(list5, "Origin", "http://evil.example"); r.status != 403 {
		t.Errorf("a foreign origin got %d: leniency is not for safety", r.status)
	}
}

const list5 = `{"jsonrpc":"2.0","id":5,"method":"tools/list"}`

// Hosts and origins are admitted as a refusal says them, and a URL ends.
func TestAllowed(t *testing.T) {
	for allowed, sent := range map[string]string{
		"Mock.example": "mock.example", "mock.example": "mock.example:6625", "mock.example:80": "mock.example:6625",
		"[fd00::1]:80": "[fd00::1]:6625", "fd00::1": "[fd00::1]",
	} {
		if p := simple(t).play(WithAllowHost(allowed)).player; !slices.Contains(p.allowHosts, hostname(sent)) {
			t.Errorf("with host %s allowed, %s is not", allowed, sent)
		}
	}
	cl := simple(t).play(WithAllowOrigin("https://App.example/"))
	if r := cl.do("OPTIONS", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST"); r.status != 204 {
		t.Errorf("an origin that was allowed with a slash: %d", r.status)
	}
}

func TestPreflight(t *testing.T) {
	cl := simple(t).play(WithAllowOrigin("https://app.example"))
	r := cl.do("OPTIONS", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if r.status != 204 || r.header.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Mcp-Session-Id") {
		t.Errorf("preflight: %d %v", r.status, r.header)
	}
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf("mcp-param-p%d", i)
	}
	const always = "Content-Type, Accept, Authorization, Last-Event-Id, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name"
	for _, c := range []struct{ why, asked, want string }{
		{"nothing is asked for", "", always},
		{"those of every modern request", "content-type,mcp-method,mcp-name,mcp-protocol-version", always},
		{"those of a tool's arguments, which are its own", "mcp-method, mcp-param-region,Mcp-Param-X_y", always + ", mcp-param-region, Mcp-Param-X_y"},
		{"others are not granted", "x-secret,mcp-parameter,mcp-param-", always},
		{"nor what is no name", `mcp-param-a b,mcp-param-é,mcp-param-",mcp-param-ok`, always + ", mcp-param-ok"},
		{"nor a name without an end", "mcp-param-" + strings.Repeat("x", 200), always},
		{"nor names without one", strings.Join(many, ","), always + ", " + strings.Join(many[:64], ", ")},
	} {
		r := cl.do("OPTIONS", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", c.asked)
		if got := r.header.Get("Access-Control-Allow-Headers"); r.status != 204 || got != c.want {
			t.Errorf("%s: %d %q, want %q", c.why, r.status, got, c.want)
		}
	}
	r = cl.post(fmt.Sprintf(initialize, 1, "2025-11-25", "x"), "Origin", "https://app.example")
	if !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "Mcp-Session-Id") {
		t.Errorf("the session id is hidden from browsers: %v", r.header)
	}
	if r := cl.do("OPTIONS", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST"); r.status != 403 {
		t.Errorf("preflight of a foreign origin: %d", r.status)
	}
}
