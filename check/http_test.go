package check

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// TestConformingServer holds that a server that keeps to the specification is
// not complained of, whatever revision it speaks.
func TestConformingServer(t *testing.T) {
	for _, protocol := range []string{"2025-03-26", "2025-06-18", "2025-11-25"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			var called []string
			w, err := checked(t, &pliant{protocol: protocol, bend: func(_ *pliant, _ http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
				if m.Get("method").String() == "tools/call" {
					called = append(called, m.Get("params.name").String())
				}
				return false
			}}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			if len(w.Findings) < 15 {
				t.Errorf("only %d rules were walked", len(w.Findings))
			}
			for _, f := range w.Findings {
				if f.Verdict != OK {
					t.Errorf("%s: %s: %s", f.Rule, f.Verdict, f.Saw)
				}
				if f.Revision < protocol || !strings.HasPrefix(f.Link, "https://modelcontextprotocol.io/specification/"+f.Revision+"/") {
					t.Errorf("%s: revision %s, link %s", f.Rule, f.Revision, f.Link)
				}
			}
			if !slices.Equal(called, []string{"time"}) {
				t.Errorf("called %q: only the one tool that is read-only may be", called)
			}
			if w.Sessions != "required" {
				t.Errorf("sessions %s", w.Sessions)
			}
		})
	}
}

