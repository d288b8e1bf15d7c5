package scenarios

import (
	"fmt"
	"slices"
)

// Sound returns what is wrong with a scenario that was written in Go, so that it
// would break or expect something else than it says, or nothing: a word that
// there is not, a number that is out of its range, a fault that does nothing, an
// expectation that can never begin. It holds the scenario to the grammar of
// files, member by member; what is zero was not set. Of one that Parse has
// returned it finds nothing. Stubs it leaves to whoever makes them ready.
func (s *Scenario) Sound() error {
	held := *s
	held.Expect = slices.Clone(s.Expect) // where they begin is filled in
	if err := grammar().fits(node{}, "", held); err != nil {
		name := s.Name
		if name == "" {
			name = "without a name"
		}
		return fmt.Errorf("scenarios: scenario %s: %w", name, err)
	}
	return nil
}
