package replay

import (
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What a scenario leaves to chance is repeated by the seed of the player, where
// it has none of its own.
func TestChanceWithTheSeedOfThePlayer(t *testing.T) {
	s := &scenarios.Scenario{Sessions: "optional", Faults: []scenarios.Fault{{
		When: scenarios.Trigger{Method: "tools/list", Chance: 0.5},
		Do:   scenarios.Action{Status: 503},
	}}}
	drawn := func(seed int64) (all []int) {
		cl := simple(t).play(WithScenario(s), WithSeed(seed), WithRepeat())
		cl.begin("tester")
		for range 20 {
			all = append(all, cl.post(list5).status)
		}
		return all
	}
	first := drawn(7)
	if !slices.Equal(first, drawn(7)) {
		t.Error("the same seed draws something else")
	}
	if slices.Equal(first, drawn(8)) {
		t.Errorf("another seed draws the same: %v", first)
	}
	if _, err := New(nil, WithScenario(s)); err == nil || !strings.Contains(err.Error(), "chance without a seed") {
		t.Errorf("chance without any seed: %v", err)
	}
}
