package replay

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What the Python servers answered on the wire, where their versions differ.
// interop/run dialects-python asks the real ones more than a hundred probes.
func TestPythonDialects(t *testing.T) {
	const (
		p191, p112, p126, p129 = "python-sdk-1.9.1", "python-sdk-1.12", "python-sdk-1.26", "python-sdk-1.29"
		p130, p20, p23         = "python-sdk-1.30", "python-sdk-2.0", "python-sdk-2.3"

		text, typed, stream = "", "application/json", "text/event-stream"

		discover = `{"jsonrpc":"2.0","id":6,"method":"server/discover"}`
		future   = `{"jsonrpc":"2.0","id":6,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":{}}}}`
	)
	old := func(code int, message string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":"server-error","error":{"code":%d,"message":"%s"}}`, code, message)
	}
	null := func(code int, message string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":null,"error":{"code":%d,"message":"%s"}}`, code, message)
	}
	inBand := func(id, failure string) string {
		return "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + failure + "}\r\n\r\n"
	}
	const invalid = `{"code":-32602,"message":"Invalid request parameters","data":""}`
	unknown := []string{"Mcp-Session-Id", "nope"}
	none := []string{"Mcp-Session-Id", ""}
	version := func(v string) []string { return []string{"MCP-Protocol-Version", v} }

	for _, c := range []struct {
		dialects    string // separated by spaces
		why         string
		begun       bool
		method      string
		body        string
		headers     []string
		status      int
		contentType string
		shown       bool   // it shows a session id
		want        string // the whole body
	}{
		{p191 + " " + p112, "an unknown session was text until 1.26", true, "POST", ping, unknown, 400, text, false, "Bad Request: No valid session ID provided"},
		{p126 + " " + p129 + " " + p130, "and is a 404 since", true, "POST", ping, unknown, 404, typed, false, old(-32600, "Session not found")},
		{p20 + " " + p23, "with null for its id in 2.x", true, "POST", ping, unknown, 404, typed, false, null(-32600, "Session not found")},
		{p112 + " " + p130, "a refusal without a session shows one, as in issue 808", false, "POST", ping, nil, 400, typed, true, old(-32600, "Bad Request: Missing session ID")},
		{p23, "in 2.x, too", false, "GET", "", []string{"Accept", "text/event-stream"}, 400, typed, true, null(-32600, "Bad Request: Missing session ID")},

		{p191, "1.9.1 looks at Content-Type after Accept", true, "POST", ping, []string{"Content-Type", "text/plain"}, 415, typed, true, old(-32600, "Unsupported Media Type: Content-Type must be application/json")},
		{p112 + " " + p126 + " " + p23, "later ones before, in text", true, "POST", ping, []string{"Content-Type", "text/plain", "Accept", "text/html"}, 400, text, false, "Invalid Content-Type header"},
		{p112 + " " + p130, "a media type in capitals gets by the first look only", true, "POST", ping, []string{"Content-Type", "Application/JSON"}, 415, typed, true, old(-32600, "Unsupported Media Type: Content-Type must be application/json")},
		{p191 + " " + p130, "wildcards are refused in 1.x", true, "POST", ping, []string{"Accept", "*/*"}, 406, typed, true, old(-32600, "Not Acceptable: Client must accept both application/json and text/event-stream")},
		{p112, "and so are media types in capitals", true, "POST", ping, []string{"Accept", "APPLICATION/JSON, Text/Event-Stream"}, 406, typed, true, old(-32600, "Not Acceptable: Client must accept both application/json and text/event-stream")},
		{p20 + " " + p23, "wildcards count in 2.x, and get a stream", true, "POST", ping, []string{"Accept", "*/*"}, 200, stream, true, "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\r\n\r\n"},

		{p191, "1.9.1 knows no version header", true, "POST", ping, version("1999-01-01"), 200, stream, true, "event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\r\n\r\n"},
		{p112, "the versions of 1.12, oldest first", true, "POST", ping, version("1999-01-01"), 400, typed, true, old(-32600, "Bad Request: Unsupported protocol version: 1999-01-01. Supported versions: 2024-11-05, 2025-03-26, 2025-06-18")},
		{p126, "the versions of 1.26", true, "DELETE", "", version("1999-01-01"), 400, typed, true, old(-32600, "Bad Request: Unsupported protocol version: 1999-01-01. Supported versions: 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25")},
		{p112, "the session is looked at before the version", false, "POST", ping, version("1999-01-01"), 400, typed, true, old(-32600, "Bad Request: Missing session ID")},
		{p20 + " " + p23, "in 2.x another version is not of this era", true, "POST", ping, version("1999-01-01"), 400, typed, false,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32602,"message":"params._meta must be an object carrying the required 'io.modelcontextprotocol/protocolVersion' and 'io.modelcontextprotocol/clientCapabilities' envelope keys"}}`},
		{p20, "which has no GET", true, "GET", "", append(version("1999-01-01"), "Accept", "text/event-stream"), 405, text, false, ""},
		{p20, "and a body that says nothing of it", false, "POST", "{}", version("2026-07-28"), 400, typed, false, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Body must be a single JSON-RPC request object"},"id":null}`},
		{p23, "in other words since", false, "POST", "[]", version("2026-07-28"), 400, typed, false, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Body must be a single JSON-RPC request or notification object"},"id":null}`},
		{p23, "and no JSON", false, "POST", "x", version("2026-07-28"), 400, typed, false, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}`},
		{p23, "half a _meta", false, "POST", `{"jsonrpc":"2.0","id":6,"method":"ping","params":{"_meta":{}}}`, version("2026-07-28"), 400, typed, false,
			`{"jsonrpc":"2.0","id":6,"error":{"code":-32602,"message":"params._meta is missing the required envelope key(s): io.modelcontextprotocol/protocolVersion, io.modelcontextprotocol/clientCapabilities"}}`},
		{p23, "two versions in one request", false, "POST", fmt.Sprintf(future, "2026-07-28"), append(version("2099-01-01"), "Mcp-Method", "ping"), 400, typed, false,
			`{"jsonrpc":"2.0","id":6,"error":{"code":-32020,"message":"mcp-protocol-version header does not match the request envelope's protocol version"}}`},
		{p23, "a method that the header does not name", false, "POST", fmt.Sprintf(future, "2026-07-28"), append(version("2026-07-28"), "Mcp-Method", "pong"), 400, typed, false,
			`{"jsonrpc":"2.0","id":6,"error":{"code":-32020,"message":"mcp-method header does not match the request body's method"}}`},
		{p20 + " " + p23, "a version of nobody's", false, "POST", fmt.Sprintf(future, "2099-01-01"), append(version("2099-01-01"), "Mcp-Method", "ping"), 400, typed, false,
			`{"jsonrpc":"2.0","id":6,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28"],"requested":"2099-01-01"}}}`},
		{p112 + " " + p130, "the probe of a newer client lacks a session", false, "POST", discover, version("2026-07-28"), 400, typed, true, old(-32600, "Bad Request: Missing session ID")},

		{p191 + " " + p130, "an empty body, in the words of Python's json", true, "POST", "", nil, 400, typed, true, old(-32700, "Parse error: Expecting value: line 1 column 1 (char 0)")},
		{p23, "an empty body, in the words of jiter", true, "POST", "", nil, 400, typed, true, null(-32700, "Parse error: EOF while parsing a value at line 1 column 0")},
		{p112, "JSON cut off", true, "POST", `{"jsonrpc":"2.0","id":2,`, nil, 400, typed, true, old(-32700, "Parse error: Expecting property name enclosed in double quotes: line 1 column 25 (char 24)")},
		{p20, "no JSON", true, "POST", `not json`, nil, 400, typed, true, null(-32700, "Parse error: expected ident at line 1 column 2")},
		{p112 + " " + p23, "a null id makes a notification", true, "POST", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, nil, 202, typed, true, ""},
		{p130, "which needs a session, too", true, "POST", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, none, 400, typed, true, old(-32600, "Bad Request: Missing session ID")},

		{p112 + " " + p130, "an unknown method is no valid request to 1.x", true, "POST", `{"jsonrpc":"2.0","id":8,"method":"no/such"}`, nil, 200, stream, true, inBand("8", invalid)},
		{p20 + " " + p23, "and no known one to 2.x", true, "POST", `{"jsonrpc":"2.0","id":8,"method":"no/such"}`, nil, 200, stream, true, inBand("8", `{"code":-32601,"message":"Method not found","data":"no/such"}`)},
		{p112 + " " + p23, "params without what the method needs", true, "POST", `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{}}`, nil, 200, stream, true, inBand("4", invalid)},
		{p112 + " " + p130, "initialize without params", false, "POST", `{"jsonrpc":"2.0","id":1,"method":"initialize"}`, nil, 200, stream, true, inBand("1", invalid)},
		{p126, "there is no event store to resume from", true, "GET", "", []string{"Accept", "text/event-stream", "Last-Event-ID", "x"}, 500, "text/plain; charset=utf-8", false, "Internal Server Error"},
		{p191 + " " + p112 + " " + p130, "PUT", true, "PUT", "", nil, 405, typed, true, old(-32600, "Method Not Allowed")},

		{p126, "a foreign Origin", true, "POST", ping, []string{"Origin", "https://evil.example"}, 403, text, false, "Invalid Origin header"},
	} {
		for dialect := range strings.FieldsSeq(c.dialects) {
			t.Run(dialect+"/"+c.why, func(t *testing.T) {
				cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect, Sessions: "required"}))
				if c.begun {
					cl.begin("tester")
					cl.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				}
				r := cl.do(c.method, c.body, c.headers...)
				if r.status != c.status || r.header.Get("Content-Type") != c.contentType || r.body != c.want {
					t.Errorf("got %d %q\n%s\nwant %d %q\n%s", r.status, r.header.Get("Content-Type"), r.body, c.status, c.contentType, c.want)
				}
				if r.header.Get("Server") != "uvicorn" || (r.header.Get("Mcp-Session-Id") != "") != c.shown {
					t.Errorf("headers %v, a session id shown: want %v", r.header, c.shown)
				}
			})
		}
	}
}