// TestFindings bends a conforming server in one way each.
func TestFindings(t *testing.T) {
	method := func(m gjson.Result) string { return m.Get("method").String() }
	raw := func(w http.ResponseWriter, status int, contentType, body string) bool {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	for _, c := range []struct {
		name    string
		rule    string
		verdict Verdict
		known   string // in one of those named
		bend    func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	}{
		{"a notification answered with null", "initialized", Broken, "awslabs/mcp/issues/3295", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "notifications/initialized" && raw(w, 200, "application/json", "null")
		}},
		{"a notification answered 204", "initialized", Broken, "rust-sdk", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "notifications/initialized" && raw(w, 204, "", "")
		}},
		{"an answer of another type", "ping", Broken, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "ping" && m.Get("id").Int() == 11 && raw(w, 200, "text/plain", `{"jsonrpc":"2.0","id":11,"result":{}}`)
		}},
		{"a stream without the response", "ping", Note, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "ping" && m.Get("id").Int() == 11 && raw(w, 200, "text/event-stream", ": nothing\n\n")
		}},
		{"an error in band is not a breach of the transport", "tools-list", Note, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "tools/list" && raw(w, 200, "application/json", `{"jsonrpc":"2.0","id":12,"error":{"code":-32603,"message":"no"}}`)
		}},
		{"a response with another id", "ping", Broken, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "ping" && m.Get("id").Int() == 11 && raw(w, 200, "application/json", `{"jsonrpc":"2.0","id":"11","result":{}}`)
		}},
		{"a response in an array", "tools-list", Broken, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "tools/list" && m.Get("id").Int() == 12 && raw(w, 200, "application/json", `[{"jsonrpc":"2.0","id":12,"result":{"tools":[]}}]`)
		}},
		{"a tool without a schema", "tools-list", Broken, "", func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			if method(m) != "tools/list" {
				return false
			}
			p.answer(w, m, `{"tools":[{"name":"time"}]}`)
			return true
		}},
		{"a call that the proxy gave up", "tools-call", Broken, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "tools/call" && raw(w, 502, "text/html", "<html><title>502 Bad Gateway</title></html>")
		}},
		{"a response without its blank line", "tools-call", Note, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "tools/call" && raw(w, 200, "text/event-stream", `data: {"jsonrpc":"2.0","id":13,"result":{}}`+"\n")
		}},
		{"events of another name", "event-stream", Note, "", func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "tools/call" && raw(w, 200, "text/event-stream", "event: response\n"+`data: {"jsonrpc":"2.0","id":13,"result":{}}`+"\n\n")
		}},
		{"a cursor that leads nowhere", "tools-pages", Note, "", func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			if method(m) != "tools/list" {
				return false
			}
			p.answer(w, m, `{"tools":[],"nextCursor":"more"}`)
			return true
		}},
		{"a version that nobody published", "version-named", Note, "", func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if method(m) != "initialize" || r.Header.Get("Origin") != "" {
				return false
			}
			id := fmt.Sprintf("session-%024d", p.asked)
			p.sessions[id] = true
			w.Header().Set("Mcp-Session-Id", id)
			p.answer(w, m, `{"protocolVersion":"2099-01-01","capabilities":{},"serverInfo":{}}`)
			return true
		}},
		{"gzip that nobody asked for", "content-encoding", Note, "", func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if method(m) != "initialize" || r.Header.Get("Origin") != "" {
				return false
			}
			id := fmt.Sprintf("session-%024d", p.asked)
			p.sessions[id] = true
			w.Header().Set("Mcp-Session-Id", id)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprintf(z, `{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{}}}`, m.Get("id").Raw)
			_ = z.Close()
			return true
		}},
		{"a limit on the rate", "rate-limit", Note, "", func(p *pliant, w http.ResponseWriter, _ *http.Request, _ gjson.Result) bool {
			w.Header().Set("Retry-After", "0")
			return p.asked%7 == 6 && raw(w, 429, "", "")
		}},
		{"a short session id", "session-id", Note, "", func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if method(m) != "initialize" || r.Header.Get("Origin") != "" {
				return false
			}
			id := strconv.Itoa(p.asked) // of its own for each, as many probes end theirs
			p.sessions[id] = true
			w.Header().Set("Mcp-Session-Id", id)
			p.answer(w, m, `{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{}}`)
			return true
		}},
		{"an unknown id answered 400 in text", "session-unknown", Note, "python-sdk/issues/1004", func(p *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			id := r.Header.Get("Mcp-Session-Id")
			_, known := p.sessions[id]
			return id != "" && !known && raw(w, 400, "", "Bad Request: No valid session ID provided")
		}},
		{"an ended session answered 400", "session-ended", Broken, "typescript-sdk/issues/389", func(p *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			id := r.Header.Get("Mcp-Session-Id")
			return id != "" && !p.sessions[id] && raw(w, 400, "application/json", `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}`)
		}},
		{"an ended session that is served", "session-ended", Broken, "", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Method == "DELETE" && raw(w, 200, "", "")
		}},
		{"DELETE is not served", "delete", OK, "", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Method == "DELETE" && raw(w, 405, "", "")
		}},
		{"sessions lost at random", "session-holds", Broken, "python-sdk/issues/1180", func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			return method(m) == "ping" && m.Get("id").Int() == 11 && p.asked%2 == 0 && raw(w, 404, "", "session not found")
		}},
		{"the id of the session rotates", "session-rotates", Note, "SwiftMCP", func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			if method(m) == "ping" {
				w.Header().Set("Mcp-Session-Id", fmt.Sprintf("another-one-%020d", p.asked))
			}
			return false
		}},
		{"an id with every refusal", "session-on-refusal", Note, "fastmcp-missing-session-id", func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if r.Header.Get("Mcp-Session-Id") == "" && method(m) != "initialize" {
				w.Header().Set("Mcp-Session-Id", strings.Repeat("f", 32))
			}
			return false
		}},
		{"a missing id answered 401", "session-missing", Note, "", func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return r.Header.Get("Mcp-Session-Id") == "" && method(m) != "initialize" && raw(w, 401, "", "")
		}},
		{"GET is not found", "get", Broken, "typescript-sdk/issues/1635", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Method == "GET" && raw(w, 404, "text/html", "<html>Cannot GET /mcp</html>")
		}},
		{"GET answers a page", "get", Broken, "prompts.chat", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Method == "GET" && raw(w, 200, "text/html", "<html>hello</html>")
		}},
		{"the stream ends at once", "get", Note, "prompts.chat", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Method == "GET" && raw(w, 200, "text/event-stream", ": bye\n\n")
		}},
		{"any version is agreed to", "version-negotiation", Broken, "pgedge", func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
			if method(m) != "initialize" || m.Get("params.protocolVersion").String() != "1999-01-01" {
				return false
			}
			p.answer(w, m, `{"protocolVersion":"1999-01-01","capabilities":{},"serverInfo":{}}`)
			return true
		}},
		{"the version header is not looked at", "version-unknown", Broken, "", func(_ *pliant, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("MCP-Protocol-Version")
			return false
		}},
		{"the version header is demanded", "version-absent", Note, "csharp-sdk/issues/495", func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return method(m) != "initialize" && r.Header.Get("Mcp-Protocol-Version") == "" && raw(w, 400, "", "no version")
		}},
		{"Host and Origin are not looked at", "origin", Broken, "", func(_ *pliant, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			r.Host = "127.0.0.1"
			return false
		}},
		{"Host alone is looked at", "origin", Note, "", func(_ *pliant, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			return false
		}},
		{"a foreign Origin answered 400", "origin", Broken, "", func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.Header.Get("Origin") != "" && raw(w, 400, "", "no")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, err := checked(t, &pliant{protocol: "2025-11-25", bend: c.bend}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(w.Findings, func(f *Finding) bool { return f.Rule == c.rule })
			if i < 0 {
				t.Fatalf("nothing about %s", c.rule)
			}
			f := w.Findings[i]
			if f.Verdict != c.verdict {
				t.Errorf("%s, not %s: %s", f.Verdict, c.verdict, f.Saw)
			}
			if f.Verdict != OK && (f.Cause == "" || f.Cure == "") {
				t.Errorf("cause %q, cure %q", f.Cause, f.Cure)
			}
			// Where a stock scenario shows the same, it stands in place of the issue.
			if got := strings.ToLower(strings.Join(f.Known, " ")); c.known != "" && got == "" ||
				strings.Contains(got, "://") && !strings.Contains(got, strings.ToLower(c.known)) {
				t.Errorf("known %q, not %q", got, c.known)
			}
			for _, other := range w.Findings {
				if other.Verdict == Broken && other.Rule != c.rule && !slices.Contains([]string{"ping", "session-holds"}, other.Rule) {
					t.Errorf("%s is broken, too: %s", other.Rule, other.Saw)
				}
			}
		})
	}
}

