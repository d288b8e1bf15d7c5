package check

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/tidwall/gjson"
)

// An elder server does all that HTTP+SSE asks for, and as little else as
// possible. A test bends it: before it looks at a request, bend may answer; and
// edit may change what it says on a stream, or say nothing.
type elder struct {
	bend func(e *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	edit func(event, data string) (string, string)

	mu      sync.Mutex
	opened  int
	streams map[string]chan string // by session
	called  []string               // the tools
}

const elderInitialize = `{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"elder","version":"1"}}`

func (e *elder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m := gjson.ParseBytes(body)
	if e.bend != nil && e.bend(e, w, r, m) {
		return
	}
	switch {
	case !strings.HasPrefix(r.Host, "127.0.0.1"), r.Header.Get("Origin") != "":
		http.Error(w, "Forbidden", http.StatusForbidden)
	case r.URL.Path == "/sse" && r.Method == http.MethodGet:
		e.open(w, r)
	case r.URL.Path == "/messages" && r.Method == http.MethodPost:
		e.take(w, r, body)
	default:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	}
}

// open serves a stream until its client closes it.
func (e *elder) open(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.opened++
	id, said := fmt.Sprintf("%08d-a", e.opened), make(chan string, 8)
	if e.streams == nil {
		e.streams = map[string]chan string{}
	}
	e.streams[id] = said
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.streams, id)
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	write := func(event, data string) {
		if e.edit != nil {
			event, data = e.edit(event, data)
		}
		if data != "" {
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data)
		}
		w.(http.Flusher).Flush()
	}
	write("endpoint", "/messages?sessionId="+id)
	begun := false
	for {
		select {
		case <-r.Context().Done():
			return
		case text := <-said:
			m := gjson.Parse(text)
			answer := `"result":{}`
			switch method := m.Get("method").Str; {
			case !m.Get("id").Exists():
				continue
			case method == "initialize":
				begun = true
				answer = `"result":` + elderInitialize
			case !begun && method != "ping":
				answer = `"error":{"code":-32600,"message":"not initialized"}`
			case method == "tools/list":
				answer = `"result":{"tools":[{"name":"wipe","inputSchema":{"type":"object"}},{"name":"time","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"}}]}`
			case method == "tools/call":
				e.mu.Lock()
				e.called = append(e.called, m.Get("params.name").Str)
				e.mu.Unlock()
			case method != "ping":
				answer = `"error":{"code":-32601,"message":"Method not found"}`
			}
			write("message", `{"jsonrpc":"2.0","id":`+m.Get("id").Raw+`,`+answer+`}`)
		}
	}
}

// take takes a message for a session.
func (e *elder) take(w http.ResponseWriter, r *http.Request, body []byte) {
	e.mu.Lock()
	said := e.streams[r.URL.Query().Get("sessionId")]
	e.mu.Unlock()
	switch {
	case !r.URL.Query().Has("sessionId"):
		http.Error(w, "no session", http.StatusBadRequest)
	case said == nil:
		http.Error(w, "no such session", http.StatusNotFound)
	case !json.Valid(body):
		http.Error(w, "no JSON", http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusAccepted)
		said <- string(body)
	}
}

// unspoilt are the findings that differ from those of a server that conforms, but that its
// transport is an old one.
func unspoilt(r *Report) (others []string) {
	for _, f := range r.Findings {
		if f.Verdict != OK && f.Rule != "transport" {
			others = append(others, fmt.Sprintf("%s %s: %s", f.Rule, f.Verdict, f.Saw))
		}
	}
	return others
}

