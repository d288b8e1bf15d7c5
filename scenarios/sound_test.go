package scenarios

import (
	"strings"
	"testing"
	"time"
)

// A scenario that was written in Go is held to what would else go unnoticed.
func TestSound(t *testing.T) {
	lists := Trigger{Method: "tools/list"}
	restart := Action{Restart: true}
	alive := Expectation{Level: "must", What: AssertAlive}
	with := func(e Expectation, change func(*Expectation)) *Scenario {
		change(&e)
		return &Scenario{Name: "mine", Expect: []Expectation{e}}
	}
	breaks := func(f Fault) *Scenario { return &Scenario{Name: "mine", Faults: []Fault{f}} }
	for _, c := range []struct {
		why  string
		s    *Scenario
		says string // "" where it is sound
	}{
		{"nothing is wrong", &Scenario{Faults: []Fault{{Name: "f", When: lists, Do: restart}}, Expect: []Expectation{alive, {Level: "advice", What: AssertNever, Since: "f"}}}, ""},
		{"a must that is written large would fail nobody", with(alive, func(e *Expectation) { e.Level = "Must" }), `scenario mine: expectation 1: there is no Level "Must": did you mean "must"?`},
		{"nor would one without a level", with(alive, func(e *Expectation) { e.Level = "" }), "it is one of must, should, advice"},
		{"an assertion that there is not", with(alive, func(e *Expectation) { e.What = "reinitialise" }), `there is no What "reinitialise": did you mean "reinitialize"?`},
		{"one that begins with no fault of it", with(alive, func(e *Expectation) { e.Since = "dies" }), `there is no Since "dies"`},
		{"time that is over before it begins", with(alive, func(e *Expectation) { e.Within = -time.Second }), "less than 0"},
		{"an order of nothing", with(alive, func(e *Expectation) { e.What = AssertOrder }), "set Order"},
		{"a fault that does nothing", breaks(Fault{When: lists}), "fault 1: it does nothing: set an action in Do"},
		{"what it counts in", breaks(Fault{Do: restart, Scope: "sesion"}), `did you mean "session"?`},
		{"two ways to count", breaks(Fault{Do: restart, When: Trigger{Nth: 2, AfterTime: time.Second}}), "only one of Nth, Every and After"},
		{"never", breaks(Fault{Do: restart, Times: -1}), "less than 0"},
		{"more than always", breaks(Fault{Do: restart, When: Trigger{Chance: 2}}), "Chance is 2"},
		{"chance that nobody can repeat", breaks(Fault{Do: restart, When: Trigger{Chance: 0.5}}), "set the Seed"},
		{"a policy that there is not", &Scenario{Sessions: "none"}, `scenario without a name: there is no Sessions "none": it is one of required, optional, stateless`},
	} {
		err := c.s.Sound()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.why, err, c.says)
		}
	}
	for _, name := range Stock() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
