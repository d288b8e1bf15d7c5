package gate

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// gateOf is the gate of a stock dialect, before a mock that keeps its sessions
// as told.
func gateOf(t testing.TB, dialect, sessions string, lenient bool) *Gate {
	t.Helper()
	d, err := scenarios.LoadDialect(dialect)
	if err != nil {
		t.Fatal(err)
	}
	g := New(d, Mock{
		Sessions: sessions, MaxSessions: 3, MaxBody: 1 << 10, Endpoint: "/mcp", Handshakes: mcp.Legacy(), Announced: mcp.Modern(),
		Knows: func(method string, modern bool) bool {
			return method == "own/method" || modern && mcp.IsModernRequest(method)
		},
		Fresh: func() string { return "a-fresh-one" },
	}, lenient)
	g.Learn([]byte(`{"name":"query","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}`))
	return g
}

// sent is the request of a good client, of which header lines are other ones;
// one without a value is left out.
func sent(verb, body string, lines ...string) Facts {
	header := http.Header{"Accept": {"application/json, text/event-stream"}}
	if verb == http.MethodPost {
		header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(lines); i += 2 {
		header.Del(lines[i])
		if lines[i+1] != "" {
			header.Set(lines[i], lines[i+1])
		}
	}
	r := &http.Request{Method: verb, Host: "localhost", URL: &url.URL{Path: "/mcp"}, Header: header}
	return Facts{Verb: verb, HTTP: r, Body: []byte(body)}
}

// within is a request of a session that is open and ready.
func within(f Facts) Facts {
	f.ID, f.Standing, f.Opened, f.Initialized, f.Ready, f.Version = "an-id", SessionKnown, true, true, true, "2025-11-25"
	return f
}

// changed is facts of which some are other ones.
func changed(f Facts, change func(*Facts)) Facts {
	change(&f)
	return f
}

// ask asks a gate as replay does: the body is read first, and the version.
func (g *Gate) ask(f Facts) (noted []string, refused string) {
	if f.Verb == http.MethodPost && f.BodyErr == nil {
		g.Read(&f)
	}
	if f.HTTP != nil {
		f.Protocol = g.Field(f.HTTP.Header, mcp.HeaderProtocolVersion)
	}
	breaches, last := g.Ask(&f)
	for _, b := range breaches {
		noted = append(noted, b.Check)
	}
	if last != nil {
		refused = last.Check
	}
	return noted, refused
}

const (
	list    = `{"jsonrpc":"2.0","id":5,"method":"tools/list"}`
	ping    = `{"jsonrpc":"2.0","id":5,"method":"ping"}`
	begins  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`
	goodsub = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	alone   = `{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{` + goodsub + `}}`
	query   = `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"query","arguments":{"region":"north"},` + goodsub + `}}`
)

// TestAsk holds of each fact that it makes the difference that it should, and
// that what is not asked for in that way is not looked at.
func TestAsk(t *testing.T) {
	post := func(body string, lines ...string) Facts { return within(sent(http.MethodPost, body, lines...)) }
	modern := func(body string, lines ...string) Facts {
		lines = append([]string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list"}, lines...)
		return changed(sent(http.MethodPost, body, lines...), func(f *Facts) { f.Modern, f.Initialized, f.Ready = true, true, true })
	}
	line := func(body string) Facts {
		return Facts{Verb: http.MethodPost, Way: AsMessage, Body: []byte(body), Initialized: true, Ready: true, Version: "2025-11-25"}
	}
	for _, c := range []struct {
		why      string
		sessions string // "" is required
		facts    Facts
		noted    string // joined by commas
		refused  string
	}{
		{"a good request", "", post(list), "", ""},
		{"which names the version that was negotiated", "", post(list, "MCP-Protocol-Version", "2025-11-25"), "", ""},
		{"or another one", "", post(list, "MCP-Protocol-Version", "2025-06-18"), "version-differs", ""},
		{"or one that nobody has", "", post(list, "MCP-Protocol-Version", "1999-01-01"), "", "version-unknown"},
		{"what the method is", "", post(list, "Content-Type", "text/plain"), "", "content-type"},
		{"what is accepted", "", post(list, "Accept", "application/json"), "", "accept-post"},
		{"all that is said is refused by the first check", "", post(list, "Accept", "", "Content-Type", ""), "", "content-type"},
		{"a method of HTTP that no endpoint has", "", within(sent(http.MethodPut, "")), "", "method"},
		{"no session where one is wanted", "", changed(post(list), func(f *Facts) { f.ID, f.Standing = "", SessionNone }), "", "session-missing"},
		{"and where none is", "optional", changed(post(list), func(f *Facts) { f.ID, f.Standing = "", SessionNone }), "", ""},
		{"nor would be", "stateless", changed(post(list), func(f *Facts) { f.ID, f.Standing, f.Initialized = "", SessionNone, false }), "", ""},
		{"a session that never was", "", changed(post(list), func(f *Facts) { f.Standing = SessionUnknown }), "", "session-unknown"},
		{"one that is over", "", changed(post(list), func(f *Facts) { f.Standing = SessionEnded }), "", "session-ended"},
		{"one that is open is not opened", "", post(begins), "", "session-on-init"},
		{"a session is opened", "", changed(post(begins), func(f *Facts) { f.ID, f.Standing, f.Initialized = "", SessionNone, false }), "", ""},
		{"for which there is no room", "", changed(post(begins), func(f *Facts) { f.ID, f.Standing, f.Initialized, f.Full = "", SessionNone, false, true }), "", "too-many-sessions"},
		{"which nobody opens who has one", "", changed(post(list), func(f *Facts) { f.Full = true }), "", ""},
		{"before initialize", "optional", changed(post(list), func(f *Facts) { f.Initialized, f.Ready = false, false }), "", "not-initialized"},
		{"a ping may come before", "optional", changed(post(ping), func(f *Facts) { f.Initialized, f.Ready = false, false }), "", ""},
		{"amid the handshake", "", changed(post(list), func(f *Facts) { f.Ready = false }), "not-ready", ""},
		{"a batch of a revision that has none", "", post("[" + list + "]"), "", "batch"},
		{"and of the one that has", "", changed(post("["+list+"]"), func(f *Facts) { f.Version = "2025-03-26" }), "", ""},
		{"no initialize in it", "", changed(post("["+begins+"]"), func(f *Facts) { f.Version = "2025-03-26" }), "", "batch-initialize"},
		{"no JSON", "", post(`{"jsonrpc":`), "", "json"},
		{"no JSON-RPC", "", post(`{"id":3}`), "", "jsonrpc"},
		{"a body that was too large to read", "", changed(post(""), func(f *Facts) { f.BodyErr = ErrTooLarge }), "", "size"},
		{"GET", "", changed(within(sent(http.MethodGet, "")), func(f *Facts) { f.Place = PlaceFree }), "", ""},
		{"another GET, where many may listen", "", changed(within(sent(http.MethodGet, "")), func(f *Facts) { f.Place = PlaceTaken }), "", ""},
		{"GET of a server that has no streams", "stateless", sent(http.MethodGet, ""), "", "stateless"},
		{"GET that comes back", "", changed(within(sent(http.MethodGet, "", "Last-Event-ID", "7")), func(f *Facts) { f.Place = PlaceOwn }), "", ""},
		{"to an answer", "", changed(within(sent(http.MethodGet, "", "Last-Event-ID", "7")), func(f *Facts) { f.Place = PlaceBeside }), "", ""},
		{"to what is no stream", "", changed(within(sent(http.MethodGet, "", "Last-Event-ID", "7")), func(f *Facts) { f.Place = PlaceFree }), "", "event-unknown"},

		{"a line has no header fields", "", line(list), "", ""},
		{"but its place", "", changed(line(list), func(f *Facts) { f.Initialized, f.Ready = false, false }), "", "not-initialized"},
		{"and begins once", "", line(begins), "", "reinitialize"},
		{"no JSON in a line", "", line(`{"jsonrpc":`), "", "json"},
		{"what HTTP+SSE posts is checked as HTTP first", "", changed(post(list, "Content-Type", "text/plain"), func(f *Facts) { f.Way = Posted }), "", "content-type"},
		{"but not for what a stream would be", "", changed(post(list, "Accept", ""), func(f *Facts) { f.Way = Posted }), "", ""},
		{"nor what the message asks, which is for later", "", changed(post(begins), func(f *Facts) { f.Way = Posted }), "", ""},

		{"a request that stands alone", "", modern(alone), "", ""},
		{"whose session nobody looks at", "", changed(modern(alone), func(f *Facts) { f.ID, f.Standing = "x", SessionUnknown }), "", ""},
		{"without _meta", "", modern(list), "", "meta-missing"},
		{"whose header says another method", "", modern(alone, "Mcp-Method", "tools/call"), "", "header-differs"},
		{"or none", "", modern(alone, "Mcp-Method", ""), "", "header-missing"},
		{"or no version", "", modern(alone, "MCP-Protocol-Version", ""), "", "header-missing"},
		{"an argument that has a header", "", modern(query, "Mcp-Method", "tools/call", "Mcp-Name", "query", "Mcp-Param-Region", "north"), "", ""},
		{"which says another value", "", modern(query, "Mcp-Method", "tools/call", "Mcp-Name", "query", "Mcp-Param-Region", "south"), "", "header-differs"},
		{"which is missing", "", modern(query, "Mcp-Method", "tools/call", "Mcp-Name", "query"), "", "header-missing"},
		{"a handshake is of the other era", "", modern(begins, "Mcp-Method", "initialize"), "", "handshake"},
		{"a method that the mock has", "", modern(strings.Replace(alone, "tools/list", "own/method", 1), "Mcp-Method", "own/method"), "", ""},
		{"and one that it has not", "", modern(strings.Replace(alone, "tools/list", "no/such", 1), "Mcp-Method", "no/such"), "", "unknown-method"},
	} {
		sessions := c.sessions
		if sessions == "" {
			sessions = "required"
		}
		noted, refused := gateOf(t, "spec", sessions, false).ask(c.facts)
		if got := strings.Join(noted, ","); got != c.noted || refused != c.refused {
			t.Errorf("%s: noted %q, refused for %q; want %q and %q", c.why, got, refused, c.noted, c.refused)
		}
	}
}

// TestAskUnread holds that facts of which little is known yet are those of a
// request that says nothing, whatever the dialect.
func TestAskUnread(t *testing.T) {
	for _, c := range []struct {
		why     string
		facts   Facts
		refused string // by the specification
	}{
		{"a POST that nobody has read", within(sent(http.MethodPost, "")), ""},
		{"of an HTTP+SSE client", changed(within(sent(http.MethodPost, "")), func(f *Facts) { f.Way = Posted }), ""},
		{"of the modern era", changed(sent(http.MethodPost, ""), func(f *Facts) { f.Modern = true }), ""},
		{"of which only the method is known", Facts{Verb: http.MethodPost}, "content-type"},
		{"a GET of which only that is known", Facts{Verb: http.MethodGet}, "accept-get"},
		{"a line that nobody has read", Facts{Verb: http.MethodPost, Way: AsMessage}, ""},
		{"nothing", Facts{}, "method"},
	} {
		f := c.facts
		if f.Post() || f.Has("") || f.Method() != "" || f.RequestID() != nil || len(f.Requests())+len(f.Notifications()) > 0 {
			t.Errorf("%s: it has a message", c.why)
		}
		for _, dialect := range scenarios.Dialects() {
			g, f := gateOf(t, dialect, "required", false), c.facts
			if g.Opens(&f) {
				t.Errorf("%s: %s takes it to be of the modern era", c.why, dialect)
			}
			_, refused := g.Ask(&f)
			got := ""
			if refused != nil {
				got = refused.Check
				if fill := g.Fill(&f, refused.Refuse, refused.Detail, ""); fill.Replace("${detail}") != refused.Detail {
					t.Errorf("%s: %s does not say why it is refused", c.why, dialect)
				}
			}
			if dialect == "spec" && got != c.refused {
				t.Errorf("%s: refused for %q, want %q", c.why, got, c.refused)
			}
		}
	}
}

// TestAskDialects holds that the order of the checks, and which there are, is
// the dialect's.
func TestAskDialects(t *testing.T) {
	wrong := within(sent(http.MethodPost, `{"jsonrpc":`, "Accept", "application/json", "Content-Type", "text/plain"))
	second := changed(within(sent(http.MethodGet, "")), func(f *Facts) { f.Place = PlaceTaken })
	for _, c := range []struct {
		why, dialect string
		facts        Facts
		refused      string
	}{
		{"what is wrong in three ways", "spec", wrong, "content-type"},
		{"is so for another reason to another server", "typescript-sdk-1.32", wrong, "accept-post"},
		{"many streams", "spec", second, ""},
		{"or one", "python-sdk-1.26", second, "stream-open"},
		{"or one of Go", "go-sdk-1.8", second, "stream-open"},
	} {
		if _, refused := gateOf(t, c.dialect, "required", false).ask(c.facts); refused != c.refused {
			t.Errorf("%s: %s refuses for %q, want %q", c.why, c.dialect, refused, c.refused)
		}
	}
}

// TestAskLenient holds that leniency serves what can be served, and says so.
func TestAskLenient(t *testing.T) {
	for _, c := range []struct {
		why     string
		facts   Facts
		noted   string
		refused string
	}{
		{"all of it is noted, in the order of the dialect", sent(http.MethodPost, list, "Accept", "", "Content-Type", ""), "content-type,accept-post,session-missing,not-initialized", ""},
		{"what came before a refusal, too", sent(http.MethodPost, "{", "Accept", ""), "accept-post", "json"},
		{"a place that is taken cannot be had", changed(within(sent(http.MethodGet, "")), func(f *Facts) { f.Place = PlaceTaken }), "", "stream-open"},
	} {
		dialect := "spec"
		if c.refused == "stream-open" {
			dialect = "python-sdk-1.26"
		}
		noted, refused := gateOf(t, dialect, "required", true).ask(c.facts)
		if got := strings.Join(noted, ","); got != c.noted || refused != c.refused {
			t.Errorf("%s: noted %q, refused for %q; want %q and %q", c.why, got, refused, c.noted, c.refused)
		}
	}
}

// TestOpens holds by what a request is taken to be of the modern era, where a
// server has both.
func TestOpens(t *testing.T) {
	modernBegins := strings.Replace(begins, `"capabilities"`, goodsub+`,"capabilities"`, 1)
	for _, c := range []struct {
		why   string
		facts Facts
		want  bool
	}{
		{"the header names a version that has no handshake", sent(http.MethodPost, list, "MCP-Protocol-Version", "2026-07-28"), true},
		{"or one that nobody knows", sent(http.MethodPost, list, "MCP-Protocol-Version", "2099-01-01"), true},
		{"or one that has", sent(http.MethodPost, list, "MCP-Protocol-Version", "2025-11-25"), false},
		{"the body names one", sent(http.MethodPost, alone), true},
		{"nothing does", sent(http.MethodPost, list), false},
		{"a handshake whatever the header says", sent(http.MethodPost, begins, "MCP-Protocol-Version", "2026-07-28"), false},
		{"but for one that names a modern version", sent(http.MethodPost, modernBegins), true},
		{"what only that era has", sent(http.MethodPost, `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`), true},
		{"a line has only the message", Facts{Verb: http.MethodPost, Way: AsMessage, Body: []byte(alone)}, true},
		{"which may say nothing of it", Facts{Verb: http.MethodPost, Way: AsMessage, Body: []byte(list)}, false},
	} {
		g := gateOf(t, "spec", "required", false)
		f := c.facts
		g.Read(&f)
		if f.HTTP != nil {
			f.Protocol = g.Field(f.HTTP.Header, mcp.HeaderProtocolVersion)
		}
		if got := g.Opens(&f); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

// Every check that a dialect may name has its row, which has a function unless
// it only words what others refuse.
func TestEveryCheckIsThere(t *testing.T) {
	names := scenarios.CheckNames()
	for _, name := range names {
		row, ok := checks[name]
		switch step := row.is(overHTTP); { // what is asked at all is asked there
		case !ok:
			t.Errorf("no row for the check %s", name)
		case step != (row.find != nil):
			t.Errorf("the check %s is not asked over HTTP, or has no function", name)
		case step == row.is(outside|late):
			t.Errorf("the check %s is neither a step nor words for others, or both", name)
		}
	}
	for name := range checks {
		if !slices.Contains(names, name) {
			t.Errorf("the check %s is none that a dialect may name", name)
		}
	}
}
