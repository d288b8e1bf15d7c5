package replay

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What cannot be served is told before anything is, with its place.
func TestStubMistakes(t *testing.T) {
	object := func(s string) json.RawMessage { return json.RawMessage(s) }
	of := func(a scenarios.StubAnswer) *scenarios.Scenario { return echoing(a) }
	for _, c := range []struct {
		s    *scenarios.Scenario
		want string
	}{
		{&scenarios.Scenario{}, "there is nothing to play"},
		{of(scenarios.StubAnswer{Text: "{{city}}"}), "scenario echoing: stubs.tools[0].answers[0].text: there is no template {{city}}"},
		{of(scenarios.StubAnswer{Text: "{{args.}}"}), "there is no template"},
		{of(scenarios.StubAnswer{Text: "a {{ b"}), "{{ without }}"},
		{of(scenarios.StubAnswer{Structured: object(`{"a":[{"b":"{{x}}"}]}`)}), "answers[0].structured.a[0].b: there is no template"},
		{of(scenarios.StubAnswer{Structured: object(`[]`)}), "structured: it must be an object"},
		{of(scenarios.StubAnswer{Result: object(`{`)}), "result: not valid JSON"},
		{of(scenarios.StubAnswer{Result: object(`{}`), Text: "t"}), "leave out text"},
		{of(scenarios.StubAnswer{Structured: object(`{}`), Text: "t"}), "leave out text"},
		{of(scenarios.StubAnswer{Error: &scenarios.RPCError{Message: "{{x}}"}}), "error.message: there is no template"},
		{of(scenarios.StubAnswer{Error: &scenarios.RPCError{}, IsError: true}), "an answer is an error or a result"},
		{of(scenarios.StubAnswer{Arguments: object(`"x"`)}), "arguments: they must be an object"},
		{of(scenarios.StubAnswer{State: "wramed"}), `stubs.tools[0].answers[0].state: no answer leads to the state "wramed"`},
		{of(scenarios.StubAnswer{Delay: -1}), "delay: it must not be negative"},
		{of(scenarios.StubAnswer{Text: "t", Sequence: []scenarios.StubAnswer{{Text: "u"}}}), "put that into the sequence"},
		{of(scenarios.StubAnswer{Sequence: []scenarios.StubAnswer{{Text: "u", State: "start"}}}), "answers[0].sequence[0]: arguments, state"},
		{of(scenarios.StubAnswer{Sequence: []scenarios.StubAnswer{{Text: "{{u}}"}}}), "answers[0].sequence[0].text: there is no template"},
		{of(scenarios.StubAnswer{Progress: []scenarios.StubProgress{{Message: "{{u}}"}}}), "progress[0].message: there is no template"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a"}, {Name: "a"}}}}, "replay: stubs.tools[1]: there is another tool a"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{}}}}, "a tool needs a name"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Input: object(`{"type":"string"}`)}}}}, "tools[0].input: it must be a JSON Schema with type: object"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Input: object(`{"type":"object","properties":{"x":{"pattern":"("}}}`)}}}}, "tools[0].input: "},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Input: object(`{"type":"object","properties":{"type":{"type":"integer"},"x":{"anyOf":[{"type":["null","intger"]}]}}}`)}}}}, `tools[0].input: there is no type "intger": did you mean "integer"?`},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Answers: []scenarios.StubAnswer{{Text: "always"}, {Arguments: object(`{"x":1}`), Text: "never"}}}}}}, "tools[0].answers[1]: it is never given: answer 1 takes every call"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Output: object(`{"type":"object","required":["x"]}`), Answers: []scenarios.StubAnswer{{Structured: object(`{}`)}}}}}}, "it is not what output says"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Arguments: []string{"!"}}}}}, "prompts[0].arguments[0]: an argument needs a name"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Answers: []scenarios.StubAnswer{{Structured: object(`{}`)}}}}}}, "are for tools"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{}}}}, "a resource needs a uri"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{URI: "a:b", Text: "{{x}}"}}}}, "resources[0].text: there is no template"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "x", Answers: []scenarios.StubAnswer{{Text: "t"}}}}}}, "give a method result or error"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "initialize"}}}}, "initialize is answered by server"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "notifications/x"}}}}, "gets no answer"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Server: object(`1`)}}, "stubs.server: it must be an object"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Version: "2099-01-01"}}, `stubs.version: "2099-01-01" must be one of`},
	} {
		if p, err := New(nil, WithScenario(c.s)); err == nil {
			p.Close()
			t.Errorf("no error of %q", c.want)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\n  is not about %q", err, c.want)
		}
	}
}
