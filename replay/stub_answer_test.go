package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// The first answer that fits is given.
func TestStubArguments(t *testing.T) {
	cl := stubPlayer(t, echoing(
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"Oslo","days":2}`), Text: "both"},
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"O*"}`), Text: "pattern"},
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"where":{"city":"Rome"}}`), Text: "nested", IsError: true},
	))
	cl.begin("tester")
	for _, c := range []struct{ arguments, want string }{
		{`{"city":"Oslo","days":2,"more":1}`, "both"}, {`{"days":2.0,"city":"Oslo"}`, "both"},
		{`{"city":"Oslo","days":3}`, "pattern"}, {`{"where":{"city":"Rome","x":1}}`, "nested"},
	} {
		if r := cl.call("1", c.arguments); r.get("result.content.0.text").Str != c.want || r.get("result.isError").Bool() != (c.want == "nested") {
			t.Errorf("%s: %s", c.arguments, r.body)
		}
	}
}

// A call that no answer fits is a mismatch, which names the closest one.
func TestStubMismatch(t *testing.T) {
	var misses []*Mismatch
	cl := stubPlayer(t, echoing(
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"Oslo","where":{"x":[1,2]}}`), Text: "1"},
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"Rome"}`), Text: "2", Then: "warmed"},
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"Bergen"}`), State: "warmed", Text: "3"},
	), WithOnMismatch(func(m *Mismatch) { misses = append(misses, m) }))
	cl.begin("tester")
	for _, c := range []struct{ arguments, text, detail string }{
		{`{"city":"Paris"}`, `mcpmock: no stubbed answer to tools/call echo: none of its answers fits (nearest written: answer 2, differs at /params/arguments/city: wanted "Rome", received "Paris")`,
			`/params/arguments/city   wanted "Rome"   received "Paris"`},
		{`{"city":"Bergen"}`, `mcpmock: no stubbed answer to tools/call echo: none of its answers fits (nearest written: answer 2, differs at /params/arguments/city: wanted "Rome", received "Bergen")`, ``},
		{`{"city":"Oslo","where":{"x":[1,3]}}`, `mcpmock: no stubbed answer to tools/call echo: none of its answers fits (nearest written: answer 1, differs at /params/arguments/where/x/1: wanted 2, received 3)`, ``},
		{`{}`, `mcpmock: no stubbed answer to tools/call echo: none of its answers fits (nearest written: answer 2, differs at /params/arguments/city: wanted "Rome", received nothing)`, ``},
	} {
		misses = nil
		r := cl.call("1", c.arguments)
		if r.status != 200 || !r.get("result.isError").Bool() || r.get("result.content.0.text").Str != c.text {
			t.Errorf("%s: %s", c.arguments, r.body)
		}
		if len(misses) != 1 || !misses[0].Stub || !strings.Contains(misses[0].Error(), c.detail) {
			t.Errorf("%s: %v", c.arguments, misses)
		}
	}
	if n := cl.player.Journal().Count("mismatched"); n != 4 {
		t.Errorf("%d mismatches on the journal", n)
	}
	s := echoing()
	s.Stubs.Methods = []scenarios.StubMethod{{Method: "x/own", Answers: []scenarios.StubAnswer{
		{State: "never", Arguments: json.RawMessage(`{"a":[1]}`), Result: json.RawMessage(`{}`)},
		{Arguments: json.RawMessage(`{"a":[1],"b":{"~/":2}}`), Result: json.RawMessage(`{}`), Then: "never"},
	}}}
	cl = stubPlayer(t, s)
	cl.begin("tester")
	if r := cl.call("1", `{}`); !strings.Contains(r.get("result.content.0.text").Str, "echo: it has no answers") {
		t.Errorf("a tool without answers: %s", r.body)
	}
	r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"x/own","params":{"a":[1],"b":{}}}`)
	if r.get("error.code").Int() != CodeMismatch || r.get("error.data.nearest").Raw != `{"answer":1,"differences":[{"pointer":"state","recorded":"never","received":"start"}]}` {
		t.Errorf("in another state: %s", r.body)
	}
	r = cl.post(`{"jsonrpc":"2.0","id":1,"method":"x/own","params":{"a":[2],"b":{"~/":2}}}`)
	if r.get("error.data.nearest").Raw != `{"answer":2,"differences":[{"pointer":"/params/a/0","recorded":1,"received":2}]}` {
		t.Errorf("params of a method: %s", r.body)
	}
	cl = stubPlayer(t, echoing(scenarios.StubAnswer{Arguments: json.RawMessage(`{"a":1}`)}), WithMissStatus(500))
	cl.begin("tester")
	if r := cl.call("1", `{}`); r.status != 500 || !r.get("result.isError").Bool() {
		t.Errorf("with a miss status: %d %s", r.status, r.body)
	}
}

// What stubs lack that are the whole server is refused as each revision has it,
// and is a mismatch all the same. Before a tape, only the tape could tell.
func TestStubLacks(t *testing.T) {
	s := byHand()
	s.Stubs.Methods = nil
	echo := echoing(scenarios.StubAnswer{Text: "a"})
	for _, c := range []struct {
		why, method, params string
		of                  *scenarios.Scenario
		modern              bool
		status, code        int
		message, data, hint string
	}{
		{"a tool", "tools/call", `"name":"ecco"`, s, false, 200, -32602, "Unknown tool: ecco", "", "there are: forecast, echo"},
		{"a tool, 2026-07-28", "tools/call", `"name":"ecco"`, s, true, 200, -32602, "Unknown tool: ecco", "", "there are: forecast, echo"},
		{"a prompt", "prompts/get", `"name":"p"`, s, false, 200, -32602, "Unknown prompt: p", "", "there are: plan"},
		{"a resource", "resources/read", `"uri":"x://\"y"`, s, false, 200, -32002, "Resource not found", `x://"y`, "there are: weather://map"},
		{"a resource, which 2026-07-28 has another code for", "resources/read", `"uri":"x://y"`, s, true, 200, -32602, "Resource not found", "x://y", "there are: weather://map"},
		{"a method", "completion/complete", `"ref":{}`, s, false, 200, -32601, "Method not found: completion/complete", "", "under methods"},
		{"a method, which 2026-07-28 has a status for", "completion/complete", `"ref":{"type":"ref/prompt","name":"plan"},"argument":{"name":"city","value":"O"}`, s, true, 404, -32601, "Method not found: completion/complete", "", "under methods"},
		{"a server without any prompts has not the method", "prompts/get", `"name":"p"`, echo, false, 200, -32601, "Method not found: prompts/get", "", "under methods"},
	} {
		var misses []*Mismatch
		cl := stubPlayer(t, c.of, WithEra("both"), WithOnMismatch(func(m *Mismatch) { misses = append(misses, m) }))
		var r reply
		if c.modern {
			r = cl.told("1", c.method, c.params)
		} else {
			cl.begin("tester")
			r = cl.post(`{"jsonrpc":"2.0","id":1,"method":"` + c.method + `","params":{` + c.params + `}}`)
		}
		if r.status != c.status || r.get("error.code").Int() != int64(c.code) || r.get("error.message").Str != c.message ||
			r.get("error.data.uri").Str != c.data || !strings.Contains(r.get("error.data.hint").Str, c.hint) {
			t.Errorf("%s: %d %s", c.why, r.status, r.body)
		}
		if len(misses) != 1 || cl.player.Journal().Count("mismatched") != 1 {
			t.Errorf("%s: %d mismatches, %d on the journal", c.why, len(misses), cl.player.Journal().Count("mismatched"))
		}
	}
	cl := stubPlayer(t, s, WithMissStatus(500))
	cl.begin("tester")
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ecco"}}`); r.status != 500 || r.get("error.code").Int() != -32602 {
		t.Errorf("with a miss status: %d %s", r.status, r.body)
	}
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	cl = tp.play(WithScenario(echo))
	cl.begin("tester")
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ecco"}}`); r.get("error.code").Int() != CodeMismatch {
		t.Errorf("before a tape: %s", r.body)
	}
}

