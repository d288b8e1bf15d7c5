package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/near"
)

// Sound returns what is wrong with a scenario that was written in Go, so that it
// would break or expect something else than it says, or nothing: a word that
// there is not, a fault that does nothing, an expectation that can never begin.
// Of a scenario that Parse has returned it finds nothing: a file is held to
// more.
func (s *Scenario) Sound() error {
	name := s.Name
	if name == "" {
		name = "without a name"
	}
	wrong := func(what string, i int, err error) error {
		return fmt.Errorf("scenarios: scenario %s: %s %d: %w", name, what, i+1, err)
	}
	if err := word("Sessions", s.Sessions, "", "required", "optional", "stateless"); err != nil {
		return fmt.Errorf("scenarios: scenario %s: %w", name, err)
	}
	for i := range s.Faults {
		if err := s.Faults[i].sound(s.Seed != nil); err != nil {
			return wrong("fault", i, err)
		}
	}
	for i := range s.Expect {
		if err := s.Expect[i].sound(s.Faults); err != nil {
			return wrong("expectation", i, err)
		}
	}
	return nil
}

func (f *Fault) sound(seeded bool) error {
	counts := 0
	for _, n := range []bool{f.When.Nth != 0, f.When.Every != 0, f.When.After != 0 || f.When.AfterTime != 0} {
		if n {
			counts++
		}
	}
	switch {
	case reflect.ValueOf(f.Do).IsZero():
		return fmt.Errorf("it does nothing: set an action in Do")
	case f.Times < 0 || f.For < 0 || f.Cooldown < 0 || f.When.Nth < 0 || f.When.Every < 0 || f.When.After < 0:
		return fmt.Errorf("a number in it is less than 0")
	case counts > 1:
		return fmt.Errorf("only one of Nth, Every and After may be set")
	case f.When.Chance < 0 || f.When.Chance > 1:
		return fmt.Errorf("its Chance is %v: it must be more than 0, and at most 1", f.When.Chance)
	case f.When.Chance > 0 && !seeded:
		return fmt.Errorf("it leaves something to chance: set the Seed of the scenario")
	}
	return word("Scope", f.Scope, "", "session", "connection", "server")
}

func (e *Expectation) sound(list []Fault) error {
	if err := word("Level", e.Level, levels()...); err != nil {
		return err
	}
	if err := word("What", e.What, Assertions()...); err != nil {
		return err
	}
	since := append(begins(), "")
	for i := range list {
		since = append(since, list[i].Name)
	}
	if err := word("Since", e.Since, since...); err != nil {
		return err
	}
	switch {
	case e.Within < 0 || e.Per < 0 || e.Count < 0:
		return fmt.Errorf("a number in it is less than 0")
	case e.What == AssertOrder && len(e.Order) < 2:
		return fmt.Errorf("an order has two methods or more: set Order")
	}
	return nil
}

// word refuses a word that is none of those there are.
func word(field, is string, words ...string) error {
	if slices.Contains(words, is) {
		return nil
	}
	if meant := near.Word(is, words); meant != "" {
		return fmt.Errorf("there is no %s %q: did you mean %q?", field, is, meant)
	}
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	return fmt.Errorf("there is no %s %q: it is one of %s", field, is, strings.Join(words, ", "))
}
