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
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Input: object(`{"type":"object","properties":{"x":{"pattern":"("}}}`)}}}}, "tools[0].input.properties.x.pattern: it is no regular expression"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Input: object(`{"type":"object","properties":{"type":{"type":"integer"},"x":{"anyOf":[{"type":["null","intger"]}]}}}`)}}}}, `tools[0].input.properties.x.anyOf[0].type: there is no type "intger": did you mean "integer"?`},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Answers: []scenarios.StubAnswer{{Text: "always"}, {Arguments: object(`{"x":1}`), Text: "never"}}}}}}, "tools[0].answers[1]: it is never given: answer 1 takes every call"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "a", Output: object(`{"type":"object","required":["x"]}`), Answers: []scenarios.StubAnswer{{Structured: object(`{}`)}}}}}}, "it is not what output says"},
		{promising(`{"type":"object","required":["x"]}`, scenarios.StubAnswer{Text: "t"}), "tools[0].answers[0]: a tool with an output answers with structured"},
		{promising(`{"type":"object","required":["x"]}`, scenarios.StubAnswer{Sequence: []scenarios.StubAnswer{{Text: "t"}}}), "tools[0].answers[0].sequence[0]: a tool with an output answers with structured"},
		{taking(`{"type":"object","properties":{"x":{"type":"integer"}}}`, `{"x":"two"}`), `tools[0].answers[0].arguments.x: no call gets this answer: x is "two", and must be {"type":"integer"}: mend one of them; what a server says to wrong arguments is for a fault`},
		{taking(`{"type":"object","properties":{"x":{"type":"integer"}}}`, `{"x":"t*"}`), `tools[0].answers[0].arguments.x: no call gets this answer: x is "t*", and must be`},
		{taking(`{"type":"object","properties":{"x":{"$ref":"#/$defs/y"}},"$defs":{"y":{"properties":{"z":{"items":{"enum":[1,2]}}}}}}`, `{"x":{"z":[1,3]}}`), `tools[0].answers[0].arguments.x.z: no call gets this answer: x.z[1] is 3, and must be {"enum":[1,2]}`},
		{taking(`{"type":"object","properties":{"x":{"type":["string","null"]}}}`, `{"x":{"y":1}}`), `arguments.x: no call gets this answer: x is {"y":1}, and must be`},
		{taking(`{"type":"object","properties":{"x":{"type":"string"}}}`, `{"x":[{"y":1}]}`), `arguments.x: no call gets this answer: x is [{"y":1}], and must be`},
		{taking(`{"type":"object","properties":{"city":true},"additionalProperties":false}`, `{"citty":"Oslo"}`), "arguments.citty: no call gets this answer: citty is nothing that it takes: did you mean city?"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Answers: []scenarios.StubAnswer{{Arguments: object(`{"day":5}`), Text: "t"}}}}}}, `prompts[0].answers[0].arguments.day: no call gets this answer: the argument "day" of a prompt is a string`},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{URI: "map.txt"}}}}, `resources[0].uri: "map.txt" is no URI: write one with a scheme`},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{URI: "a:b", MIME: "text"}}}}, `resources[0].mime: "text" is no media type`},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Arguments: []string{"!"}}}}}, "prompts[0].arguments[0]: an argument needs a name"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Answers: []scenarios.StubAnswer{{Structured: object(`{}`)}}}}}}, "are for tools"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{}}}}, "a resource needs a uri"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Resources: []scenarios.StubResource{{URI: "a:b", Text: "{{x}}"}}}}, "resources[0].text: there is no template"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "x", Answers: []scenarios.StubAnswer{{Text: "t"}}}}}}, "give a method result or error"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "initialize"}}}}, "initialize is answered by server"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Methods: []scenarios.StubMethod{{Method: "notifications/x"}}}}, "gets no answer"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Server: object(`1`)}}, "stubs.server: it must be an object"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Server: object(`{"name":"a"}`)}}, "stubs.server: it must be an object with a name and a version"},
		{&scenarios.Scenario{Stubs: &scenarios.Stubs{Prompts: []scenarios.StubPrompt{{Name: "p", Arguments: []string{"day", "day!"}}}}}, "prompts[0].arguments[1]: there is another day: name each argument once"},
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

// promising has one tool with an output, and that answer.
func promising(output string, a scenarios.StubAnswer) *scenarios.Scenario {
	s := echoing(a)
	s.Stubs.Tools[0].Output = json.RawMessage(output)
	return s
}

// taking has one tool with an input, and one answer, to those arguments.
func taking(input, arguments string) *scenarios.Scenario {
	s := echoing(scenarios.StubAnswer{Arguments: json.RawMessage(arguments), Text: "t"})
	s.Stubs.Tools[0].Input = json.RawMessage(input)
	return s
}

// What some call may have is no mistake, however little of it is told.
func TestStubArgumentsThatMayBe(t *testing.T) {
	for _, c := range []struct{ why, input, arguments string }{
		{"no schema of it", `{"type":"object"}`, `{"x":5}`},
		{"a pattern, of a text", `{"type":"object","properties":{"x":{"type":["string","null"],"minLength":9}}}`, `{"x":"O*"}`},
		{"a part of an object", `{"type":"object","properties":{"x":{"type":"object","required":["y","z"],"minProperties":2}},"required":["x","w"]}`, `{"x":{"y":1}}`},
		{"a list with a part of an object", `{"type":"object","properties":{"x":{"type":"array","items":{"required":["y","z"]}}}}`, `{"x":[{"y":1}]}`},
		{"either", `{"type":"object","properties":{"x":{"anyOf":[{"type":"string"},{"type":"object"}]}}}`, `{"x":{"y":1}}`},
		{"a number of another spelling", `{"type":"object","properties":{"x":{"type":"integer"}}}`, `{"x":1.0}`},
		{"a name that a pattern takes", `{"type":"object","patternProperties":{"^x-":true},"additionalProperties":false}`, `{"x-a":1}`},
	} {
		p, err := New(nil, WithScenario(taking(c.input, c.arguments)))
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		p.Close()
	}
}
