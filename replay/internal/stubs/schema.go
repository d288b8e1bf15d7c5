package stubs

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/near"
	"github.com/tidwall/gjson"
)

// A schema is an inputSchema or outputSchema that values are held to; a nil
// one admits all. It is safe for concurrent use.
type schema struct{ resolved *jsonschema.Resolved }

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
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("it is no JSON Schema: %w", err)
	}
	if err := types(reflect.ValueOf(s)); err != nil {
		return nil, err
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("it is no JSON Schema that can be checked: %w", err)
	}
	return &schema{resolved}, nil
}

// types looks for a type that there is not in a schema and all within it:
// resolving does not, and every value would be a breach of it.
func types(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return types(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := types(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, name := range v.MapKeys() {
			if err := types(v.MapIndex(name)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		s, ok := v.Interface().(jsonschema.Schema)
		if !ok {
			return nil
		}
		words := []string{"string", "integer", "number", "boolean", "object", "array", "null"}
		for _, is := range append(slices.Clone(s.Types), s.Type) {
			if is == "" || slices.Contains(words, is) {
				continue
			}
			if meant := near.Word(is, words); meant != "" {
				return fmt.Errorf("there is no type %q: did you mean %q?", is, meant)
			}
			return fmt.Errorf("there is no type %q: it is one of %s", is, strings.Join(words, ", "))
		}
		for i := range v.NumField() {
			if err := types(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// breach returns what is wrong with a JSON text, or "".
func (s *schema) breach(text []byte) string {
	if s == nil {
		return ""
	}
	var v any
	err := json.Unmarshal(text, &v)
	if err == nil {
		err = s.resolved.Validate(v)
	}
	if err == nil {
		return ""
	}
	wrong := strings.NewReplacer("validating root: ", "", "validating /", "/").Replace(err.Error())
	if len(wrong) > maxBreach { // it may hold what the client sent
		wrong = strings.ToValidUTF8(wrong[:maxBreach], "") + "..."
	}
	return wrong
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
	for name, v := range given {
		if v.Type != gjson.String {
			return "the argument " + strconv.Quote(name) + " must be a string"
		}
	}
	return ""
}