// What becomes of the ids that are over: 1.29 remembers a session that was
// deleted, 1.30 and 2.3 do not, and forget one whose first request was refused.
func TestPythonSessionsEnd(t *testing.T) {
	for _, c := range []struct {
		dialect, deleted, leaked string
		status                   int // with the leaked id
	}{
		{"python-sdk-1.29", `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Not Found: Session has been terminated"}}`,
			"event: message\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32602,\"message\":\"Invalid request parameters\",\"data\":\"\"}}\r\n\r\n", 200},
		{"python-sdk-1.30", `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}`,
			`{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}`, 404},
		{"python-sdk-2.3", `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session not found"}}`,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session not found"}}`, 404},
	} {
		t.Run(c.dialect, func(t *testing.T) {
			cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect, Sessions: "required"}))
			leaked := cl.post(list5).header.Get("Mcp-Session-Id")
			if r := cl.post(list5, "Mcp-Session-Id", leaked); r.status != c.status || r.body != c.leaked {
				t.Errorf("with the id of a refusal: %d %s", r.status, r.body)
			}
			cl.begin("tester")
			cl.do("DELETE", "")
			if r := cl.post(ping); r.status != 404 || r.body != c.deleted {
				t.Errorf("after DELETE: %d %s", r.status, r.body)
			}
		})
	}
}

