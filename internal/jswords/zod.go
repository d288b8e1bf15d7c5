package jswords

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// Zod returns what zod 3 says of a body that is JSON and no JSON-RPC message,
// as the text of its error; of a batch, what it says of the first message that
// is none. It is "" where it takes all.
func Zod(body []byte) string {
	top := gjson.ParseBytes(unmarked(body))
	all := []gjson.Result{top}
	if top.IsArray() {
		all = top.Array()
	}
	for _, m := range all {
		if found := zod(m); found != nil {
			return list(found, "")
		}
	}
	return ""
}

// zod returns the issues of a message, nil where it is one.
func zod(m gjson.Result) []issue {
	var kinds [][]issue
	var dirty []issue
	for _, shape := range shapes {
		found, lost := shape.issues(m)
		switch {
		case len(found) == 0:
			return nil
		case !lost && dirty == nil:
			dirty = found // all is there, and something more: its issues stand for all
		}
		kinds = append(kinds, found)
	}
	if dirty != nil {
		return dirty
	}
	return []issue{union(nil, kinds)}
}

// An issue is one thing that zod found, its members as JSON in their order.
type issue []part

type part struct {
	name, json string
	errors     [][]issue // in place of json
}

// union is the issue of what is of no kind that was tried.
func union(path []string, kinds [][]issue) issue {
	return issue{
		{name: "code", json: `"invalid_union"`}, {name: "unionErrors", errors: kinds},
		{name: "path", json: texts(path)}, {name: "message", json: `"Invalid input"`},
	}
}

// A shape is a kind of message: its members in the order in which zod looks
// at them.
type shape []string

// shapes are the kinds, in the order of the SDK's union.
var shapes = [...]shape{
	{"jsonrpc", "id", "method", "params"},
	{"jsonrpc", "method", "params"},
	{"jsonrpc", "id", "result"},
	{"jsonrpc", "id", "error"},
}

// issues holds a message against a shape. It is lost where more than members
// that nobody knows, and an id with a fraction, is wrong.
func (s shape) issues(m gjson.Result) (found []issue, lost bool) {
	if !m.IsObject() {
		return []issue{wrongType("object", m, nil)}, true
	}
	members := membersOf(m)
	value := func(name string) gjson.Result {
		for _, k := range members {
			if k.name == name {
				return k.value
			}
		}
		return gjson.Result{}
	}
	add := func(more []issue, bad bool) { found, lost = append(found, more...), lost || bad }
	for _, name := range s {
		v, path := value(name), []string{name}
		switch name {
		case "jsonrpc":
			if v.Type != gjson.String || v.Str != "2.0" {
				add([]issue{literal(v, path)}, true)
			}
		case "id":
			add(idIssues(v, path))
		case "method":
			if v.Type != gjson.String {
				add([]issue{wrongType("string", v, path)}, true)
			}
		case "params":
			if v.Exists() {
				add(metaIssues(v, path, true))
			}
		case "result":
			add(metaIssues(v, path, false))
		case "error":
			add(errorIssues(v, path))
		}
	}
	var unknown []string
	for _, k := range members {
		if !slices.Contains(s, k.name) {
			unknown = append(unknown, k.name)
		}
	}
	if len(unknown) > 0 {
		add([]issue{{
			{name: "code", json: `"unrecognized_keys"`}, {name: "keys", json: texts(unknown)}, {name: "path", json: "[]"},
			{name: "message", json: quoted("Unrecognized key(s) in object: '" + strings.Join(unknown, "', '") + "'")},
		}}, false)
	}
	return found, lost
}

func idIssues(v gjson.Result, path []string) ([]issue, bool) {
	switch {
	case v.Type == gjson.String, v.Type == gjson.Number && v.Num == float64(int64(v.Num)), v.Type == gjson.Number && (v.Num > 1<<53 || v.Num < -1<<53):
		return nil, false
	case v.Type == gjson.Number:
		return []issue{{
			{name: "code", json: `"invalid_type"`}, {name: "expected", json: `"integer"`}, {name: "received", json: `"float"`},
			{name: "message", json: `"Expected integer, received float"`}, {name: "path", json: texts(path)},
		}}, false
	}
	return []issue{union(path, [][]issue{{wrongType("string", v, path)}, {wrongType("number", v, path)}})}, true
}

