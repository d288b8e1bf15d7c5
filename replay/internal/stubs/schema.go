package stubs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// A schema is an inputSchema or outputSchema that values are held to; a nil
// one admits all. It is safe for concurrent use.
type schema struct {
	*reading
	whole *jsonschema.Resolved
	// each is of an object that has one value, by the pointer to the part of the
	// schema that the value is held to.
	each *jsonschema.Resolved
}

// newSchema reads a schema: JSON Schema 2020-12 or draft 7, whose references
// stay within it; nil where there is none. Its type is object, for so MCP has
// it (2025-11-25 schema, Tool).
func newSchema(text []byte) (*schema, error) {
	if text == nil {
		return nil, nil
	}
	if !isObject(text) || gjson.GetBytes(text, "type").Str != "object" {
		return nil, errors.New("it must be a JSON Schema with type: object")
	}
	r, _, err := decoded(text)
	if err != nil {
		return nil, err
	}
	compiled, tree, err := decoded(text)
	if err != nil {
		return nil, err
	}
	compiled.compile()
	if compiled, err = read(tree); err != nil { // what compile left of it
		return nil, err
	}
	s := &schema{reading: r}
	if s.whole, err = resolve(tree, address); err == nil {
		s.each, err = resolve(apart(compiled, tree), "stub:///each")
	}
	if err != nil {
		return nil, fmt.Errorf("it is no JSON Schema that can be checked: %w", err)
	}
	return s, nil
}

// decoded reads the text of a schema, numbers to the digit.
func decoded(text []byte) (r *reading, tree map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&tree); err != nil {
		return nil, nil, err
	}
	r, err = read(tree)
	return r, tree, err
}

// apart makes the schema of an object with members that are named by the
// pointers to the parts of another, and held to these. It takes tree over.
func apart(r *reading, tree map[string]any) map[string]any {
	tree["$id"] = r.id
	members := map[string]any{}
	for pointer := range r.parts {
		members[pointer] = map[string]any{"$ref": r.id + (&url.URL{Fragment: pointer}).String()}
	}
	each := map[string]any{"$defs": map[string]any{"whole": tree}, "properties": members}
	if version, ok := tree["$schema"]; ok {
		each["$schema"] = version
	}
	return each
}

func resolve(tree map[string]any, address string) (*jsonschema.Resolved, error) {
	var s jsonschema.Schema
	if err := json.Unmarshal(jsonrpc.Text(tree), &s); err != nil {
		return nil, err
	}
	return s.Resolve(&jsonschema.ResolveOptions{BaseURI: address})
}

// fits reports whether a value is what a part of the schema says.
func (s *schema) fits(pointer string, v any) bool {
	return s.each.Validate(map[string]any{pointer: v}) == nil && s.multiple(pointer, v)
}

// breach returns what is wrong with a JSON text, or "".
func (s *schema) breach(text []byte) string {
	if s == nil {
		return ""
	}
	var v any
	if json.Unmarshal(text, &v) != nil { // it is JSON, so that is what is left
		return "it has a number that is too large to be checked"
	}
	if deeper(v, maxDepth) {
		return fmt.Sprintf("it is nested deeper than %d, and so not checked", maxDepth)
	}
	if s.whole.Validate(v) == nil && s.multiple("", v) {
		return ""
	}
	return short(s.wrong("", "", v), maxBreach)
}

// maxDepth is how deep a value is looked into: what is wrong in one costs the
// library time by the third power of that.
const maxDepth = 100

func deeper(v any, most int) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, one := range v {
			if deeper(one, most-1) {
				return true
			}
		}
		return most <= 0
	case []any:
		for _, one := range v {
			if deeper(one, most-1) {
				return true
			}
		}
		return most <= 0
	}
	return false
}

// maxBreach is how many bytes of a breach are told.
const maxBreach = 600

// Breach returns what is wrong with the arguments of a call, or "". Malformed
// reports whether they are none that a request may have.
func (s *Stub) Breach(arguments gjson.Result) (wrong string, malformed bool) {
	if s.Is == "method" || s.Is == "resource" {
		return "", false
	}
	if arguments.Exists() && !arguments.IsObject() {
		return "arguments must be an object", true
	}
	if s.Is == "prompt" {
		return s.breachOfPrompt(arguments), true
	}
	text := arguments.Raw
	if text == "" {
		text = "{}"
	}
	return s.input.breach(jsonrpc.Bytes(text)), false
}

// breachOfPrompt does the same for a prompt, whose arguments are strings
// (2025-11-25 server/prompts, "Error Handling").
func (s *Stub) breachOfPrompt(arguments gjson.Result) (wrong string) {
	given := arguments.Map()
	for _, name := range s.needs {
		if !given[name].Exists() {
			return "the argument " + strconv.Quote(name) + " is required"
		}
	}
	arguments.ForEach(func(name, v gjson.Result) bool {
		if v.Type != gjson.String {
			wrong = "the argument " + strconv.Quote(name.Str) + " must be a string"
		}
		return wrong == ""
	})
	return wrong
}
