package gate

import (
	"net/http"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// TestField holds how several lines of one field are read.
func TestField(t *testing.T) {
	for _, c := range []struct{ why, lines, name, want string }{
		{"as a rule the first", "", "Mcp-Session-Id", "a"},
		{"as Python", "first", "Mcp-Session-Id", "a"},
		{"as the Request of the web", "joined", "Mcp-Session-Id", "a, b"},
		{"with Content-Type", "joined", "Content-Type", "a, b"},
		{"as Node", "node", "Mcp-Session-Id", "a, b"},
		{"which has one Content-Type", "node", "Content-Type", "a"},
	} {
		g, header := New(&scenarios.Dialect{Lines: c.lines}, Mock{}, false), http.Header{c.name: {"a", "b"}}
		if got := g.Field(header, c.name); got != c.want {
			t.Errorf("%s: %q", c.why, got)
		}
		if g.Field(header, "Mcp-Method") != "" {
			t.Errorf("%s: a field that was not sent", c.why)
		}
	}
	g := New(&scenarios.Dialect{Lines: "first"}, Mock{}, false)
	if got := g.Field(http.Header{"A": {"☃"}}, "A"); got != "â\u0098\u0083" {
		t.Errorf("bytes that are no ASCII: %q", got)
	}
}

// TestKnowsHost holds which names of this machine a server takes for its own.
func TestKnowsHost(t *testing.T) {
	for _, c := range []struct {
		host, match string
		want        bool
	}{
		{"LOCALHOST:80", "", true}, {"LOCALHOST:80", "exact", false}, {"localhost", "exact", true},
		{"localhost", "port", false}, {"localhost:80", "port", true}, {"[::1]:80", "port", true}, {"[::1]", "port", false},
	} {
		if got := (&Gate{host: c.match}).KnowsHost(c.host); got != c.want {
			t.Errorf("%s, %q: %v", c.host, c.match, got)
		}
	}
}

// The accept checks compare as the dialect has it.
func TestAcceptMatch(t *testing.T) {
	const media = "text/event-stream"
	for _, c := range []struct {
		why, accept, match string
		wildcards, want    bool
	}{
		{"by media type, whatever its case and parameters", "application/json, Text/Event-Stream;q=0.5", "", false, true},
		{"exactly", "application/json, text/event-stream", "exact", false, true},
		{"not with a parameter", "text/event-stream;q=1", "exact", false, false},
		{"not in another case", "Text/Event-Stream", "exact", false, false},
		{"nor what only begins like it", "text/event-streams", "exact", false, false},
		{"a wildcard for its own kind", "text/*", "exact", true, true},
		{"but no other", "application/*", "exact", true, false},
		{"nor where there are none", "*/*", "exact", false, false},
		{"what begins like it", "text/event-stream;q=1", "prefix", false, true},
		{"not what ends like it", "x-text/event-stream", "prefix", false, false},
		{"anywhere in the header", "x-text/event-streams", "contains", false, true},
		{"but in its case", "TEXT/EVENT-STREAM", "contains", false, false},
	} {
		r := &http.Request{Header: http.Header{"Accept": {c.accept}}}
		if got := comes(r.Header["Accept"], media, &scenarios.Check{Match: c.match, Wildcards: c.wildcards}); got != c.want {
			t.Errorf("%s: Accept: %s by %q is %v, want %v", c.why, c.accept, c.match, got, c.want)
		}
	}
}
