package stubs

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/near"
)

// wrong says why a value, which a part of the schema refuses, is not what that
// says: of the first argument by name, as deep in it as can be told. Path is the
// way there from the arguments, as scenarios write places: where.list[0].
func (s *schema) wrong(pointer, path string, v any) string {
	p := s.parts[pointer]
	for _, also := range p.every {
		if !s.fits(also, v) {
			return s.wrong(also, path, v)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range p.names("required") {
			if _, ok := v[name]; !ok {
				return s.missing(pointer, below(path, name), name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			next, ok := s.member(pointer, name)
			switch {
			case !ok || s.fits(next, v[name]):
			case s.parts[next].never:
				return below(path, name) + " is nothing that it takes" + s.known(pointer, name)
			default:
				return s.wrong(next, below(path, name), v[name])
			}
		}
	case []any:
		for i, one := range v {
			if next, ok := s.element(pointer, i); ok && !s.fits(next, one) {
				return s.wrong(next, fmt.Sprintf("%s[%d]", path, i), one)
			}
		}
	}
	return fmt.Sprintf("%s is %s, and must be %s", it(path), short(string(jsonrpc.Text(v)), maxValue), p.wanted())
}

// maxValue is how many bytes of a value are told, and of what it must be.
const maxValue = 200

func (s *schema) missing(pointer, path, name string) string {
	if next, ok := s.member(pointer, name); ok && len(s.parts[next].keys) > 0 {
		return path + " is missing, and must be " + s.parts[next].wanted()
	}
	return path + " is missing"
}

// known says which properties an object may have in place of another.
func (s *schema) known(pointer, name string) string {
	declared, _ := s.parts[pointer].keys["properties"].(map[string]any)
	all := slices.Sorted(maps.Keys(declared))
	if meant := near.Word(name, all); meant != "" {
		return fmt.Sprintf(": did you mean %s?", meant)
	}
	if len(all) == 0 {
		return ""
	}
	return ": there are " + strings.Join(all, ", ")
}

// member finds the part of the schema that holds for a member of an object.
func (s *schema) member(pointer, name string) (next string, ok bool) {
	if next, ok = s.own(pointer, name); ok {
		return next, true
	}
	for _, also := range s.parts[pointer].every {
		if next, ok = s.member(also, name); ok {
			return next, true
		}
	}
	return "", false
}

// own finds the one among those that the part has itself.
func (s *schema) own(pointer, name string) (next string, ok bool) {
	if next = pointer + "/properties/" + jsondiff.Escape(name); s.parts[next] != nil {
		return next, true
	}
	next = pointer + "/additionalProperties"
	return next, s.parts[next] != nil && s.parts[pointer].keys["patternProperties"] == nil
}

// element finds the one that holds for an element of an array.
func (s *schema) element(pointer string, i int) (next string, ok bool) {
	for _, next = range []string{fmt.Sprintf("%s/prefixItems/%d", pointer, i), fmt.Sprintf("%s/items/%d", pointer, i), pointer + "/items"} {
		if s.parts[next] != nil {
			return next, true
		}
	}
	return "", false
}

// names returns a list of names that a part has.
func (p *part) names(keyword string) (all []string) {
	list, _ := p.keys[keyword].([]any)
	for _, v := range list {
		if name, ok := v.(string); ok {
			all = append(all, name)
		}
	}
	return all
}

// wanted spells what a part says about values, and not what it says to people.
func (p *part) wanted() string {
	keys := maps.Clone(p.keys)
	maps.DeleteFunc(keys, func(name string, _ any) bool {
		return name != "$ref" && strings.HasPrefix(name, "$") || slices.Contains(toPeople, name)
	})
	return short(string(jsonrpc.Text(keys)), maxValue)
}

// toPeople are the keywords that say nothing about values.
var toPeople = []string{"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "definitions"}

// below is the path to a member.
func below(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// it names what is at a path.
func it(path string) string {
	if path == "" {
		return "it"
	}
	return path
}

// short cuts a text, which may hold what a client sent.
func short(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