// TestOldConforming holds that a server that keeps to the rules of HTTP+SSE is
// walked as far as they go, and not complained of.
func TestOldConforming(t *testing.T) {
	e := &elder{}
	r, err := checked(t, e, "/sse")
	if err != nil {
		t.Fatal(err)
	}
	if others := unspoilt(r); others != nil {
		t.Errorf("%q", others)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
		if !strings.HasPrefix(f.Link, "https://modelcontextprotocol.io/specification/"+f.Revision+"/") || f.Rule != "transport" && f.Revision != "2024-11-05" {
			t.Errorf("%s: revision %s, link %s", f.Rule, f.Revision, f.Link)
		}
	}
	want := []string{
		"transport", "endpoint-event", "initialize", "ping", "id-string", "tools-list", "tools-call", "posted", "event-stream", "initialize-anew", "version-negotiation",
		"method-unknown", "notification", "malformed", "before-initialize", "session-missing", "session-unknown", "session-ended", "cors", "origin",
	}
	if !slices.Equal(rules, want) {
		t.Errorf("%q", rules)
	}
	if !slices.Equal(e.called, []string{"time"}) {
		t.Errorf("called %q: only the one tool that is read-only may be", e.called)
	}
	if r.Transport != overSSE || r.Sessions != "required" || r.Protocol != "2024-11-05" || r.Name != "elder 1" || r.Dialect != nil {
		t.Errorf("%s, sessions %s, %s, %q", r.Transport, r.Sessions, r.Protocol, r.Name)
	}
}

