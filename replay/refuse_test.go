package replay

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// An event's id, in whatever form, says which event it is.
func TestEventIDs(t *testing.T) {
	for _, dialect := range []string{"spec", "go-sdk-1.0"} {
		p := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect})).player
		for _, want := range [][2]int{{1, 1}, {70_000, 4096}} {
			id := p.eventID(want[0], want[1])
			if stream, n, ok := p.eventOf(id); !ok || stream != want[0] || n != want[1] {
				t.Errorf("%s: %s is event %d of stream %d (%v), want %v", dialect, id, n, stream, ok, want)
			}
		}
		for _, alien := range []string{"", "1", "_", "-", "no-such-event", "AAAAAAAAAAAAAAAAAAAAAAAAAA_0", "AAAAAAAA_0"} {
			if _, _, ok := p.eventOf(alien); ok && dialect == "go-sdk-1.0" {
				t.Errorf("%s: %q is taken for an id of this run", dialect, alien)
			}
		}
	}
}

// A client that wants the connection closed is not told that it stays open.
func TestClientCloses(t *testing.T) {
	cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: "typescript-sdk-1.32", Sessions: "required"}))
	for _, c := range []struct {
		close bool
		want  string
	}{{false, "timeout=5"}, {true, ""}} {
		req, err := http.NewRequestWithContext(t.Context(), "PUT", cl.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = c.close
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := resp.Header.Get("Keep-Alive"); got != c.want {
			t.Errorf("asked to close: %v, Keep-Alive is %q, want %q", c.close, got, c.want)
		}
	}
}

// What a scenario says about sessions wins over the dialect.
func TestDialectSessions(t *testing.T) {
	for _, c := range []struct{ dialect, scenario, want string }{
		{"typescript-v2-handler", "", "stateless"},
		{"go-sdk-1.8-stateless", "", "stateless"},
		{"go-sdk-1.8-stateless", "required", "required"},
	} {
		p := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect, Sessions: c.scenario})).player
		if got := p.Sessions(); got != c.want {
			t.Errorf("%s: %s, want %s", fmt.Sprint(c.dialect, " and ", c.scenario), got, c.want)
		}
	}
}