// metaIssues are those of params and of a result: objects, whose _meta is one.
func metaIssues(v gjson.Result, path []string, token bool) ([]issue, bool) {
	if !v.IsObject() {
		return []issue{wrongType("object", v, path)}, true
	}
	meta := v.Get("_meta")
	path = append(slices.Clone(path), "_meta")
	switch {
	case !meta.Exists():
		return nil, false
	case !meta.IsObject():
		return []issue{wrongType("object", meta, path)}, true
	}
	if t := meta.Get("progressToken"); token && t.Exists() {
		return idIssues(t, append(path, "progressToken"))
	}
	return nil, false
}

func errorIssues(v gjson.Result, path []string) (found []issue, lost bool) {
	if !v.IsObject() {
		return []issue{wrongType("object", v, path)}, true
	}
	code, message := v.Get("code"), v.Get("message")
	if code.Type != gjson.Number {
		found = append(found, wrongType("number", code, append(slices.Clone(path), "code")))
	}
	if message.Type != gjson.String {
		found = append(found, wrongType("string", message, append(slices.Clone(path), "message")))
	}
	return found, len(found) > 0
}

func literal(v gjson.Result, path []string) issue {
	is := issue{
		{name: "code", json: `"invalid_literal"`}, {name: "expected", json: `"2.0"`}, {name: "path", json: texts(path)},
		{name: "message", json: `"Invalid literal value, expected \"2.0\""`},
	}
	if v.Exists() {
		received := v.Raw
		if v.Type == gjson.Number {
			received, _ = spelled(v, Zod3)
		}
		is = append(issue{{name: "received", json: received}}, is...)
	}
	return is
}

func wrongType(expected string, v gjson.Result, path []string) issue {
	received, message := typeOf(v), "Required"
	if received != "undefined" {
		message = fmt.Sprintf("Expected %s, received %s", expected, received)
	}
	return issue{
		{name: "code", json: `"invalid_type"`}, {name: "expected", json: quoted(expected)}, {name: "received", json: quoted(received)},
		{name: "path", json: texts(path)}, {name: "message", json: quoted(message)},
	}
}

// typeOf names a type as zod does.
func typeOf(v gjson.Result) string {
	if !v.Exists() {
		return "undefined"
	}
	return jsonrpc.TypeName(v)
}

// list spells issues as JSON.stringify with two blanks does.
func list(all []issue, indent string) string {
	in := indent + "  "
	var spelled []string
	for _, is := range all {
		var parts []string
		for _, p := range is {
			value := p.json
			if p.errors != nil {
				var kinds []string
				for _, kind := range p.errors {
					deeper := in + "    "
					kinds = append(kinds, deeper+"{\n"+deeper+"  \"issues\": "+list(kind, deeper+"  ")+",\n"+deeper+"  \"name\": \"ZodError\"\n"+deeper+"}")
				}
				value = "[\n" + strings.Join(kinds, ",\n") + "\n" + in + "  ]"
			} else {
				value = laidOut(value, in+"  ")
			}
			parts = append(parts, in+"  "+strconv.Quote(p.name)+": "+value)
		}
		spelled = append(spelled, in+"{\n"+strings.Join(parts, ",\n")+"\n"+in+"}")
	}
	return "[\n" + strings.Join(spelled, ",\n") + "\n" + indent + "]"
}

// laidOut spells a value with each member on a line of its own.
func laidOut(value, indent string) string {
	v := gjson.Parse(value)
	if !v.IsArray() && !v.IsObject() {
		if v.Type == gjson.String {
			return quoted(v.Str)
		}
		return v.Raw
	}
	var lines []string
	open, end := "[", "]"
	if v.IsObject() {
		open, end = "{", "}"
		for _, m := range membersOf(v) {
			lines = append(lines, indent+"  "+quoted(m.name)+": "+laidOut(m.value.Raw, indent+"  "))
		}
	} else {
		for _, item := range v.Array() {
			lines = append(lines, indent+"  "+laidOut(item.Raw, indent+"  "))
		}
	}
	if len(lines) == 0 {
		return open + end
	}
	return open + "\n" + strings.Join(lines, ",\n") + "\n" + indent + end
}

// quoted spells a text as JSON.stringify does.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can be encoded
	return separators.Replace(strings.TrimSuffix(b.String(), "\n"))
}

// separators are what Go escapes and JavaScript does not; an escaped backslash
// before the same letters is none of them.
var separators = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")

func texts(all []string) string {
	var list []string
	for _, t := range all {
		list = append(list, quoted(t))
	}
	return "[" + strings.Join(list, ",") + "]"
}
