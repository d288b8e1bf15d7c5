package replay

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Every template, alone and within a text, in each kind of answer.
func TestTemplates(t *testing.T) {
	const uuid = `~[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	now := clockFunc(func() time.Time {
		return time.Date(2026, 2, 3, 4, 5, 6, 7, time.FixedZone("", 3600))
	})
	for _, c := range []struct{ text, arguments, want, value, why string }{
		{"in {{args.city}}!", `{"city":"Oslo"}`, `"in Oslo!"`, `"in Oslo!"`, "an argument"},
		{"{{args.city}}", `{"city":"Oslo"}`, `"Oslo"`, `"Oslo"`, "alone, a string"},
		{"{{args.n}}", `{"n":1.50}`, `"1.50"`, `1.50`, "alone, in its own spelling; a text stays a text"},
		{"{{args.n}}", `{"n":[1, {"a": "b\n"}]}`, `"[1,{\"a\":\"b\\n\"}]"`, `[1,{"a":"b\n"}]`, "a value that is no string"},
		{"{{args.where.city}}", `{"where":{"city":"Oslo"}}`, `"Oslo"`, `"Oslo"`, "nested"},
		{"{{args.list.1}}", `{"list":["a",true]}`, `"true"`, `true`, "an element of an array"},
		{"{{args.list.2}}", `{"list":["a",true]}`, `""`, `null`, "beyond its end"},
		{"{{args.list.-1}}{{args.list.+0}}", `{"list":["a",true]}`, `""`, `""`, "no numbers of elements"},
		{"{{args.0}}", `{"0":"zero"}`, `"zero"`, `"zero"`, "a number is a name in an object"},
		{"{{args.a.b}}", `{"a.b":1,"a":{"b":2}}`, `"2"`, `2`, "a shorter name counts before one with a dot"},
		{"{{args.a.b.c.0}}", `{"a":{"b":"s"},"a.b":{"c":["d"]}}`, `"d"`, `"d"`, "a name with a dot, and what is in it"},
		{"{{args.a.b}}", `{"a.":{"b":1},"a":{".b":1}}`, `""`, `null`, "dots that are elsewhere in names"},
		{"{{args.x}}", `{}`, `""`, `null`, "not given, alone: null"},
		{"a{{args.x.y.z}}b", `{"x":"s"}`, `"ab"`, `"ab"`, "not given, in a text: none"},
		{"{{args}}", `{"a":1}`, `"{\"a\":1}"`, `{"a":1}`, "all arguments"},
		{"{{ args.city }}", `{"city":"Oslo"}`, `"Oslo"`, `"Oslo"`, "with spaces"},
		{"{{args.größe}}", `{"größe":"L"}`, `"L"`, `"L"`, "any name"},
		{"{{seq}} {{method}}", `{}`, `"1 tools/call"`, `"1 tools/call"`, "what is known of the call"},
		{"{{now}}", `{}`, `"2026-02-03T03:05:06Z"`, `"2026-02-03T03:05:06Z"`, "the player's clock, in UTC"},
		{"{{uuid}}", `{}`, uuid, uuid, "random, of version 4"},
		{"{{session}}", `{}`, uuid, uuid, "the session, whose id is one in this dialect"},
		{"{{{{args.x}} is {{args.x}}", `{"x":"v"}`, `"{{args.x}} is v"`, `"{{args.x}} is v"`, "a literal one"},
		{"{{{args.x}}}", `{"x":"v"}`, `"{v}"`, `"{v}"`, "in braces"},
		{"{ } }} \"q\" \\ \n\r\t\x01 é", `{}`, `"{ } }} \"q\" \\ \n\r\t\u0001 é"`, `"{ } }} \"q\" \\ \n\r\t\u0001 é"`, "no template at all"},
		{"<{{args.h}}>", `{"h":"\"}],\"x\":[{\"\n\\u0000\ud800 \u2028é"}`, `"<\"}],\"x\":[{\"\n\\u0000\ud800 \u2028é>"`, `"<\"}],\"x\":[{\"\n\\u0000\ud800 \u2028é>"`, "what would break out of a string"},
	} {
		scenario := echoing(scenarios.StubAnswer{Text: c.text})
		value, _ := json.Marshal(c.text)
		scenario.Stubs.Tools = append(scenario.Stubs.Tools, scenarios.StubTool{Name: "value", Answers: []scenarios.StubAnswer{{Structured: json.RawMessage(`{"v":` + string(value) + `}`)}}})
		cl := stubPlayer(t, scenario, WithClock(now))
		cl.begin("tester")
		is := func(got, want string) bool {
			if pattern, ok := strings.CutPrefix(want, "~"); ok {
				return regexp.MustCompile(`^"` + pattern + `"$`).MatchString(got)
			}
			return got == want
		}
		if r := cl.call("1", c.arguments); !is(r.get("result.content.0.text").Raw, c.want) {
			t.Errorf("%s: %s is %s", c.why, c.text, r.body)
		}
		r := cl.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"value","arguments":%s}}`, c.arguments))
		if !is(r.get("result.structuredContent.v").Raw, c.value) {
			t.Errorf("%s: %s as a value is %s", c.why, c.text, r.body)
		}
		if r.get("result.content.0.text").Str != r.get("result.structuredContent").Raw {
			t.Errorf("%s: the text is not that of the structured content: %s", c.why, r.body)
		}
	}
}

