package mcpmock

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// TestExpectVerdictsOfServe holds that a test learns of what its client must
// do, and that recording judges nobody.
func TestExpectVerdictsOfServe(t *testing.T) {
	never := &scenarios.Scenario{Name: "polite", Expect: []scenarios.Expectation{
		{Level: "must", What: scenarios.AssertNever, Since: "start", Of: scenarios.Trigger{HTTP: "DELETE"}},
	}}
	for _, c := range []struct {
		why    string
		method string
		fails  bool
	}{
		{"it does what it must not", http.MethodDelete, true},
		{"it does not", http.MethodGet, false},
	} {
		f := &fakeT{}
		srv := Serve(f, "cassettes/weather.cassette", Replay(replay.WithScenario(never)))
		req, err := http.NewRequestWithContext(t.Context(), c.method, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if list := srv.Verdicts(); len(list) != 1 || (list[0].Result == verdicts.Fail) != c.fails {
			t.Errorf("%s: it stands at %v", c.why, list)
		}
		srv.ExpectVerdicts(f)
		f.end()
		if said := f.said(); f.Failed() != c.fails || c.fails && !strings.Contains(said, "polite: must never: {http: DELETE}, since: start: fail") {
			t.Errorf("%s: failed %v: %s", c.why, f.Failed(), said)
		}
	}
	f := &fakeT{}
	recording := &Server{}
	recording.ExpectVerdicts(f)
	if list := recording.Verdicts(); list != nil {
		t.Errorf("while recording there is %v", list)
	}
	f.mustPass(t)
}