// TestOldFindings bends a conforming server in one way each.
func TestOldFindings(t *testing.T) {
	posted := func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/messages" }
	answer := func(w http.ResponseWriter, status int, body string) bool {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
	type bend = func(e *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	type edit = func(event, data string) (string, string)
	when := func(part, data string) edit {
		return func(event, said string) (string, string) {
			if strings.Contains(said, part) {
				return event, data
			}
			return event, said
		}
	}
	endpoint := func(data string) edit {
		return func(event, said string) (string, string) {
			if event == "endpoint" {
				return event, data
			}
			return event, said
		}
	}
	for _, c := range []struct {
		why     string
		rule    string
		verdict Verdict
		saw     string // that is part of what was seen
		known   string // in one of those named
		bend    bend
		edit    edit
	}{
		{"the stream names nothing at first", "endpoint-event", Note, "before it came", "", nil, func(event, data string) (string, string) {
			if event == "endpoint" {
				return "message", `{"jsonrpc":"2.0","method":"notifications/message"}` + "\n\nevent: endpoint\ndata: " + data
			}
			return event, data
		}},
		{"a URL of another origin is not posted to", "endpoint-event", Note, "https://other.example/m", "", nil, endpoint("https://other.example/m")},
		{"what is named is no URL", "endpoint-event", Broken, "no URL", "", nil, endpoint("http://[/")},
		{"the path lacks the prefix under which the server is mounted", "initialize", Broken, "POST to /elsewhere: 404", "sse-endpoint-wrong-prefix", func(_ *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return r.URL.Path == "/elsewhere" && answer(w, 404, "")
		}, endpoint("/elsewhere")},
		{"the answer comes with the POST alone", "initialize", Broken, "came with the POST", "", func(_ *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return posted(r) && m.Get("method").Str == "initialize" && answer(w, 200, `{"jsonrpc":"2.0","id":1,"result":`+elderInitialize+`}`)
		}, nil},
		{"nothing comes at all", "initialize", Broken, "no answer for 30s", "proxy-buffers-sse", nil, when("elder", "")},
		{"POST wants more than GET", "initialize", Broken, "401", "", func(_ *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return posted(r) && answer(w, 401, "")
		}, nil},
		{"a member is missing", "initialize", Broken, "without capabilities", "", nil, when("elder", `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2024-11-05"}}`)},
		{"a number comes back as a text", "initialize", Broken, `"1"`, "id-number-becomes-string", nil, when("elder", `{"jsonrpc":"2.0","id":"1","result":`+elderInitialize+`}`)},
		{"a version that nobody speaks is agreed to", "version-negotiation", Broken, "1999-01-01", "version-echoed", nil, when(`"id":31`, `{"jsonrpc":"2.0","id":31,"result":{"protocolVersion":"1999-01-01"}}`)},
		{"the notification is refused", "posted", Broken, "message 2 of 6: 400", "", func(_ *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return posted(r) && m.Get("method").Str == "notifications/initialized" && answer(w, 400, "")
		}, nil},
		{"a POST breaks off", "posted", Broken, "message 5 of 6: the connection was closed", "", func(e *elder, _ http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if m.Get("id").Raw == "12" && r.URL.Query().Get("sessionId") == "00000002-a" {
				e.mu.Lock()
				e.streams["00000002-a"] <- m.Raw
				e.mu.Unlock()
				panic(http.ErrAbortHandler)
			}
			return false
		}, nil},
		{"a ping is not answered", "ping", Broken, "no answer", "", nil, when(`"id":11`, "")},
		{"a call is answered with an error", "tools-call", Note, "error -32603", "", nil, when(`"id":13`, `{"jsonrpc":"2.0","id":13,"error":{"code":-32603,"message":"no"}}`)},
		{"the tools have no name", "tools-list", Broken, "without a name", "", nil, when(`"id":12`, `{"jsonrpc":"2.0","id":12,"result":{"tools":[{}]}}`)},
		{"events of another name are passed over", "initialize", Broken, "no answer", "", nil, func(event, data string) (string, string) {
			return strings.Replace(event, "message", "response", 1), data
		}},
		{"an unknown method is refused", "method-unknown", Note, "POST: 400", "", func(_ *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return posted(r) && m.Get("method").Str == "mcpmock/no-such-method" && answer(w, 400, "")
		}, nil},
		{"an unknown method ends the stream, and nothing else", "method-unknown", Note, "the stream ", "poison-request-kills-server", nil, func(event, data string) (string, string) {
			if strings.Contains(data, `"id":21`) {
				panic(http.ErrAbortHandler)
			}
			return event, data
		}},
		{"what is not JSON is taken", "malformed", Note, "nothing on the stream", "", func(_ *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return posted(r) && m.Get("id").Raw == "22" && answer(w, 202, "")
		}, nil},
		{"a second stream is refused", "initialize-anew", Note, "409", "", func(e *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			e.mu.Lock()
			defer e.mu.Unlock()
			return r.Method == http.MethodGet && len(e.streams) > 0 && answer(w, 409, "")
		}, nil},
		{"a second stream takes over", "initialize-anew", Note, "the first session, once there is a second", "", func(e *elder, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			e.mu.Lock()
			defer e.mu.Unlock()
			if last := fmt.Sprintf("%08d-a", e.opened); posted(r) && r.URL.Query().Get("sessionId") != last && e.streams[last] != nil {
				r.URL.RawQuery = "sessionId=" + last
			}
			return false
		}, nil},
		{"nothing tells two sessions apart", "initialize-anew", Note, "post to", "", func(e *elder, _ http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			e.mu.Lock()
			defer e.mu.Unlock()
			if posted(r) && !strings.Contains(r.URL.RawQuery, "=") { // as if they were told apart by what the client asks
				to := e.opened
				if m.Get("id").Raw == "25" {
					to-- // the first of the two
				}
				r.URL.RawQuery = fmt.Sprintf("sessionId=%08d-a", to)
			}
			return false
		}, endpoint("/messages?shared")},
		{"a message to no session is taken", "session-missing", Note, "202", "", func(_ *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return posted(r) && !r.URL.Query().Has("sessionId") && answer(w, 202, "")
		}, nil},
		{"one to a session that nobody knows fails", "session-unknown", Note, "500", "", func(_ *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			return posted(r) && r.URL.Query().Get("sessionId") == "00000000-0" && answer(w, 500, "")
		}, nil},
		{"a session outlives its stream", "session-ended", Note, "202", "", func(e *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			e.mu.Lock()
			defer e.mu.Unlock()
			id := r.URL.Query().Get("sessionId")
			return posted(r) && id > "00000000" && id != "00000000-0" && e.streams[id] == nil && answer(w, 202, "")
		}, nil},
		{"a request before initialize is not answered", "before-initialize", Note, "no answer", "", nil, when("not initialized", "")},
		{"it is not looked at", "origin", Note, "with a foreign Host, too: 403", "", func(_ *elder, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			return false
		}, nil},
		{"nor is Host", "origin", Broken, "is served", "", func(_ *elder, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			r.Host = "127.0.0.1"
			return false
		}, nil},
		{"pages may open the stream, and not post", "cors", Note, "Access-Control-Allow-Headers without Content-Type", "cors-preflight-rejects-mcp-headers", func(_ *elder, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			if r.Header.Get("Origin") == page {
				r.Header.Del("Origin")
				w.Header().Set("Access-Control-Allow-Origin", page)
			}
			return false
		}, nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			r, err := checked(t, &elder{bend: c.bend, edit: c.edit}, "/sse")
			if err != nil {
				t.Fatal(err)
			}
			f := findingOf(r, c.rule)
			if f == nil {
				t.Fatalf("nothing about %s, but %q", c.rule, unspoilt(r))
			}
			if f.Verdict != c.verdict || !strings.Contains(f.Saw, c.saw) {
				t.Errorf("%s: %s, not %s: %s", f.Verdict, f.Saw, c.verdict, c.saw)
			}
			if f.Verdict != OK && (f.Cause == "" || f.Cure == "") {
				t.Errorf("cause %q, cure %q", f.Cause, f.Cure)
			}
			if !strings.Contains(strings.Join(f.Known, " "), c.known) {
				t.Errorf("known %q, not %s", f.Known, c.known)
			}
			for _, other := range r.Findings {
				if other.Verdict == Broken && other.Rule != c.rule {
					t.Errorf("also broken: %s: %s", other.Rule, other.Saw)
				}
			}
		})
	}
}

// TestOldMock holds that a mock keeps to the rules over HTTP+SSE, too.
func TestOldMock(t *testing.T) {
	tape, err := cassettes.Stock("weather")
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	player, err := replay.New(tape)
	if err != nil {
		t.Fatal(err)
	}
	defer player.Close()
	r, err := checkedByTCP(t, player, "/sse")
	if err != nil {
		t.Fatal(err)
	}
	others := unspoilt(r)
	if len(others) != 2 || !strings.HasPrefix(others[0], "tools-call left out") || !strings.HasPrefix(others[1], "method-unknown left out") {
		t.Errorf("%q", others)
	}
}

// TestOldRealServer holds that of a server of the Go SDK over HTTP+SSE nothing
// is found but what it is known to do otherwise.
func TestOldRealServer(t *testing.T) {
	s := realServer()
	r, err := checkedByTCP(t, mcp.NewSSEHandler(func(*http.Request) *mcp.Server { return s }, nil), "/")
	if err != nil {
		t.Fatal(err)
	}
	others := unspoilt(r)
	if len(others) != 2 || !strings.HasPrefix(others[0], "method-unknown note: an unknown method: POST: 400") || !strings.HasPrefix(others[1], "origin note") {
		t.Errorf("%q", others)
	}
}

// TestOtherwise is about where an endpoint of HTTP+SSE names its session.
func TestOtherwise(t *testing.T) {
	for _, c := range []struct{ why, one, other, unknown, missing string }{
		{"in the query", "/m?session_id=1fZ-9&v=2", "/m?session_id=2fZ-9&v=2", "/m?session_id=00Z-0&v=2", "/m?v=2"},
		{"in the path", "/m/1f/in", "/m/2f/in", "/m/00/in", "/m/"},
		{"nowhere", "/m?v=2", "/m?v=2", "", ""},
	} {
		one, err := url.Parse("http://h" + c.one)
		if err != nil {
			t.Fatal(err)
		}
		other, err := url.Parse("http://h" + c.other)
		if err != nil {
			t.Fatal(err)
		}
		unknown, missing := otherwise(one, other)
		if unknown == nil {
			if c.unknown != "" {
				t.Errorf("%s: not found", c.why)
			}
			continue
		}
		if unknown.RequestURI() != c.unknown || missing.RequestURI() != c.missing {
			t.Errorf("%s: %s, %s", c.why, unknown.RequestURI(), missing.RequestURI())
		}
		if one.RequestURI() != c.one {
			t.Errorf("%s: what was given is %s now", c.why, one.RequestURI())
		}
	}
}