// A text of MCP's own stays one, whatever a client sends.
func TestTextsStayTexts(t *testing.T) {
	cl := stubPlayer(t, echoing(scenarios.StubAnswer{Result: json.RawMessage(`{"content":[{"type":"text","text":"{{args.n}}"}],"structuredContent":{"text":"{{args.n}}"},"_meta":{"n":"{{args.n}}"}}`)}))
	cl.begin("tester")
	if r := cl.call("1", `{"n":5}`); r.get("result").Raw != `{"content":[{"type":"text","text":"5"}],"structuredContent":{"text":5},"_meta":{"n":5}}` {
		t.Error(r.body)
	}
}

// Whatever a client sends as an argument, the answer is one message that says
// it back.
func TestHostileArguments(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Structured: json.RawMessage(`{"text":"<{{args.a}}>","value":"{{args.a}}","deep":"{{args.a.b.0}}"}`)})
	cl := stubPlayer(t, s)
	cl.begin("tester")
	player, err := New(nil, WithScenario(s))
	if err != nil {
		t.Fatal(err)
	}
	k := talkTo(t, player)
	k.begin()
	for _, hostile := range []string{
		`"\"},\"x\":\""`, `"\\"`, `"\u0000\u001f\n\r\t"`, `"\ud800"`, `"\ud83d\ude00 é "`, "\"\u2028\u2029\"", `"{{args.a}} {{uuid}} }}"`, `"</script>&"`,
		`{"b":["x"],"b":["y\"z"]}`, `[[[[]]]]`, `1e400`, `-0.0`, `12345678901234567890`, `true`, `null`, `""`, `{}`,
		strings.Repeat("[", 100) + strings.Repeat("]", 100), `"` + strings.Repeat("long ", 20_000) + `"`,
	} {
		call := fmt.Sprintf(`{"jsonrpc":"2.0","id":"\"]","method":"tools/call","params":{"name":"echo","arguments":{ "a" : %s }}}`, hostile)
		over := cl.post(strings.ReplaceAll(call, " : ", " :\n"))
		k.say(call)
		for way, m := range map[string]gjson.Result{"http": gjson.Parse(over.body), "stdio": k.hear()} {
			value := m.Get("result.structuredContent.value").Raw
			if value != hostile || m.Get("id").Raw != `"\"]"` || !json.Valid([]byte(m.Raw)) {
				t.Errorf("%s over %s: %.300s", hostile, way, m.Raw)
			}
			if text := m.Get("result.content.0.text").Str; text != m.Get("result.structuredContent").Raw {
				t.Errorf("%s over %s: the text is %.300s", hostile, way, text)
			}
		}
	}
}

// A seed makes UUIDs repeatable, and each call's is another.
func TestStubSeed(t *testing.T) {
	var said []string
	for range 2 {
		cl := stubPlayer(t, echoing(scenarios.StubAnswer{Text: "{{uuid}}"}))
		cl.begin("tester")
		for range 2 {
			said = append(said, cl.call("1", `{}`).get("result.content.0.text").Str)
		}
	}
	if said[0] != said[2] || said[1] != said[3] || said[0] == said[1] {
		t.Errorf("%q", said)
	}
}