// TestLeftOut holds that where a good client gets nowhere, or another replica
// answers, or the server goes down, nothing is said of what a bad one gets.
func TestLeftOut(t *testing.T) {
	status := func(w http.ResponseWriter, status int, body string) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	const missing = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`
	for _, c := range []struct {
		why    string
		cause  string // of some finding
		broken []string
		bend   func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	}{
		{"a gateway takes the id away", "takes Mcp-Session-Id away", []string{"initialized", "ping", "tools-list", "tools-call"},
			func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
				if m.Get("method").String() != "initialize" {
					return status(w, 400, missing)
				}
				p.answer(w, m, `{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{}}`)
				return true
			}},
		{"two replicas", "another replica", []string{"session-holds", "initialized", "ping", "tools-list", "tools-call"},
			func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
				return m.Get("method").String() != "initialize" && p.asked%2 == 0 && status(w, 404, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session not found"}}`)
			}},
		{"it is killed by a call", "some requests end some servers", []string{"tools-call"},
			func() func(p *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
				down := false
				return func(_ *pliant, w http.ResponseWriter, _ *http.Request, m gjson.Result) bool {
					down = down || m.Get("method").String() == "tools/call"
					return down && status(w, 500, "Internal Server Error")
				}
			}()},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			r, err := checked(t, &pliant{protocol: "2025-11-25", bend: c.bend}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			left, caused := false, false
			for _, f := range r.Findings {
				left = left || f.Rule == "all-others" && f.Verdict == LeftOut
				caused = caused || strings.Contains(f.Cause, c.cause)
				if f.Verdict == Broken && !slices.Contains(c.broken, f.Rule) {
					t.Errorf("%s is broken: %s", f.Rule, f.Saw)
				}
			}
			if !left || !caused || r.Dialect != nil {
				t.Errorf("left out %v, caused %v, dialect %v", left, caused, r.Dialect)
			}
		})
	}
}

// TestSlow holds that a server is not asked what takes too long, and that it is
// told of what takes long.
func TestSlow(t *testing.T) {
	w := &holding{Report: &Report{}, options: options{}, pace: 4 * time.Second}
	if answers, err := w.ask(t.Context(), Probes()); answers != nil || err != nil || len(w.Findings) != 1 || w.Findings[0].Verdict != LeftOut {
		t.Errorf("%v, %v, %d findings", answers, err, len(w.Findings))
	}
}

// TestOneClient holds that a server with one transport for all is not
// closed by being checked.
func TestOneClient(t *testing.T) {
	opened, ended := false, false
	w, err := checked(t, &pliant{protocol: "2025-11-25", bend: func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
		ended = ended || r.Method == "DELETE"
		if m.Get("method").String() != "initialize" {
			return false
		}
		if opened {
			http.Error(w, "Invalid Request: Server already initialized", 400)
			return true
		}
		opened = true
		return false
	}}, "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	if ended {
		t.Error("its only session was ended")
	}
	if i := slices.IndexFunc(w.Findings, func(f *Finding) bool { return f.Rule == "initialize-anew" && f.Verdict == Note }); i < 0 {
		t.Errorf("no note of it among %d findings", len(w.Findings))
	}
}

// TestInterrupted holds that a check ends with its context.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // only then does the server see that the client is gone
		cancel()
		<-r.Context().Done()
	}))
	defer s.Close()
	if _, err := HTTP(ctx, s.URL+"/mcp"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
