package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Staged are the answers with which the faults of a scenario ask for input in
// place of the server (2026-07-28 basic/patterns/mrtr). The server has asked
// nothing, so whoever retries gets what the request as it was first would have
// got.
type staged struct {
	states map[string]bool // every requestState that a fault gives
	wanted [][]string      // the keys of inputRequests where it gives none
}

func stagedOf(s *scenarios.Scenario) staged {
	var g staged
	for i := range s.Faults {
		result := gjson.ParseBytes(s.Faults[i].Do.Result)
		if result.Get("resultType").Str != mcp.InputRequired {
			continue
		}
		if state := result.Get("requestState"); state.Exists() {
			if g.states == nil {
				g.states = map[string]bool{}
			}
			g.states[state.Str] = true
			continue
		}
		var keys []string
		for key := range result.Get("inputRequests").Map() {
			keys = append(keys, key)
		}
		if keys != nil {
			g.wanted = append(g.wanted, keys)
		}
	}
	return g
}

// answers reports whether a retry is of what a fault has asked. One without a
// requestState is where it answers all that some fault asks for.
func (g *staged) answers(t *matching.Retry) bool {
	if t.HasState {
		return g.states[t.State]
	}
	given := gjson.ParseBytes(t.Responses).Map()
	return slices.ContainsFunc(g.wanted, func(keys []string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return !given[key].Exists() })
	})
}