// The endpoint has a slash at its end or has none; the other way is a redirect,
// and the mock tells of the right one.
func TestPythonSlash(t *testing.T) {
	for _, c := range []struct{ dialect, endpoint, other string }{
		{"python-sdk-1.9.1", "/mcp/", "/mcp"},
		{"python-sdk-1.12", "/mcp", "/mcp/"},
	} {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect}))
		url := strings.TrimSuffix(cl.url, "/mcp") + cl.player.gate.Endpoint()
		base, ok := strings.CutSuffix(url, c.endpoint)
		if !ok {
			t.Fatalf("%s: it is served at %s, want %s", c.dialect, url, c.endpoint)
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for _, space := range []string{"", "/s/mine"} {
			r, err := client.Get(base + space + c.other + "?a=b")
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if got, want := r.Header.Get("Location"), base+space+c.endpoint+"?a=b"; r.StatusCode != 307 || got != want || r.Header["Mcp-Session-Id"] != nil {
				t.Errorf("%s: %d %s, want 307 %s", c.dialect, r.StatusCode, got, want)
			}
		}
	}
}

// What has no frames on the tape goes out as sse-starlette frames it.
func TestPythonFrames(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	tp.call("session-1", 2, `{"m":"a"}`, "A")
	cl := tp.play(WithScenario(&scenarios.Scenario{Dialect: "python-sdk-1.26"}), WithResumable(), WithAnswers("sse"))
	cl.begin("c")
	cl.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	r := cl.call("2", `{"m":"a"}`)
	lines := strings.Split(r.body, "\r\n")
	if len(lines) < 4 || !strings.HasPrefix(lines[len(lines)-5], "id: ") || lines[len(lines)-4] != "event: message" || !strings.HasPrefix(lines[len(lines)-3], "data: {") {
		t.Errorf("got %q", r.body)
	}
	for name, want := range map[string]string{"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no", "Server": "uvicorn"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// An idle stream gets a comment each 15 s of the player's clock.
func TestPythonPings(t *testing.T) {
	clock := newHandClock()
	cl := simple(t).play(WithClock(clock), WithScenario(&scenarios.Scenario{Dialect: "python-sdk-2.0", Sessions: "required"}))
	cl.begin("tester")
	resp := openStream(t, cl)
	in := bufio.NewReader(resp.Body)
	for range 2 {
		if d := clock.pass(); d != 15*time.Second {
			t.Errorf("a ping after %v, want 15 s", d)
		}
		want := ": ping - " + clock.Now().UTC().Format("2006-01-02 15:04:05") + "+00:00\r\n\r\n"
		got := make([]byte, len(want))
		if _, err := io.ReadFull(in, got); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

// The time in a ping is spelled as Python does it.
func TestPythonTime(t *testing.T) {
	for at, want := range map[time.Time]string{
		time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC): "2026-01-02 03:04:05.678901+00:00",
		time.Date(2026, 1, 2, 3, 4, 5, 999, time.UTC):       "2026-01-02 03:04:05+00:00", // no whole microsecond
	} {
		if got := pythonTime(at); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
