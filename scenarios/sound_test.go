package scenarios

import (
	"math"
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
	meets := func(t Trigger) *Scenario { return breaks(Fault{When: t, Do: restart}) }
	does := func(a Action) *Scenario { return breaks(Fault{When: lists, Do: a}) }
	for _, c := range []struct {
		why  string
		s    *Scenario
		says string // "" where it is sound
	}{
		{"nothing is wrong", &Scenario{Faults: []Fault{{Name: "f", When: lists, Do: restart}}, Expect: []Expectation{alive, {Level: "advice", What: AssertNever, Of: lists, Since: "f"}}}, ""},
		{"stubs are held by whoever makes them ready", &Scenario{Stubs: &Stubs{Tools: []StubTool{{}}}}, ""},
		{"a delay of one length", breaks(Fault{Do: Action{Delay: &Delay{From: time.Second}}}), ""},
		{"one from nothing on", breaks(Fault{Do: Action{Delay: &Delay{To: time.Second}}}), ""},
		{"the short forms", breaks(Fault{Do: Action{Stall: &Stall{At: "mid_body"}, Split: &Split{CodePoint: true}, Drop: &Drop{Events: 1}}}), ""},
		{"a code of 0 is a code", breaks(Fault{Do: Action{Error: &RPCError{Message: "none"}}}), ""},
		{"credentials that are none", &Scenario{Auth: &Auth{}}, ""},
		{"spread as it is by itself", &Scenario{Replicas: &Replicas{N: 2}}, ""},
		{"at most once", with(alive, func(e *Expectation) { e.What = AssertAtMost }), ""},

		{"a must that is written large would fail nobody", with(alive, func(e *Expectation) { e.Level = "Must" }), `scenario mine: expect[0]: unknown level "Must": did you mean "must"?`},
		{"nor would one without a level", with(alive, func(e *Expectation) { e.Level = "" }), "it is one of must, should, advice"},
		{"an assertion that there is not", with(alive, func(e *Expectation) { e.What = "reinitialise" }), `unknown assertion "reinitialise": did you mean "reinitialize"?`},
		{"one that begins with no fault of it", with(alive, func(e *Expectation) { e.Since = "dies" }), `since names no fault "dies"`},
		{"one that begins at a fault where there are none", with(alive, func(e *Expectation) { e.Since = "fault" }), "since: fault, but the scenario has neither faults nor policies"},
		{"time that is over before it begins", with(alive, func(e *Expectation) { e.Within = -time.Second }), "expect[0].within: within is -1s"},
		{"an order of nothing", with(alive, func(e *Expectation) { e.What = AssertOrder }), "an order has two or more"},
		{"nothing that is never done", with(alive, func(e *Expectation) { e.What = AssertNever }), "never is met by every request"},
		{"nothing that is always so", with(alive, func(e *Expectation) { e.What = AssertAlways }), "always has nothing"},
		{"a request that never is", with(alive, func(e *Expectation) { e.What, e.Of = AssertNever, Trigger{Session: "dead"} }), `expect[0].session: unknown kind of session "dead"`},
		{"what no journal says", with(alive, func(e *Expectation) { e.What, e.Of = AssertNever, Trigger{Replica: 1} }), "asks for a replica"},

		{"a fault that does nothing", breaks(Fault{When: lists}), "faults[0]: the fault has no do"},
		{"what it counts in", breaks(Fault{Do: restart, Scope: "sesion", When: Trigger{Nth: 2}}), `did you mean "session"?`},
		{"two ways to count", breaks(Fault{Do: restart, When: Trigger{Nth: 2, AfterTime: time.Second}}), "one trigger counts in one way"},
		{"never", breaks(Fault{Do: restart, Times: -1}), "faults[0].times: times is -1"},
		{"more than always", breaks(Fault{Do: restart, When: Trigger{Chance: 2}}), "chance is 2"},
		{"chance that nobody can repeat", breaks(Fault{Do: restart, When: Trigger{Chance: 0.5}}), "chance without a seed"},
		{"chance where nothing is left to it", breaks(Fault{Do: restart, When: Trigger{Any: []Trigger{{Chance: 0.5}}}}), "faults[0].when.any[0]: chance does not stand in any"},
		{"counting where nothing counts", breaks(Fault{Do: restart, When: lists, Until: &Trigger{Nth: 2}}), "nth does not stand in until"},
		{"a while that is less than none", breaks(Fault{Do: restart, When: Trigger{AfterTime: -1}}), "faults[0].when.after: after is -1ns"},
		{"two of one name", &Scenario{Faults: []Fault{{Name: "f", Do: restart}, {Name: "f", Do: restart}}}, `two faults are called "f": give them`},
		{"an answer to what is not answered", breaks(Fault{When: Trigger{Client: "eof"}, Do: Action{Error: &RPCError{Message: "m"}}}), "faults[0].do.error: error beside client: eof"},
		{"two answers to one request", breaks(Fault{Do: Action{Ignore: true, Error: &RPCError{Message: "m"}}}), "one do has one answer"},

		{"a session that there is not", meets(Trigger{Session: "dead"}), `faults[0].when.session: unknown kind of session "dead"`},
		{"a method of HTTP", meets(Trigger{HTTP: "PSOT"}), `did you mean "POST"?`},
		{"a state", meets(Trigger{State: "reday"}), `did you mean "ready"?`},
		{"a doing", meets(Trigger{Client: "conect"}), `did you mean "connect"?`},
		{"a kind of message", meets(Trigger{Kind: "reqest"}), `did you mean "request"?`},
		{"an era", meets(Trigger{Era: "modren"}), `did you mean "modern"?`},
		{"a pattern", meets(Trigger{Method: "*/call"}), "a * stands for any ending only"},
		{"within another trigger", meets(Trigger{Not: &Trigger{State: "reday"}}), "faults[0].when.not.state: "},
		{"what no request can be", meets(Trigger{HTTP: "GET", Tool: "t"}), "the trigger is never met"},
		{"a header with two tests", meets(Trigger{Headers: []HeaderTest{{Name: "A", Absent: true, Is: "b"}}}), "asks for several things"},
		{"a replica where there is one server", meets(Trigger{Replica: 2}), "replica without replicas"},
		{"a status", does(Action{Status: 99}), "faults[0].do.status: status is 99: it must be from 200 to 599"},
		{"a frame", does(Action{Frame: "bogus"}), `unknown frame "bogus"`},
		{"a place to stall", does(Action{Stall: &Stall{At: "midbody"}}), `faults[0].do.stall.at: unknown place to stall "midbody": did you mean "mid_body"?`},
		{"a delay that goes back", does(Action{Delay: &Delay{From: -time.Second}}), "from"},
		{"a pointer that is none", does(Action{Set: []Edit{{Pointer: "result", Value: []byte("1")}}}), "is no JSON Pointer"},
		{"a value that is none", does(Action{Result: []byte("{")}), "result is no JSON value"},
		{"an answer without a status", does(Action{Respond: &Response{Body: "b"}}), "respond has no status"},
		{"a variable that there is not", does(Action{Respond: &Response{Status: 200, Body: "${sesion}"}}), "unknown variable ${sesion}"},
		{"a header that is none", does(Action{Request: []Header{{Name: "a b", Value: "c"}}}), "cannot be the name of a header"},

		{"a balancer of one", &Scenario{Replicas: &Replicas{N: 1}}, "replicas.n: n is 1: it must be from 2 to 100"},
		{"of fewer", &Scenario{Replicas: &Replicas{N: -1}}, "n is -1"},
		{"a way to spread", &Scenario{Replicas: &Replicas{N: 2, Policy: "sticky"}}, `unknown policy of replicas "sticky"`},
		{"a rate of nothing", &Scenario{Rate: &Rate{}}, "rate: rate has no requests"},
		{"an era of a server", &Scenario{Era: "modren"}, `era: unknown era "modren"`},
		{"a transport", &Scenario{Transport: "htp"}, `did you mean "http"?`},
		{"a policy that there is not", &Scenario{Sessions: "none"}, `scenario without a name: sessions: unknown sessions policy "none": it is one of required, optional, stateless`},
		{"a scale that turns time back", &Scenario{Scale: -1}, "scale is -1"},
		{"and one that makes a day of a millisecond", &Scenario{Scale: 1e9}, "scale is 1e+09: it must be more than 0, and at most 1000"},
		{"and one that is no number", &Scenario{Scale: math.NaN()}, "scale is NaN"},
		{"sessions that are over before they begin", &Scenario{Idle: -1}, "idle is -1ns"},
		{"over a transport that cannot", &Scenario{Transport: "stdio", Faults: []Fault{{Do: Action{Gzip: true}}}}, "faults[0].do.gzip: gzip happens over HTTP only"},
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
