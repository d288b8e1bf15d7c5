package jswords

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// Zod returns what zod 3 says of a body that is JSON and no JSON-RPC message,
// as the text of its error; of a batch, what it says of the first message that
// is none. It is "" where it takes all, and where the body or what would be
// said of it is longer than 1 MiB: a server would say it all, four times and
// laid out on lines.
func Zod(body []byte) string {
	if len(body) > maxSaid {
		return ""
	}
	top := gjson.ParseBytes(unmarked(body))
	all := []gjson.Result{top}
	if top.IsArray() {
		all = top.Array()
	}
	for _, m := range all {
		if found := zod(m); found != nil {
			var p page
			p.issues(found, 0)
			return p.text()
		}
	}
	return ""
}

// TakesParams reports whether zod takes params, which are a JSON object: their
// _meta is an object, if there is one, and the progress token in that, if there
// is one, a text or an integer. It allocates nothing where it does.
func TakesParams(params []byte) bool {
	if !bytes.Contains(params, []byte("_meta")) && bytes.IndexByte(params, '\\') < 0 {
		return true // as nearly all are, at the cost of a glance
	}
	found, _ := metaIssues(gjson.Parse(jsonrpc.String(params)), nil, true)
	return found == nil
}

// zod returns the issues of a message, nil where it is one.
func zod(m gjson.Result) []issue {
	var kinds [][]issue
	var dirty []issue
	var members members
	if m.IsObject() {
		members = membersOf(m)
	}
	for _, shape := range shapes {
		found, lost := shape.issues(m, members)
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

// An issue is one thing that zod found, its members in their order.
type issue []part

type part struct {
	name  string
	value any // a string, []string, received or, of a union, [][]issue
}

// A received is the JSON text of what was received.
type received string

// union is the issue of what is of no kind that was tried.
func union(path []string, kinds [][]issue) issue {
	return issue{{"code", "invalid_union"}, {"unionErrors", kinds}, {"path", path}, {"message", "Invalid input"}}
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
func (s shape) issues(m gjson.Result, members members) (found []issue, lost bool) {
	if !m.IsObject() {
		return []issue{wrongType("object", m, nil)}, true
	}
	add := func(more []issue, bad bool) { found, lost = append(found, more...), lost || bad }
	for _, name := range s {
		v, path := members.value(name), []string{name}
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
	for _, k := range members.list {
		if !slices.Contains(s, k.name) {
			unknown = append(unknown, k.name)
		}
	}
	if len(unknown) > 0 {
		add([]issue{{
			{"code", "unrecognized_keys"}, {"keys", unknown}, {"path", []string(nil)},
			{"message", "Unrecognized key(s) in object: '" + strings.Join(unknown, "', '") + "'"},
		}}, false)
	}
	return found, lost
}

// isID reports whether a value is a text or an integer.
func isID(v gjson.Result) bool {
	return v.Type == gjson.String || v.Type == gjson.Number && (v.Num == float64(int64(v.Num)) || v.Num > 1<<53 || v.Num < -1<<53)
}

func idIssues(v gjson.Result, path []string) ([]issue, bool) {
	switch {
	case isID(v):
		return nil, false
	case v.Type == gjson.Number:
		return []issue{{
			{"code", "invalid_type"}, {"expected", "integer"}, {"received", "float"},
			{"message", "Expected integer, received float"}, {"path", path},
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
	switch {
	case !meta.Exists():
		return nil, false
	case !meta.IsObject():
		return []issue{wrongType("object", meta, below(path, "_meta"))}, true
	}
	if t := meta.Get("progressToken"); token && t.Exists() && !isID(t) {
		return idIssues(t, below(path, "_meta", "progressToken"))
	}
	return nil, false
}

func errorIssues(v gjson.Result, path []string) (found []issue, lost bool) {
	if !v.IsObject() {
		return []issue{wrongType("object", v, path)}, true
	}
	code, message := v.Get("code"), v.Get("message")
	if code.Type != gjson.Number {
		found = append(found, wrongType("number", code, below(path, "code")))
	}
	if message.Type != gjson.String {
		found = append(found, wrongType("string", message, below(path, "message")))
	}
	return found, len(found) > 0
}

// below is the path of what lies within the value at a path.
func below(path []string, names ...string) []string { return append(slices.Clone(path), names...) }

func literal(v gjson.Result, path []string) issue {
	is := issue{{"code", "invalid_literal"}, {"expected", "2.0"}, {"path", path}, {"message", `Invalid literal value, expected "2.0"`}}
	if v.Exists() {
		text := v.Raw
		if v.Type == gjson.Number {
			text, _ = spelled(v, Zod3)
		}
		is = append(issue{{"received", received(text)}}, is...)
	}
	return is
}

func wrongType(expected string, v gjson.Result, path []string) issue {
	found, message := typeOf(v), "Required"
	if found != "undefined" {
		message = fmt.Sprintf("Expected %s, received %s", expected, found)
	}
	return issue{{"code", "invalid_type"}, {"expected", expected}, {"received", found}, {"path", path}, {"message", message}}
}

// typeOf names a type as zod does.
func typeOf(v gjson.Result) string {
	if !v.Exists() {
		return "undefined"
	}
	return jsonrpc.TypeName(v)
}
