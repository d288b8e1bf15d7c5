package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// set puts one value at one place.
func setAt(pointer, value string) scenarios.Action {
	return scenarios.Action{Set: []scenarios.Edit{{Pointer: pointer, Value: json.RawMessage(value)}}}
}

func TestMessage(t *testing.T) {
	const answer = `{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"image","data":"x"},{"type":"text","text":"rain"}],"n":1}}`
	with := func(from, to string) []string { return []string{strings.Replace(answer, from, to, 1)} }
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		in     string // answer where it is empty
		want   []string
	}{
		{"nothing is asked for: it is the very same", scenarios.Action{}, "", []string{answer}},
		{"a value in the place of another", setAt("/result/n", "2"), "", with(`"n":1`, `"n":2`)},
		{"a value where there was none", setAt("/result/nextCursor", `"same"`), "", with(`"n":1`, `"n":1,"nextCursor":"same"`)},
		{"an error beside the result", setAt("/error", "null"), "", with(`"n":1}`, `"n":1},"error":null`)},
		{"an element of an array", setAt("/result/content/1/text", `"snow"`), "", with("rain", "snow")},
		{"behind the last element", setAt("/result/content/-", "3"), "", with(`"rain"}`, `"rain"},3`)},
		{"a name that is a number is no index of an object", setAt("/result/0", "1"), "", with(`"n":1`, `"n":1,"0":1`)},
		{"a name with all that means something in paths", setAt("/result/a.b*c?d|e#f@g~1h~0i", "1"), "", with(`"n":1`, `"n":1,"a.b*c?d|e#f@g/h~i":1`)},
		{"raw JSON keeps its spelling", setAt("/result/n", `1.00e2`), "", with(`"n":1`, `"n":1.00e2`)},
		{"a place within a text does not fit: it stays", setAt("/jsonrpc/x", "1"), `{"jsonrpc":"2.0","id":7,"result":{}}`, nil},
		{"something is taken out", scenarios.Action{Remove: []string{"/result/n"}}, "", with(`,"n":1`, "")},
		{"what is not there cannot be taken out", scenarios.Action{Remove: []string{"/result/x/y"}}, "", []string{answer}},
		{"an id of its own", scenarios.Action{ID: json.RawMessage(`"server-error"`)}, "", with(`"id":7`, `"id":"server-error"`)},
		{"a number becomes a string", scenarios.Action{IDAs: "string"}, "", with(`"id":7`, `"id":"7"`)},
		{"a string stays one", scenarios.Action{IDAs: "string"}, `{"jsonrpc":"2.0","id":"a","result":{}}`, []string{`{"jsonrpc":"2.0","id":"a","result":{}}`}},
		{"a string becomes a number", scenarios.Action{IDAs: "number"}, `{"jsonrpc":"2.0","id":"12","result":{}}`, []string{`{"jsonrpc":"2.0","id":12,"result":{}}`}},
		{"one that is none becomes 0", scenarios.Action{IDAs: "number"}, `{"jsonrpc":"2.0","id":"a-1","result":{}}`, []string{`{"jsonrpc":"2.0","id":0,"result":{}}`}},
		{"a number stays one", scenarios.Action{IDAs: "number"}, "", []string{answer}},
		{"no value", scenarios.Action{IDAs: "null"}, "", with(`"id":7`, `"id":null`)},
		{"the id of a subscription", scenarios.Action{IDAs: "string"},
			`{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":7}}}`,
			[]string{`{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"7"}}}`}},
		{"one that says nothing of a subscription", scenarios.Action{ID: json.RawMessage("1")},
			`{"jsonrpc":"2.0","method":"notifications/message","params":{"id":7}}`, []string{`{"jsonrpc":"2.0","method":"notifications/message","params":{"id":7}}`}},
		{"the result that ends a subscription", scenarios.Action{ID: json.RawMessage("1")},
			`{"jsonrpc":"2.0","id":7,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":7}}}`,
			[]string{`{"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`}},
		{"no id", scenarios.Action{IDAs: "absent"}, "", with(`"id":7,`, "")},
		{"raw text at the beginning of the first text", scenarios.Action{Inject: "\u2028\x00"}, "", with(`"rain`, "\"\u2028\x00rain")},
		{"without contents it is the first string", scenarios.Action{Inject: "!"}, `{"jsonrpc":"2.0","id":1,"result":{"n":[1,{"a":"b"}],"c":"d"}}`, []string{`{"jsonrpc":"2.0","id":1,"result":{"n":[1,{"a":"!b"}],"c":"d"}}`}},
		{"without a string there is no place for it", scenarios.Action{Inject: "!"}, `{"jsonrpc":"2.0","id":1,"result":{"n":1}}`, []string{`{"jsonrpc":"2.0","id":1,"result":{"n":1}}`}},
		{"an error has no result", scenarios.Action{Inject: "!"}, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}`, []string{`{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}`}},
		{"it is longer, and still JSON", scenarios.Action{Pad: 3}, "", []string{"{   " + answer[1:]}},
		{"it stands in an array", scenarios.Action{Wrap: true}, "", []string{"[" + answer + "]"}},
		{"twice", scenarios.Action{Duplicate: true}, "", []string{answer, answer}},
		{"not at all", scenarios.Action{Withhold: true}, "", []string{}},
		{"text for text", scenarios.Action{Replace: map[string]string{"rain": "snow", `"n"`: `"m"`}}, "", []string{strings.NewReplacer("rain", "snow", `"n"`, `"m"`).Replace(answer)}},
		{"in their order: set, remove, id, wrap, replace, duplicate", scenarios.Action{
			Set: []scenarios.Edit{{Pointer: "/result/n", Value: json.RawMessage("5")}}, Remove: []string{"/result/content"},
			IDAs: "string", Wrap: true, Duplicate: true, Replace: map[string]string{`"7"`: `"8"`},
		}, "", []string{`[{"jsonrpc":"2.0","id":"8","result":{"n":5}}]`, `[{"jsonrpc":"2.0","id":"8","result":{"n":5}}]`}},
		{"a notification is no response: it stays", scenarios.Action{
			IDAs: "null", Wrap: true, Withhold: true, Pad: 5, Duplicate: true, Set: []scenarios.Edit{{Pointer: "/params", Value: json.RawMessage("1")}},
		}, `{"jsonrpc":"2.0","method":"m"}`, []string{`{"jsonrpc":"2.0","method":"m"}`}},
		{"but for text in it", scenarios.Action{Replace: map[string]string{"m": "n"}}, `{"jsonrpc":"2.0","method":"m"}`, []string{`{"jsonrpc":"2.0","nethod":"n"}`}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			in := c.in
			if in == "" {
				in = answer
			}
			want := c.want
			if want == nil {
				want = []string{in}
			}
			got := []string{}
			for _, m := range Message(&c.do, []byte(in)) {
				got = append(got, string(m))
			}
			if !slices.Equal(got, want) {
				t.Errorf("\n got %q\nwant %q", got, want)
			}
		})
	}
}

// A message that is edited is not changed: it may be a recorded one.
func TestMessageKeepsWhatItGot(t *testing.T) {
	for _, do := range everyEdit() {
		in := []byte(`{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"rain"}]}}`)
		was := bytes.Clone(in)
		Message(&do, in)
		if !bytes.Equal(in, was) {
			t.Errorf("%+v: the message is %s now", do, in)
		}
	}
}

func TestSent(t *testing.T) {
	for _, c := range []struct {
		reason, message, id, token, want string
	}{
		{"a whole string becomes the value", `{"a":"{{id}}","b":"{{token}}"}`, `5`, `"t"`, `{"a":5,"b":"t"}`},
		{"within a text it is text", `{"a":"tool-call-{{id}}"}`, `5`, ``, `{"a":"tool-call-5"}`},
		{"of a string without its quotes", `{"a":"call {{id}}"}`, `"x\"y"`, ``, `{"a":"call x\"y"}`},
		{"without an id it is null", `{"a":"{{id}}"}`, ``, ``, `{"a":null}`},
		{"without a token there is no message", `{"a":"{{token}}"}`, `1`, ``, ``},
		{"nothing to fill in", `{"a":1}`, `1`, `2`, `{"a":1}`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			value := func(s string) []byte {
				if s == "" {
					return nil
				}
				return []byte(s)
			}
			if got := Sent(&scenarios.Sent{Message: json.RawMessage(c.message)}, value(c.id), value(c.token)); string(got) != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Lines of stdio.
func TestLines(t *testing.T) {
	const m = `{"a":[1]}`
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		want   string
	}{
		{"a line", scenarios.Action{}, m + "\n"},
		{"with a byte order mark", scenarios.Action{BOM: true}, "\ufeff" + m + "\n"},
		{"with CRLF", scenarios.Action{Frame: "crlf"}, m + "\r\n"},
		{"without an end", scenarios.Action{Frame: "no_newline"}, m},
		{"as language servers frame it", scenarios.Action{Frame: "content_length"}, "Content-Length: 9\r\n\r\n" + m},
		{"over several lines", scenarios.Action{Frame: "pretty"}, "{\n  \"a\": [\n    1\n  ]\n}\n"},
	} {
		if got := string(Lines(&c.do, []byte(m))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.reason, got, c.want)
		}
	}
}

// everyEdit has an action for each edit of a message that leaves it JSON.
func everyEdit() []scenarios.Action {
	return []scenarios.Action{
		{}, setAt("/result/n", `{"a":"b"}`), setAt("/result/content/0/text", "1"), setAt("/a~1b/-/3/c.d", "null"), setAt("/result/content/-", "true"),
		{Remove: []string{"/result/content/0", "/id", "/x/y/z"}},
		{ID: json.RawMessage("0")}, {IDAs: "string"}, {IDAs: "number"}, {IDAs: "null"}, {IDAs: "absent"},
		{Inject: "a\u2028b"}, {Pad: 17}, {Wrap: true}, {Duplicate: true},
		{Set: []scenarios.Edit{{Pointer: "/error", Value: json.RawMessage("null")}}, IDAs: "string", Pad: 1, Wrap: true, Duplicate: true},
	}
}

// Whatever a server says: no edit breaks down, and where no raw text is asked
// for, JSON stays JSON, in UTF-8.
func FuzzMessage(f *testing.F) {
	for _, m := range []string{
		`{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"rain"}],"n":1}}`,
		`{"jsonrpc":"2.0","id":"a\"b","error":{"code":-32000,"message":"m","data":[1,{"a":"b"}]}}`,
		`{"jsonrpc":"2.0","id":null,"result":[]}`, `{"id":1,"result":"text"}`, `{"jsonrpc":"2.0","method":"m","params":{}}`,
		`{"jsonrpc":"2.0","id":1e400,"result":{"":{"":""}}}`, `[]`, `{"result":{"0":{"1":[[["x"]]]}},"id":1}`, `{"id":1,"result":{},"result":{"a":"b"}}`,
		` {"id" : 5 , "result" : { "text" : "ü\u2028" } } `, `null`, ``,
	} {
		for i := range everyEdit() {
			f.Add(m, uint8(i), "/result/n", "x")
		}
	}
	f.Fuzz(func(t *testing.T, m string, which uint8, pointer, text string) {
		edits := everyEdit()
		do := edits[int(which)%len(edits)]
		do.Set = append(slices.Clone(do.Set), scenarios.Edit{Pointer: pointer, Value: json.RawMessage(fmt.Sprintf("%q", "v"))})
		if text != "" && json.Valid([]byte(`"`+text+`"`)) {
			do.Inject = text
		}
		valid := json.Valid([]byte(m))
		for _, out := range Message(&do, []byte(m)) {
			if valid && !json.Valid(out) {
				t.Fatalf("%+v makes %q of %q", do, out, m)
			}
			if do.Wrap || gjson.ParseBytes(out).IsArray() {
				continue
			}
			stream := scenarios.StreamEdit{SplitData: 1 + int(which)%40, IDs: "every", Retry: int(which)}
			if got := dataOf(t, []byte(spelled(messageOf(out), &stream, 3))); valid && !sameJSON(got, out) {
				t.Fatalf("an event of %q says %q", out, got)
			}
		}
	})
}

// sameJSON compares two texts but for their white space.
func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return false
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}
