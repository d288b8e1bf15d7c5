package replay

import (
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// In no span of the rate's length are more requests served than it has,
// wherever the span begins.
func TestMeter(t *testing.T) {
	type request struct{ at, wait time.Duration }
	ms := time.Millisecond
	for _, c := range []struct {
		why string
		n   int
		of  []request
	}{
		{"those at the end of one span count in the next", 2, []request{{900 * ms, 0}, {950 * ms, 0}, {1000 * ms, 900 * ms}, {1899 * ms, 1 * ms}, {1900 * ms, 0}, {1901 * ms, 49 * ms}, {1950 * ms, 0}}},
		{"one that is refused does not count", 1, []request{{0, 0}, {999 * ms, 1 * ms}, {1000 * ms, 0}}},
		{"a long pause forgets all", 2, []request{{0, 0}, {1 * ms, 0}, {5000 * ms, 0}, {5001 * ms, 0}, {5002 * ms, 998 * ms}}},
	} {
		m := &meter{}
		r := &scenarios.Rate{Requests: c.n, Per: time.Second}
		for i, q := range c.of {
			if got := m.take("", r, time.Unix(100, 0).Add(q.at)); got != q.wait {
				t.Errorf("%s: request %d at %v: to wait %v, want %v", c.why, i+1, q.at, got, q.wait)
			}
		}
	}
	m := &meter{}
	r := &scenarios.Rate{Requests: 100, Per: time.Second}
	served := 0
	for at := time.Unix(0, 0); at.Before(time.Unix(10, 0)); at = at.Add(ms) {
		if m.take("", r, at) == 0 {
			served++
		}
	}
	if served != 1000 {
		t.Errorf("in ten spans %d were served, want 1000", served)
	}
}

// An id that names no session gives nobody a count of its own.
func TestRateOfInventedIDs(t *testing.T) {
	cl := simple(t).play(WithScenario(scenario(t, "name: test\nrate: {requests: 3, per: 1h}")), WithSessions("required"))
	cl.begin("tester") // the first without a session, and one of its own
	for i, c := range []struct {
		id     string
		status int
	}{{"invented-1", 404}, {"invented-2", 404}, {"invented-3", 429}, {"", 429}, {cl.session, 200}, {cl.session, 200}, {cl.session, 429}} {
		if r := cl.post(`{"jsonrpc":"2.0","id":5,"method":"ping"}`, "Mcp-Session-Id", c.id); r.status != c.status {
			t.Errorf("request %d, id %q: %d, want %d", i+1, c.id, r.status, c.status)
		}
	}
}

// A token is one of the Bearer scheme, whose name has no case (RFC 9110, 11.1).
func TestBearer(t *testing.T) {
	cl := simple(t).play(WithScenario(scenario(t, "name: test\nauth: {tokens: [secret]}")), WithSessions("required"))
	for _, c := range []struct {
		header string
		status int
		why    string
	}{
		{"Bearer secret", 200, "as clients have it"},
		{"bearer secret", 200, "in lower case"},
		{"BEARER  secret", 200, "with more space"},
		{"secret", 401, "no scheme"},
		{"Basic secret", 401, "another scheme"},
		{"Bearer", 401, "no token"},
		{"Bearer secrets", 401, "another token"},
		{"Bearersecret", 401, "no space"},
	} {
		r := cl.post(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`,
			"Authorization", c.header, "Mcp-Session-Id", "")
		if r.status != c.status {
			t.Errorf("%q, %s: %d, want %d", c.header, c.why, r.status, c.status)
		}
	}
}

// An id that the mock shows names the session; where there is no room for
// another one it shows none.
func TestRotatedIDIsNeverDead(t *testing.T) {
	cl := simple(t).play(WithMaxSessions(2), WithRepeat(), WithSessions("required"),
		WithScenario(scenario(t, "name: test\nfaults: [{when: {method: ping}, do: rotate_session}]")))
	cl.begin("tester")
	for i := range 4 {
		r := cl.post(`{"jsonrpc":"2.0","id":5,"method":"ping"}`)
		shown := r.header.Get("Mcp-Session-Id")
		if rotated := shown != "" && shown != cl.session; rotated != (i == 0) {
			t.Errorf("ping %d: it shows %q", i+1, shown)
		}
		if shown != "" {
			cl.session = shown
		}
		if r.status != 200 {
			t.Fatalf("ping %d: %d %s", i+1, r.status, r.body)
		}
	}
}

// Ids of requests are remembered where a fault asks for them.
func TestIDsAreKeptWhereAsked(t *testing.T) {
	for _, c := range []struct {
		faults string
		kept   bool
	}{
		{"{when: {method: ping}, do: ignore}", false},
		{"{when: {same_id: true}, do: ignore}", true},
		{"{when: {not: {same_id: true}, method: tools/list}, do: ignore}", true},
		{"{when: {any: [{same_id: true}, {tool: x}]}, do: ignore}", true},
		{"{when: {method: tools/list}, do: ignore, until: {same_id: true}}", true},
	} {
		cl := simple(t).play(WithSessions("stateless"), WithScenario(scenario(t, "name: test\nfaults: ["+c.faults+"]")))
		cl.post(`{"jsonrpc":"2.0","id":"x","method":"resources/list"}`)
		conv := cl.player.space("").loose
		if kept := len(conv.watched.ids) > 0; kept != c.kept {
			t.Errorf("%s: ids are kept: %v", c.faults, kept)
		}
	}
}
