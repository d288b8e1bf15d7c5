package check

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestInitializeRefused is about servers that are there, and refuse initialize
// or answer so that nobody can read it: each is a breach, and not a server that
// is nowhere.
func TestInitializeRefused(t *testing.T) {
	const result = `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{}}}`
	fault := func(message string) string {
		return `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"` + message + `"}}`
	}
	always := func(status int, contentType, body string) func(*http.Request) (int, string, string) {
		return func(*http.Request) (int, string, string) { return status, contentType, body }
	}
	for _, c := range []struct {
		why   string
		says  func(r *http.Request) (status int, contentType, body string)
		saw   string
		cause string
		known string
	}{
		{"it wants a session before there is one", always(400, "application/json", fault("Bad Request: Missing session ID")),
			"Missing session ID", "nothing that a client does helps", "fastmcp-missing-session-id-always"},
		{"it wants the version that it has not named", func(r *http.Request) (int, string, string) {
			if r.Header.Get("Mcp-Protocol-Version") != "" {
				return 200, "application/json", result
			}
			return 400, "application/json", fault("MCP-Protocol-Version header is required")
		}, "with the header MCP-Protocol-Version it is served", "only after initialize", "initialize-rejected-without-version-header"},
		{"it reads the beginning of Accept", func(r *http.Request) (int, string, string) {
			if strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream") {
				return 200, "application/json", result
			}
			return 406, "application/json", fault("Not Acceptable")
		}, "first in Accept it is served", "cannot connect", "accept-order-sensitive"},
		{"it has no initialize", always(400, "application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`),
			"Method not found", "knows no initialize", ""},
		{"an error with 200", always(200, "application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}`), "no", "past the handshake", ""},
		{"no type", always(200, "", result), `200 as "`, "another type", "initialize-200-no-content-type"},
		{"events labelled as JSON", always(200, "application/json", "event: message\ndata: "+result+"\n\n"), "calls itself", "cannot parse", "sse-body-labelled-json"},
		{"an array", always(200, "application/json", "["+result+"]"), "in an array", "cannot read", "array-wrapped"},
		{"text labelled as events", always(200, "text/event-stream", "Jwt is missing"), "Jwt is missing", "time out", "plain-text-labelled-sse"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			w, err := checked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != "POST" {
					http.Error(w, "no", http.StatusMethodNotAllowed)
					return
				}
				status, contentType, body := c.says(r)
				w.Header()["Content-Type"] = nil // none, but where there is one
				if contentType != "" {
					w.Header().Set("Content-Type", contentType)
				}
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}), "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(w.Findings, func(f *Finding) bool { return f.Rule == "initialize" && f.Verdict == Broken })
			if i < 0 || w.Endpoint == "" {
				t.Fatalf("%d findings, initialize at %d, endpoint %q", len(w.Findings), i, w.Endpoint)
			}
			f := w.Findings[i]
			if !strings.Contains(f.Saw, c.saw) || !strings.Contains(f.Cause, c.cause) || f.Cure == "" || c.known != "" && !slices.Contains(f.Known, c.known) {
				t.Errorf("saw %q, cause %q, known %q", f.Saw, f.Cause, f.Known)
			}
		})
	}
}

// TestInitializeAgain holds that a server that refused once is asked again, and
// the rest with it.
func TestInitializeAgain(t *testing.T) {
	refused := false
	w, err := checked(t, &pliant{protocol: "2025-11-25", bend: func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
		if refused || m.Get("method").String() != "initialize" {
			return false
		}
		refused = true
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`)
		return true
	}}, "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	if w.Findings[0].Rule != "initialize-again" || w.Findings[0].Verdict != Note || w.Broken != 0 || len(w.Findings) < 15 {
		t.Errorf("%s: %s, %d broken, %d findings", w.Findings[0].Rule, w.Findings[0].Verdict, w.Broken, len(w.Findings))
	}
}

// TestNotificationFirst holds that the session is found where a notification
// comes before the result of initialize.
func TestNotificationFirst(t *testing.T) {
	w, err := checked(t, &pliant{protocol: "2025-11-25", bend: func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
		if m.Get("method").String() != "initialize" || r.Header.Get("Origin") != "" {
			return false
		}
		id := "session-" + strings.Repeat("0", 16) + string(rune('a'+p.asked%26)) + string(rune('a'+p.asked/26%26))
		p.sessions[id] = true
		w.Header().Set("Mcp-Session-Id", id)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"+
			"data: {\"jsonrpc\":\"2.0\",\"id\":"+m.Get("id").Raw+",\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{}}}\n\n")
		return true
	}}, "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.Findings {
		if f.Verdict == Broken && f.Rule != "version-negotiation" { // of the test's own making
			t.Errorf("%s: %s", f.Rule, f.Saw)
		}
	}
}
