package replay

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// stubPlayer serves stubs without a tape.
func stubPlayer(t testing.TB, s *scenarios.Scenario, opts ...Option) *client {
	t.Helper()
	player, err := New(nil, append([]Option{WithScenario(s)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(player)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close(); player.Close() })
	return &client{t: t, url: srv.URL + "/mcp", player: player}
}

// echoing has one tool, echo, with those answers.
func echoing(answers ...scenarios.StubAnswer) *scenarios.Scenario {
	seed := int64(1)
	return &scenarios.Scenario{Name: "echoing", Seed: &seed, Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "echo", Answers: answers}}}}
}

// byHand is a server with something of everything.
func byHand() *scenarios.Scenario {
	return &scenarios.Scenario{Name: "by-hand", Stubs: &scenarios.Stubs{
		Server:       json.RawMessage(`{"name":"weather","version":"3"}`),
		Instructions: `Ask for a "city".`,
		Tools: []scenarios.StubTool{
			{Name: "forecast", Description: "The <weather>.", Answers: []scenarios.StubAnswer{{Text: "rain"}},
				Input: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`)},
			{Name: "echo", Answers: []scenarios.StubAnswer{{Text: "{{args.m}}"}}},
		},
		Prompts: []scenarios.StubPrompt{{Name: "plan", Description: "A plan.", Arguments: []string{"city!", "day"},
			Answers: []scenarios.StubAnswer{{Text: "Plan {{args.city}} {{args.day}}"}}}},
		Resources: []scenarios.StubResource{{URI: "weather://map", MIME: "text/plain", Text: `of "{{args.uri}}"`}},
		Methods: []scenarios.StubMethod{
			{Method: "completion/complete", Answers: []scenarios.StubAnswer{{Result: json.RawMessage(`{"completion":{"values":["{{args.argument.value}}lo"]}}`)}}},
			{Method: "x/own", Answers: []scenarios.StubAnswer{{Error: &scenarios.RPCError{Code: -32050, Message: "no {{method}}", Data: json.RawMessage(`["{{args.n}}"]`)}}}},
			{Method: "resources/read", Answers: []scenarios.StubAnswer{{Error: &scenarios.RPCError{Code: -32002, Message: "Resource not found"}}}},
		},
	}}
}

// What is written is what a client gets, on a blank tape as well as before a
// recorded one.
func TestStubs(t *testing.T) {
	for _, c := range []struct{ ask, want, why string }{
		{`"tools/list"`, `{"tools":[{"name":"forecast","description":"The <weather>.","inputSchema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},{"name":"echo","inputSchema":{"type":"object"}}]}`, "tools in their order"},
		{`"prompts/list"`, `{"prompts":[{"name":"plan","description":"A plan.","arguments":[{"name":"city","required":true},{"name":"day"}]}]}`, "the mark of a required argument is no part of its name"},
		{`"resources/list"`, `{"resources":[{"uri":"weather://map","name":"weather://map","mimeType":"text/plain"}]}`, "a resource needs a name"},
		{`"resources/templates/list"`, `{"resourceTemplates":[]}`, "clients ask, once there are resources"},
		{`"resources/read","params":{"uri":"weather://map"}`, `{"contents":[{"uri":"weather://map","mimeType":"text/plain","text":"of \"weather://map\""}]}`, "a resource"},
		{`"prompts/get","params":{"name":"plan","arguments":{"city":"Oslo"}}`, `{"description":"A plan.","messages":[{"role":"user","content":{"type":"text","text":"Plan Oslo "}}]}`, "an argument that was not given is no text"},
		{`"completion/complete","params":{"argument":{"name":"city","value":"Os"}}`, `{"completion":{"values":["Oslo"]}}`, "the arguments of a method are its params"},
		{`"tools/call","params":{"name":"forecast","arguments":{"city":"Oslo"}}`, `{"content":[{"type":"text","text":"rain"}]}`, "a call"},
	} {
		cl := stubPlayer(t, byHand())
		cl.begin("tester")
		r := cl.post(`{"jsonrpc":"2.0","id":"a","method":` + c.ask + `}`)
		if r.get("result").Raw != c.want || r.get("id").Raw != `"a"` || r.status != 200 {
			t.Errorf("%s: %s", c.why, r.body)
		}
	}
	cl := stubPlayer(t, byHand())
	r := cl.begin("tester")
	if got, want := r.get("result").Raw, `{"protocolVersion":"2025-11-25","capabilities":{"completions":{},"prompts":{},"resources":{},"tools":{}},"serverInfo":{"name":"weather","version":"3"},"instructions":"Ask for a \"city\"."}`; got != want {
		t.Errorf("initialize: %s", got)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"x/own","params":{"n":4}}`); r.get("error").Raw != `{"code":-32050,"message":"no x/own","data":[4]}` {
		t.Errorf("a method of its own: %s", r.body)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}`); r.get("error.code").Int() != -32002 {
		t.Errorf("any other resource: %s", r.body)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}`); r.get("error.code").Int() != -32601 {
		t.Errorf("logging is only there where it is written: %s", r.body)
	}
	if n := cl.player.Journal().Count("mismatched"); n != 0 {
		t.Errorf("%d mismatches", n)
	}
	if n := cl.player.Journal().Count("stubbed"); n != 3 {
		t.Errorf("%d notes of stubs, not 3", n)
	}
}

// With a tape, what is written comes before what was recorded, and is listed
// with it.
func TestStubsOverATape(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"old","inputSchema":{"type":"object"}},{"name":"echo","inputSchema":{}}],"nextCursor":"c"}}`)
	on = tp.post("session-1", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"c"}}`)
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"forecast","inputSchema":{}},{"name":"last","inputSchema":{}}]}}`)
	tp.call("session-1", 4, `{"m":"a"}`, "recorded")
	cl := tp.play(WithScenario(byHand()))
	r := cl.begin("tester")
	if got := r.get("result.capabilities").Raw; got != `{"tools":{},"logging":{},"completions":{},"prompts":{},"resources":{}}` {
		t.Errorf("capabilities: %s", got)
	}
	for _, c := range []struct{ ask, path, want, why string }{
		{`"tools/list"`, "result.tools.#.name", `["old","echo","forecast"]`, "the first page has all stubs, a namesake's in its place"},
		{`"tools/list","params":{"cursor":"c"}`, "result.tools.#.name", `["last"]`, "and the next has none again"},
		{`"prompts/list"`, "result.prompts.#.name", `["plan"]`, "a list that was never recorded"},
		{`"tools/call","params":{"name":"echo","arguments":{"m":"a"}}`, "result.content.0.text", `"a"`, "the stub comes before the tape"},
	} {
		if r := cl.post(`{"jsonrpc":"2.0","id":9,"method":` + c.ask + `}`); r.get(c.path).Raw != c.want {
			t.Errorf("%s: %s", c.why, r.body)
		}
	}
	noAnswer := byHand()
	noAnswer.Stubs.Tools = nil
	cl = tp.play(WithScenario(noAnswer))
	cl.begin("tester")
	if r := cl.call("4", `{"m":"a"}`); r.get("result.content.0.text").Str != "recorded" {
		t.Errorf("what no stub is for comes from the tape: %s", r.body)
	}
}

// The server speaks no version newer than it is to, and can what it has a
// method for.
func TestStubVersion(t *testing.T) {
	s := byHand()
	s.Stubs.Version = "2025-03-26"
	s.Stubs.Methods = append(s.Stubs.Methods, scenarios.StubMethod{Method: "logging/setLevel", Answers: []scenarios.StubAnswer{{Result: json.RawMessage(`{}`)}}})
	for asked, want := range map[string]string{"2025-11-25": "2025-03-26", "2025-03-26": "2025-03-26", "2024-11-05": "2024-11-05", "2099-01-01": "2025-03-26"} {
		cl := stubPlayer(t, s)
		r := cl.post(fmt.Sprintf(initialize, 1, asked, "tester"))
		if r.get("result.protocolVersion").Str != want || !r.get("result.capabilities.logging").Exists() {
			t.Errorf("%s: %s", asked, r.body)
		}
	}
}

// A later scenario's stub takes its namesake's place; the rest adds up.
func TestStubsOfTwoScenarios(t *testing.T) {
	first, second := byHand(), echoing(scenarios.StubAnswer{Text: "second"})
	cl := stubPlayer(t, first, WithScenario(second))
	cl.begin("tester")
	if r := cl.call("1", `{"m":"x"}`); r.get("result.content.0.text").Str != "second" {
		t.Error(r.body)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`); r.get("result.tools.#.name").Raw != `["forecast","echo"]` {
		t.Error(r.body)
	}
}

// A batch is answered as its requests alone would be.
func TestStubsInABatch(t *testing.T) {
	cl := stubPlayer(t, byHand())
	r := cl.post(fmt.Sprintf(initialize, 1, "2025-03-26", "tester"))
	cl.session = r.header.Get("Mcp-Session-Id")
	r = cl.post(`[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}},{"jsonrpc":"2.0","id":2,"method":"prompts/list"}]`)
	if r.get("#").Int() != 2 || r.get("0.result.content.0.text").Str != "a" || r.get("1.result.prompts.0.name").Str != "plan" {
		t.Error(r.body)
	}
}

// One line in a test: the scenario in it, or in a file.
func TestStubInATest(t *testing.T) {
	tr := &trial{}
	srv := Stub(tr, echoing(scenarios.StubAnswer{Arguments: json.RawMessage(`{"a":1}`)}))
	cl := &client{t: t, url: srv.URL}
	cl.begin("tester")
	cl.call("1", `{"a":1}`)
	if len(tr.errors) != 0 {
		t.Errorf("%q", tr.errors)
	}
	cl.call("1", `{"a":2}`)
	tr.end()
	if len(tr.errors) != 1 || !strings.HasPrefix(tr.errors[0], "echoing: no stubbed answer to tools/call echo: ") {
		t.Errorf("a mismatch fails the test: %q", tr.errors)
	}
	tr = &trial{}
	if Stub(tr, &scenarios.Scenario{}); !strings.Contains(tr.fatal, "there is nothing to play") {
		t.Errorf("no stubs: %q", tr.fatal)
	}
	tr = &trial{}
	if Start(tr, "nothing.yaml"); !strings.Contains(tr.fatal, "nothing.yaml") {
		t.Errorf("no file: %q", tr.fatal)
	}
}
