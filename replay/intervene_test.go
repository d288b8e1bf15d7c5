package replay

import (
	"fmt"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What a gateway takes off a request is as if it had never been sent.
func TestRequestWithoutAHeader(t *testing.T) {
	taken := func(dialect, header string) *scenarios.Scenario {
		return &scenarios.Scenario{Dialect: dialect, Sessions: "required", Faults: []scenarios.Fault{{
			When: scenarios.Trigger{Method: "tools/list"},
			Do:   scenarios.Action{Request: []scenarios.Header{{Name: header, Absent: true}}},
		}}}
	}
	for _, c := range []struct {
		why, dialect, header string
		status               int
		shows                bool // an id that is not the session's
	}{
		{"a dialect that opens a session for each request without an id does so here", "python-sdk-1.9.1", "Mcp-Session-Id", 400, true},
		{"another does not", "typescript-sdk-1.32", "Mcp-Session-Id", 400, false},
		{"a revision that nobody has named is not refused", "spec", "MCP-Protocol-Version", 200, false},
	} {
		cl := simple(t).play(WithScenario(taken(c.dialect, c.header)))
		cl.begin("tester")
		r := cl.post(list5, "MCP-Protocol-Version", "1999-01-01")
		shown := r.header.Get("Mcp-Session-Id")
		if r.status != c.status || (shown != "" && shown != cl.session) != c.shows {
			t.Errorf("%s: got %d, session id %q, %s", c.why, r.status, shown, r.body)
		}
	}
}

// The values of headers that a fault sets may hold variables.
func TestHeadersWithVariables(t *testing.T) {
	cl := simple(t).play(WithScenario(&scenarios.Scenario{Sessions: "required", Faults: []scenarios.Fault{{
		When: scenarios.Trigger{Method: "tools/list"},
		Do: scenarios.Action{Headers: []scenarios.Header{
			{Name: "X-Asked", Value: "${method} of ${session}"}, {Name: "Mcp-Session-Id", Value: "${fresh}"},
		}},
	}}}))
	cl.begin("tester")
	seen := map[string]bool{"": true, cl.session: true}
	for range 2 {
		r := cl.post(list5)
		if got, want := r.header.Get("X-Asked"), "tools/list of "+cl.session; r.status != 200 || got != want {
			t.Errorf("got %d, X-Asked %q, want %q", r.status, got, want)
		}
		fresh := r.header.Get("Mcp-Session-Id")
		if seen[fresh] {
			t.Errorf("the id %q was seen before", fresh)
		}
		seen[fresh] = true
		if r := cl.post(list5, "Mcp-Session-Id", fresh); r.status != 404 {
			t.Errorf("a fresh id opens no session: got %d %s", r.status, r.body)
		}
	}
}

// A client is ready when its notifications/initialized has come, whatever a fault
// answers it with.
func TestReadyThoughAnsweredByAFault(t *testing.T) {
	for _, dialect := range []string{"spec", "python-sdk-1.26"} {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect, Sessions: "required", Faults: []scenarios.Fault{
			{When: scenarios.Trigger{Method: "notifications/initialized"}, Do: scenarios.Action{Respond: &scenarios.Response{Status: 204}}},
			{When: scenarios.Trigger{Method: "tools/list", State: "ready"}, Do: scenarios.Action{Headers: []scenarios.Header{{Name: "X-Ready", Value: "yes"}}}},
		}}))
		cl.session = cl.post(fmt.Sprintf(initialize, 1, "2025-11-25", "tester")).header.Get("Mcp-Session-Id")
		cl.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		if r := cl.post(list5); r.status != 200 || r.header.Get("X-Ready") != "yes" || len(cl.notes("noted")) > 0 {
			t.Errorf("%s: got %d, X-Ready %q, noted %q", dialect, r.status, r.header.Get("X-Ready"), cl.notes("noted"))
		}
	}
}
