package replay

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Of two GETs that the gate lets pass at once one gets the place of the only
// stream; the other is refused, and what is noted of it is noted once.
func TestPlaceIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why, dialect string
		passes       bool
	}{
		{"one stream in a session", "python-sdk-1.26", false},
		{"many", "spec", true},
	} {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect, Sessions: "required"}))
		cl.begin("tester")
		p := cl.player
		get := func() (*visit, *httptest.ResponseRecorder) {
			r := httptest.NewRequest(http.MethodGet, "http://localhost:1/mcp", http.NoBody)
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set("Mcp-Session-Id", cl.session)
			r.Header.Set("MCP-Protocol-Version", "2025-06-18") // which is another than the negotiated one
			w := httptest.NewRecorder()
			q := p.admit(w, r, "")
			q.locate()
			q.Place = q.place()
			return q, w
		}
		first, _ := get()
		second, answer := get()
		if first.Place != gate.PlaceFree || second.Place != gate.PlaceFree {
			t.Fatalf("%s: %v and %v before either has passed", c.why, first.Place, second.Place)
		}
		if !first.admitted(gate.OverHTTP) || !first.claimed {
			t.Fatalf("%s: the first does not pass", c.why)
		}
		if second.admitted(gate.OverHTTP) != c.passes || second.claimed || !c.passes && answer.Code != http.StatusConflict {
			t.Errorf("%s: the second passes: %v, or is answered %d", c.why, c.passes, answer.Code)
		}
		first.conv.unclaim()
		third, _ := get()
		if third.Place != gate.PlaceFree {
			t.Errorf("%s: the place is %v when the first has left", c.why, third.Place)
		}
		if n := p.Journal().Count("refused"); (n == 0) != c.passes {
			t.Errorf("%s: %d refusals on the journal", c.why, n)
		}
		if n := p.Journal().Count("noted"); c.dialect == "spec" && n != 2 {
			t.Errorf("%s: %d breaches are noted, want one of each", c.why, n)
		}
	}
}