// States and sequences are each conversation's own, also of two at once.
func TestStubStates(t *testing.T) {
	cl := stubPlayer(t, echoing(
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"do":"warm"}`), State: "start", Then: "warmed", Text: "warming"},
		scenarios.StubAnswer{Arguments: json.RawMessage(`{"do":"warm"}`), Text: "warm already"},
		scenarios.StubAnswer{State: "warmed", Sequence: []scenarios.StubAnswer{{Text: "one {{seq}}"}, {Text: "two {{seq}}", IsError: true}}},
		scenarios.StubAnswer{Text: "cold"},
	))
	text := func(cl *client, arguments string) string {
		return cl.call("1", arguments).get("result.content.0.text").Str
	}
	var sessions sync.WaitGroup
	for range 4 {
		sessions.Go(func() {
			cl := &client{t: t, url: cl.url}
			cl.begin("tester")
			var said []string
			for _, arguments := range []string{`{}`, `{"do":"warm"}`, `{}`, `{"do":"warm"}`, `{}`, `{}`} {
				said = append(said, text(cl, arguments))
			}
			if want := []string{"cold", "warming", "one 3", "warm already", "two 5", "two 6"}; !slices.Equal(said, want) {
				t.Errorf("it said %q, not %q", said, want)
			}
		})
	}
	sessions.Wait()
	one, two := &client{t: t, url: cl.url}, &client{t: t, url: cl.url}
	one.begin("tester")
	two.begin("tester")
	if a, b, c := text(one, `{"do":"warm"}`), text(two, `{}`), text(one, `{}`); a != "warming" || b != "cold" || c != "one 2" {
		t.Errorf("one warms, the other is cold: %s, %s, %s", a, b, c)
	}
}

// Arguments are held to the schema; how a client learns of it depends on its
// revision.
func TestStubSchema(t *testing.T) {
	for _, c := range []struct {
		version, arguments string
		protocol           bool
		want               string
	}{
		{"2025-11-25", `{}`, false, "city"},
		{"2025-11-25", `{"city":5}`, false, "city"},
		{"2025-06-18", `{}`, true, "city"},
		{"2024-11-05", `{"city":5}`, true, "city"},
		{"2025-11-25", `"x"`, true, "arguments must be an object"},
	} {
		cl := stubPlayer(t, byHand())
		r := cl.post(fmt.Sprintf(initialize, 1, c.version, "tester"))
		cl.session = r.header.Get("Mcp-Session-Id")
		r = cl.post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forecast","arguments":`+c.arguments+`}}`, "Mcp-Protocol-Version", c.version)
		text := r.get("result.content.0.text").Str
		if c.protocol {
			text = r.get("error.message").Str
		}
		if !strings.Contains(text, c.want) || !strings.Contains(text, "tool forecast") || c.protocol != (r.get("error.code").Int() == -32602) || c.protocol == r.get("result.isError").Bool() {
			t.Errorf("%s %s: %s", c.version, c.arguments, r.body)
		}
		if j := cl.player.Journal(); j.Count("mismatched") != 0 || j.Count("refused") != 1 || j.Count("stubbed") != 1 {
			t.Errorf("%s: what a real server refuses is refused, is no mismatch, and gets no answer beside that to initialize", c.arguments)
		}
		for e := range cl.player.Journal().Events() {
			if e.Note != nil && e.Note.Kind == "refused" && (e.Note.Rule != "arguments" || !strings.Contains(e.Note.Text, c.want)) {
				t.Errorf("%s: the journal has %+v", c.arguments, e.Note)
			}
		}
	}
	cl := stubPlayer(t, byHand())
	cl.begin("tester")
	for _, arguments := range []string{`{}`, `{"city":5}`} {
		r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"plan","arguments":` + arguments + `}}`)
		if r.get("error.code").Int() != -32602 || !strings.Contains(r.get("error.message").Str, "city") {
			t.Errorf("a prompt with %s: %s", arguments, r.body)
		}
	}
}

// What an answer has become with the arguments of a call is held to the output of
// its tool, too: no server may say it.
func TestStubOutput(t *testing.T) {
	var misses []*Mismatch
	s := promising(`{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}`, scenarios.StubAnswer{Structured: json.RawMessage(`{"n":"{{args.n}}"}`)})
	s.Stubs.Tools[0].Answers = append([]scenarios.StubAnswer{{Arguments: json.RawMessage(`{"n":"fail"}`), Structured: json.RawMessage(`{"n":"{{args.n}}"}`), IsError: true}}, s.Stubs.Tools[0].Answers...)
	cl := stubPlayer(t, s, WithOnMismatch(func(m *Mismatch) { misses = append(misses, m) }))
	cl.begin("tester")
	if r := cl.call("1", `{"n":5}`); r.get("result").Raw != `{"content":[{"type":"text","text":"{\"n\":5}"}],"structuredContent":{"n":5}}` || len(misses) != 0 {
		t.Errorf("what output says: %s, %v", r.body, misses)
	}
	if r := cl.call("2", `{"n":"fail"}`); r.get("result.structuredContent.n").Str != "fail" || len(misses) != 0 {
		t.Errorf("an error of the tool is held to nothing: %s, %v", r.body, misses)
	}
	r := cl.call("3", `{"n":"five"}`)
	const want = `mcpmock: no stubbed answer to tools/call echo: tool echo, answer 2 is not what output says: n is "five", and must be {"type":"integer"}`
	if !r.get("result.isError").Bool() || r.get("result.content.0.text").Str != want || r.get("result.structuredContent").Exists() || len(misses) != 1 {
		t.Errorf("what output does not say: %s, %v", r.body, misses)
	}
}

// What a server says to wrong arguments beside that, a fault has it say.
func TestStubRefusalByAFault(t *testing.T) {
	s, err := scenarios.Parse("mine.yaml", []byte(`
stubs:
  tools:
    - name: echo
      input: {type: object, properties: {city: {type: string, minLength: 1}}, required: [city]}
      answers: [{text: rain}]
faults:
  - {when: {tool: echo, arguments: {city: ""}}, do: {error: {code: 1, message: no}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	cl := stubPlayer(t, s)
	cl.begin("tester")
	if r := cl.call("1", `{"city":""}`); r.get("error").Raw != `{"code":1,"message":"no"}` {
		t.Errorf("the one that the fault is for: %s", r.body)
	}
	if r := cl.call("2", `{"city":5}`); r.get("result.content.0.text").Str != `Invalid arguments for tool echo: city is 5, and must be {"minLength":1,"type":"string"}` {
		t.Errorf("any other: %s", r.body)
	}
}
