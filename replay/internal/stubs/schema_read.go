package stubs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/near"
)

// A reading is a JSON Schema gone through: the parts that it has, and whose
// keywords are what they must be.
type reading struct {
	parts map[string]*part // by JSON Pointer
	refs  []reference

	id        string            // the address of the whole
	addresses map[string]string // pointers to the parts that have one, and, behind a #, to those with an anchor
	twice     map[string]bool   // those that several parts have
	draft7    bool
	steps     bool // some part has a step
}

// A part is one schema within another, or the whole.
type part struct {
	place string         // in the scenario, such as .properties.city
	keys  map[string]any // nil of true and false
	never bool           // it is false
	every []string       // other parts that hold for the same value, all of them
	same  []string       // these, and those that may
	step  *big.Rat       // of which numbers are multiples; nil where a library's floats will do
}

// address is that of a schema which has none. Nothing is there, nor asked of it.
const address = "stub:///whole"

// A spot is where a reading is.
type spot struct {
	pointer, place string
	base           *url.URL // to which addresses and references are relative
}

func (s spot) in(name string) spot {
	return spot{s.pointer + "/" + jsondiff.Escape(name), s.place + "." + name, s.base}
}

func (s spot) nth(i int) spot {
	return spot{fmt.Sprintf("%s/%d", s.pointer, i), fmt.Sprintf("%s[%d]", s.place, i), s.base}
}

func (s spot) errorf(format string, args ...any) error {
	return &Error{s.place, fmt.Errorf(format, args...)}
}

// read goes through a schema: a JSON value with its numbers as json.Number.
func read(v any) (*reading, error) {
	r := &reading{parts: map[string]*part{}, id: address, addresses: map[string]string{}, twice: map[string]bool{}}
	if err := r.draft(v); err != nil {
		return nil, err
	}
	base, _ := url.Parse(address) // it is one
	r.addresses[address] = ""
	if err := r.schema(spot{base: base}, v); err != nil {
		return nil, err
	}
	if err := r.refer(); err != nil {
		return nil, err
	}
	return r, r.endless()
}

func (r *reading) schema(at spot, v any) error {
	p := &part{place: at.place}
	r.parts[at.pointer] = p
	switch v := v.(type) {
	case bool:
		p.never = !v
		return nil
	case map[string]any:
		p.keys = v
	default:
		return at.errorf("it must be a schema: write {type: string} or the like")
	}
	if err := r.identify(p, &at); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p.keys)) {
		if err := r.keyword(p, at, at.in(name), name); err != nil {
			return err
		}
	}
	return nil
}

// keyword goes through one keyword of a part. One that JSON Schema does not have
// means nothing to it (2020-12 core, "Unknown Keywords").
func (r *reading) keyword(p *part, of, at spot, name string) error {
	v := p.keys[name]
	switch name {
	case "additionalItems", "additionalProperties", "contains", "contentSchema", "propertyNames", "unevaluatedItems", "unevaluatedProperties":
		return r.schema(at, v)
	case "not", "if", "then", "else":
		p.same = append(p.same, at.pointer)
		return r.schema(at, v)
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return r.list(p, at, v, name)
	case "items":
		if _, is := v.([]any); is { // of draft 7
			return r.list(p, at, v, name)
		}
		return r.schema(at, v)
	case "properties", "patternProperties", "$defs", "definitions":
		return r.named(p, at, v, name)
	case "dependentSchemas", "dependencies", "dependentRequired":
		return r.named(p, at, v, name)
	case "$ref", "$dynamicRef":
		to, ok := v.(string)
		if !ok {
			return at.errorf("a reference is a text, such as #/$defs/NAME")
		}
		r.refs = append(r.refs, reference{of.pointer, to, at})
	case "$anchor", "$dynamicAnchor":
		anchor, ok := v.(string)
		if !ok {
			return at.errorf("it must be a text")
		}
		r.put(of.base.String()+"#"+anchor, of.pointer)
	case "type":
		return typeNames(at, v)
	case "enum":
		if list, ok := v.([]any); !ok || len(list) == 0 {
			return at.errorf("it must be a list of the values that may be, such as [red, green]")
		}
	case "required":
		return names(at, v)
	case "pattern":
		return pattern(at, v)
	case "format":
		if _, ok := v.(string); !ok {
			return at.errorf("it must be a text, such as date-time")
		}
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		if f, ok := number(v); !ok || math.IsInf(f, 0) {
			return at.errorf("it must be a number")
		}
	case "multipleOf":
		f, ok := number(v)
		if !ok || f <= 0 || math.IsInf(f, 0) {
			return at.errorf("it must be a number above 0")
		}
		if _, aside := p.keys["$ref"]; f != math.Trunc(f) && !(r.draft7 && aside) {
			p.step, r.steps = new(big.Rat), true
			_, _ = p.step.SetString(string(v.(json.Number))) // it is a number
		}
	case "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties":
		if f, ok := number(v); !ok || f < 0 || f > math.MaxInt32 || f != math.Trunc(f) {
			return at.errorf("it must be a whole number from 0 on")
		}
	case "uniqueItems", "deprecated", "readOnly", "writeOnly":
		if _, ok := v.(bool); !ok {
			return at.errorf("it must be true or false")
		}
	case "$id", "$schema", "$comment", "title", "description", "contentEncoding", "contentMediaType":
		if _, ok := v.(string); !ok {
			return at.errorf("it must be a text")
		}
	case "examples":
		if _, ok := v.([]any); !ok {
			return at.errorf("it must be a list")
		}
	}
	return nil
}

