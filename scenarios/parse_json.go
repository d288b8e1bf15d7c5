package scenarios

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// anyJSON is a JSON value that is written as YAML: numbers stay as they are
// spelled, and members in their order.
func anyJSON() kind[json.RawMessage] {
	return kind[json.RawMessage]{form: func() form { return form{} }, read: func(n node, what string, dst *json.RawMessage) error {
		var b bytes.Buffer
		err := n.json(what, &b, 0)
		*dst = b.Bytes()
		return err
	}, fits: func(n node, what string, v json.RawMessage) error { return n.isJSON(what, v, "{[\"-0123456789tfn") }}
}

// isJSON refuses what was made in Go and is no JSON value, or begins with none
// of those signs.
func (n node) isJSON(what string, v json.RawMessage, begin string) error {
	if !json.Valid(v) || !strings.ContainsRune(begin, rune(bytes.TrimSpace(v)[0])) {
		return n.errorf("%s is no JSON value that may stand there: %.100q", what, v)
	}
	return nil
}

// jsonObject is a JSON object.
func jsonObject() kind[json.RawMessage] {
	return kind[json.RawMessage]{form: func() form { return form{"type": "object"} }, read: func(n node, what string, dst *json.RawMessage) error {
		if !n.isMapping() {
			return n.errorf("%s must be a mapping, not %s: it becomes a JSON object", what, n.kind())
		}
		return anyJSON().read(n, what, dst)
	}, fits: func(n node, what string, v json.RawMessage) error { return n.isJSON(what, v, "{") }}
}

// jsonScalar is a JSON value that is neither object nor array.
func jsonScalar() kind[json.RawMessage] {
	return kind[json.RawMessage]{form: func() form { return form{"type": []string{"string", "number", "boolean", "null"}} }, read: func(n node, what string, dst *json.RawMessage) error {
		if n.isMapping() || n.isList() {
			return n.errorf("%s must be a number, a text or null, not %s", what, n.kind())
		}
		return anyJSON().read(n, what, dst)
	}, fits: func(n node, what string, v json.RawMessage) error { return n.isJSON(what, v, "\"-0123456789tfn") }}
}

// maxJSON is how deep arrays and objects may nest: deeper messages are refused
// by those who read them.
const maxJSON = 100

