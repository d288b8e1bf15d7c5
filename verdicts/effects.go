package verdicts

import "github.com/mcpmock/mcpmock/scenarios"

// The effects of the faults of some scenarios, by their names, without which a
// journal cannot be understood.
type effects struct {
	rotates map[string]bool // they give a session a new id
	quits   map[string]bool // over stdio they end the process
}

// effectsOf finds what the faults of some scenarios do that the journal does not
// say.
func effectsOf(list []*scenarios.Scenario) *effects {
	e := &effects{rotates: map[string]bool{}, quits: map[string]bool{}}
	n := 0
	for _, s := range list {
		if s == nil {
			continue
		}
		for i := range s.Faults {
			f := &s.Faults[i]
			n++
			if f.Do.RotateSession {
				e.rotates[f.Called(n)] = true
			}
			// The session of a process is the process.
			if f.Do.Quits() && f.When.Client != "eof" {
				e.quits[f.Called(n)] = true
			}
		}
	}
	return e
}

// sinceOf is where the expectations of a scenario that do not say it begin.
func sinceOf(s *scenarios.Scenario) string {
	if len(s.Faults) > 0 || len(policies(s)) > 0 {
		return "fault"
	}
	return "refusal"
}

// policies are the names by which the policies of a scenario show on a
// journal.
func policies(s *scenarios.Scenario) []string {
	var names []string
	for _, p := range [...]struct {
		name string
		has  bool
	}{{"rate", s.Rate != nil}, {"replicas", s.Replicas != nil}, {"auth", s.Auth != nil}, {"cors", s.CORS != nil}, {"idle", s.Idle > 0}} {
		if p.has {
			names = append(names, p.name)
		}
	}
	return names
}