// list goes through several schemas, which hold for the same value or for parts
// of it.
func (r *reading) list(p *part, at spot, v any, keyword string) error {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return at.errorf("it must be a list of schemas, such as [{type: string}]")
	}
	for i, v := range list {
		switch keyword {
		case "allOf":
			p.every = append(p.every, at.nth(i).pointer)
			fallthrough
		case "anyOf", "oneOf":
			p.same = append(p.same, at.nth(i).pointer)
		}
		if err := r.schema(at.nth(i), v); err != nil {
			return err
		}
	}
	return nil
}

// named goes through schemas, or names, by name.
func (r *reading) named(p *part, at spot, v any, keyword string) error {
	all, ok := v.(map[string]any)
	if !ok {
		return at.errorf("it must be a mapping of names, such as {city: {type: string}}")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at, v := at.in(name), all[name]
		_, isList := v.([]any)
		var err error
		switch {
		case keyword == "dependentRequired" || keyword == "dependencies" && isList:
			err = names(at, v)
		case keyword == "patternProperties":
			err = errors.Join(pattern(at, name), r.schema(at, v))
		case keyword == "dependentSchemas" || keyword == "dependencies":
			p.same = append(p.same, at.pointer)
			err = r.schema(at, v)
		default:
			err = r.schema(at, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// typeNames checks what the keyword type has.
func typeNames(at spot, v any) error {
	words := []string{"string", "integer", "number", "boolean", "object", "array", "null"}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, is := range list {
		word, _ := is.(string)
		if slices.Contains(words, word) {
			continue
		}
		spelled, _ := json.Marshal(is)
		if meant := near.Word(word, words); meant != "" {
			return at.errorf("there is no type %s: did you mean %q?", spelled, meant)
		}
		return at.errorf("there is no type %s: it is one of %s", spelled, strings.Join(words, ", "))
	}
	if len(list) == 0 {
		return at.errorf("it must have a type, one of %s", strings.Join(words, ", "))
	}
	return nil
}

// names checks a list of names of properties.
func names(at spot, v any) error {
	list, ok := v.([]any)
	if !ok || slices.ContainsFunc(list, func(v any) bool { _, is := v.(string); return !is }) {
		return at.errorf("it must be a list of names of properties, such as [city]")
	}
	return nil
}

// pattern checks a regular expression: it is that of JavaScript (2020-12 core,
// "Regular Expressions"), so only what is a mistake in all kinds of them is told.
func pattern(at spot, v any) error {
	text, ok := v.(string)
	if !ok {
		return at.errorf("it must be a text, a regular expression")
	}
	_, err := regexp.Compile(text)
	if wrong, ok := errors.AsType[*syntax.Error](err); ok {
		switch wrong.Code {
		case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrTrailingBackslash, syntax.ErrMissingRepeatArgument:
			return at.errorf("it is no regular expression: %s: `%s`", wrong.Code, wrong.Expr)
		}
	}
	return nil
}

// number returns a number of a schema.
func number(v any) (f float64, ok bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}