func (n node) json(what string, b *bytes.Buffer, depth int) error {
	switch {
	case depth > maxJSON:
		return n.errorf("%s is nested deeper than %d levels: no client reads that", what, maxJSON)
	case n.isNull():
		b.WriteString("null")
	case n.isMapping():
		entries, err := n.entries()
		if err != nil {
			return err
		}
		b.WriteByte('{')
		for i, e := range entries {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(b, e.key)
			b.WriteByte(':')
			if err := e.value.json(what, b, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case n.isList():
		b.WriteByte('[')
		for i, v := range n.list() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := v.json(what, b, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		return n.jsonLeaf(what, b)
	}
	return nil
}

func (n node) jsonLeaf(what string, b *bytes.Buffer) error {
	if spelled, ok := n.spelledNumber(); ok {
		if !jsonNumber(spelled) {
			return n.errorf("%s has the number %s, which JSON spells in another way: write it as JSON does, or put it in quotes for a text", what, spelled)
		}
		b.WriteString(spelled)
		return nil
	}
	switch v := n.scalar().(type) {
	case string:
		quote(b, v)
	case bool:
		if v {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	default:
		return n.errorf("%s has a value that JSON does not have: write a number, a text, true, false or null", what)
	}
	return nil
}

// spelledNumber returns a number in the spelling of the file. What YAML takes
// for text although JSON has it for a number (1e5, or one of thirty digits) is
// a number as well, where it has no quotes.
func (n node) spelledNumber() (string, bool) {
	switch v := n.yaml.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return n.yaml.GetToken().Value, true
	case *ast.StringNode:
		if v.Token.Type == token.StringType && jsonNumber(v.Value) {
			return v.Value, true
		}
	}
	return "", false
}

// jsonNumber reports whether s is a number of JSON (RFC 8259, section 6).
func jsonNumber(s string) bool {
	return s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') && !strings.ContainsAny(s, " \t\r\n") && json.Valid([]byte(s))
}

// quote writes a text as JSON has it, without the escapes that only HTML needs.
func quote(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string has a JSON form, and a buffer takes it
	b.Truncate(b.Len() - 1)
}

// pointer is a JSON Pointer (RFC 6901) to a value inside of a message.
func pointer() kind[string] {
	return aText(form{"type": "string", "pattern": `^(/([^~/]|~[01])*)+$`}, func(n node, _, s string) error { return n.checkPointer(s) })
}

func (n node) checkPointer(s string) error {
	if !strings.HasPrefix(s, "/") {
		return n.errorf("%q is no JSON Pointer: it begins with /, such as /result/nextCursor", s)
	}
	for rest := s; ; {
		_, after, found := strings.Cut(rest, "~")
		if !found {
			return nil
		}
		if after == "" || after[0] != '0' && after[0] != '1' {
			return n.errorf("%q is no JSON Pointer: a ~ is written ~0, and a / in a name ~1", s)
		}
		rest = after[1:]
	}
}

// edits are values at JSON Pointers, in the order of the file.
func edits() kind[[]Edit] {
	f := func() form {
		return form{"type": "object", "minProperties": 1, "patternProperties": form{`^/`: form{}}, "additionalProperties": false}
	}
	return kind[[]Edit]{form: f, read: func(n node, what string, dst *[]Edit) error {
		if !n.isMapping() {
			return n.errorf("%s must be a mapping, not %s: write {/result/nextCursor: more}", what, n.kind())
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return n.errorf("%s is empty: name a JSON Pointer and its value, such as {/result/nextCursor: more}", what)
		}
		for _, e := range entries {
			if err := e.at.checkPointer(e.key); err != nil {
				return err
			}
			edit := Edit{Pointer: e.key}
			if err := anyJSON().read(e.value, what, &edit.Value); err != nil {
				return err
			}
			*dst = append(*dst, edit)
		}
		return nil
	}, fits: func(n node, what string, all []Edit) error {
		for _, e := range all {
			if err := n.checkPointer(e.Pointer); err != nil {
				return err
			}
			if err := anyJSON().check(n, "the value at "+e.Pointer, e.Value); err != nil {
				return err
			}
		}
		return nil
	}}
}

// replacements are texts for texts.
func replacements() kind[map[string]string] {
	f := func() form {
		return form{"type": "object", "minProperties": 1, "additionalProperties": form{"type": "string"}}
	}
	return kind[map[string]string]{form: f, read: func(n node, what string, dst *map[string]string) error {
		if !n.isMapping() {
			return n.errorf("%s must be a mapping, not %s: write {from: to}", what, n.kind())
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return n.errorf("%s is empty: write {from: to}", what)
		}
		*dst = map[string]string{}
		for _, e := range entries {
			var to string
			if err := replaces(e.at, what, e.key); err != nil {
				return err
			}
			if err := anyText().read(e.value, "the text for "+e.key, &to); err != nil {
				return err
			}
			(*dst)[e.key] = to
		}
		return nil
	}, fits: func(n node, what string, all map[string]string) error {
		for from := range all {
			if err := replaces(n, what, from); err != nil {
				return err
			}
		}
		return nil
	}}
}

func replaces(n node, what, from string) error {
	if from == "" {
		return n.errorf("%s cannot look for an empty text: name what is to be replaced", what)
	}
	return nil
}

// placeholders checks that each {{name}} of a text, but for one whose first
// braces are doubled, is one of names, or begins
// with args. where that is true.
func (n node) placeholders(what, text string, names []string, args bool) error {
	if !strings.Contains(text, "{{") {
		return nil
	}
	for _, m := range placeholder().FindAllStringSubmatch(strings.ReplaceAll(text, "{{{{", ""), -1) {
		name := m[1]
		if !slices.Contains(names, name) && !(args && strings.HasPrefix(name, "args.")) {
			return n.errorf("unknown template {{%s}} in %s: %s", name, what, instead(name, names))
		}
	}
	return nil
}

// placeholder fits a template: other braces are text.
func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{\{([A-Za-z_][A-Za-z0-9_.\-]*)\}\}`) }
