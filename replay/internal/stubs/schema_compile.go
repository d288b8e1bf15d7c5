package stubs

import (
	"encoding/json"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// compile makes of a schema what the library can hold values to, and holds them
// to formats, which JSON Schema leaves to those who use it, by a pattern beside
// a part's own. What the library cannot do, or not to the digit, is taken out, and
// with it what would refuse a value only because it is not there. What is read
// of the schema is no longer true then.
func (r *reading) compile() {
	var loose []string // the pointers to the parts that say less than they did
	open := false
	for pointer, p := range r.parts {
		maps.DeleteFunc(p.keys, func(name string, _ any) bool { return !slices.Contains(keywords, name) })
		for _, keyword := range lengths {
			if f, ok := number(p.keys[keyword]); ok {
				p.keys[keyword] = json.Number(strconv.Itoa(int(f))) // 1e2 is 100
			}
		}
		if tells := p.tells(); tells != nil {
			p.add("allOf", map[string]any{"properties": tells})
		}
		name, _ := p.keys["format"].(string)
		if like := formats[name]; like != "" {
			p.add("allOf", map[string]any{"pattern": like})
		}
		if p.step != nil {
			delete(p.keys, "multipleOf")
			loose = append(loose, pointer)
		}
		if text, ok := p.keys["pattern"].(string); ok && !known(text) {
			delete(p.keys, "pattern")
			loose = append(loose, pointer)
		}
		named, _ := p.keys["patternProperties"].(map[string]any)
		for name := range named {
			if !known(name) {
				delete(named, name)
				delete(p.keys, "additionalProperties")
				loose, open = append(loose, pointer), true
			}
		}
	}
	if loose = r.around(loose); len(loose) == 0 {
		return
	}
	for pointer, p := range r.parts {
		is := func(keyword string) bool { return slices.Contains(loose, pointer+"/"+keyword) }
		if is("not") {
			delete(p.keys, "not")
		}
		if is("contains") {
			delete(p.keys, "maxContains")
		}
		if is("if") {
			delete(p.keys, "if")
			open = true
		}
		one, _ := p.keys["oneOf"].([]any)
		for i := range one {
			if is("oneOf/" + strconv.Itoa(i)) {
				p.add("allOf", map[string]any{"anyOf": one})
				delete(p.keys, "oneOf")
				break
			}
		}
	}
	for _, p := range r.parts {
		if open { // what is left may not say of all that is known
			delete(p.keys, "unevaluatedItems")
			delete(p.keys, "unevaluatedProperties")
		}
	}
}

// keywords are all that say something about values. The library is given no
// others: it would take Properties for properties.
var keywords = append([]string{
	"$schema", "$id", "$ref", "$dynamicRef", "$anchor", "$dynamicAnchor", "$defs", "definitions",
	"type", "enum", "const", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems",
	"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies", "required",
	"properties", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties",
	"prefixItems", "items", "additionalItems", "contains", "unevaluatedItems", "contentSchema",
}, lengths...)

// lengths are the keywords with a whole number.
var lengths = []string{"minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties"}

// known reports whether a regular expression is one of RE2.
func known(pattern string) bool {
	_, err := regexp.Compile(pattern)
	return err == nil
}

// tells are the properties of a part that have one value or few, and so tell it
// from its like in a union: {"op": {"const": "and"}}. The library asks allOf before
// properties, and these in any order: without them first, a union within itself
// costs twice as much with each level of a value.
func (p *part) tells() map[string]any {
	var all map[string]any
	properties, _ := p.keys["properties"].(map[string]any)
	for name, v := range properties {
		property, _ := v.(map[string]any)
		for _, keyword := range []string{"const", "enum"} {
			if of, ok := property[keyword]; ok && property["$ref"] == nil {
				if all == nil {
					all = map[string]any{}
				}
				all[name] = map[string]any{keyword: of}
				break
			}
		}
	}
	return all
}

// add adds to a part's list of schemas.
func (p *part) add(keyword string, one any) {
	all, _ := p.keys[keyword].([]any)
	p.keys[keyword] = append(slices.Clip(all), one)
}

// around adds to parts those that have one of them within them, or refer to one
// that has.
func (r *reading) around(some []string) []string {
	all := map[string]bool{}
	for len(some) > 0 {
		pointer := some[0]
		if some = some[1:]; all[pointer] {
			continue
		}
		all[pointer] = true
		if up := strings.LastIndexByte(pointer, '/'); up >= 0 {
			some = append(some, pointer[:up])
		}
		for of, p := range r.parts {
			if slices.Contains(p.every, pointer) {
				some = append(some, of)
			}
		}
	}
	list := []string{}
	for pointer := range all {
		list = append(list, pointer)
	}
	return list
}

// multiple reports whether the numbers in a value are multiples of what a part
// of the schema says, as they are written: 0.3 is one of 0.1, which no floats of
// them are. What may hold for a value or not it does not look at, but for the
// anyOf of a number.
func (s *schema) multiple(pointer string, v any) bool {
	if !s.steps {
		return true
	}
	p := s.parts[pointer]
	for _, also := range p.every {
		if !s.multiple(also, v) {
			return false
		}
	}
	switch v := v.(type) {
	case float64:
		return p.admits(v) && s.either(pointer, v)
	case map[string]any:
		for name, one := range v {
			if next, ok := s.own(pointer, name); ok && !s.multiple(next, one) {
				return false
			}
		}
	case []any:
		for i, one := range v {
			if next, ok := s.element(pointer, i); ok && !s.multiple(next, one) {
				return false
			}
		}
	}
	return true
}

// either reports whether one part of an anyOf, if there is one, fits a number.
func (s *schema) either(pointer string, v float64) bool {
	list, _ := s.parts[pointer].keys["anyOf"].([]any)
	for i := range list {
		if s.fits(pointer+"/anyOf/"+strconv.Itoa(i), v) {
			return true
		}
	}
	return len(list) == 0
}

// admits reports whether a number is a multiple of a part's step.
func (p *part) admits(v float64) bool {
	if p.step == nil {
		return true
	}
	digits, _ := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64)) // it is finite
	return digits.Quo(digits, p.step).IsInt()
}
