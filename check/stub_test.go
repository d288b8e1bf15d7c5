package check

import (
	"net/http/httptest"
	"testing"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestStubs holds that a server written by hand keeps to the rules of each era,
// also where it is asked for what it has not.
func TestStubs(t *testing.T) {
	for _, era := range []string{"legacy", "modern", "both"} {
		player, err := replay.New(nil, replay.WithEra(era), replay.WithScenario(&scenarios.Scenario{Name: "by-hand", Stubs: &scenarios.Stubs{
			Tools:     []scenarios.StubTool{{Name: "forecast", Answers: []scenarios.StubAnswer{{Text: "rain"}}}},
			Prompts:   []scenarios.StubPrompt{{Name: "plan", Answers: []scenarios.StubAnswer{{Text: "a day"}}}},
			Resources: []scenarios.StubResource{{URI: "weather://map", Text: "a map"}},
		}}))
		if err != nil {
			t.Fatal(err)
		}
		srv := httptest.NewServer(player)
		r, err := HTTP(t.Context(), srv.URL+"/mcp")
		srv.CloseClientConnections()
		srv.Close()
		player.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Verdict == Broken || f.Verdict == Note {
				t.Errorf("%s: %s %s: %s", era, f.Verdict, f.Rule, f.Saw)
			}
		}
	}
}
