package stubs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// bars says what in the arguments of an answer is in no call of the stub that is
// let pass, and where.
func (s *Stub) bars(arguments json.RawMessage) (at, why string) {
	var v map[string]any
	if json.Unmarshal(arguments, &v) != nil {
		return "", ""
	}
	if s.Is == "prompt" {
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if _, is := v[name].(string); !is {
				return name, "the argument " + strconv.Quote(name) + " of a prompt is a string"
			}
		}
	}
	if s.input == nil {
		return "", ""
	}
	return s.input.bars("", "", v)
}

// bars looks in the arguments of an answer for what no call can have that the
// schema lets pass: its path, and why. What may be in some call is not told.
func (s *schema) bars(pointer, path string, v any) (at, why string) {
	vague := isVague(v)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			next, ok := s.member(pointer, name)
			if !ok {
				continue
			}
			if s.parts[next].never {
				return below(path, name), below(path, name) + " is nothing that it takes" + s.known(pointer, name)
			}
			if at, why = s.bars(next, below(path, name), v[name]); why != "" {
				return at, why
			}
		}
	}
	switch p := s.parts[pointer]; {
	case !vague && !s.fits(pointer, v):
		return path, s.wrong(pointer, path, v)
	case vague && !p.takes(v):
		return path, fmt.Sprintf("%s is %s, and must be %s", it(path), short(string(jsonrpc.Text(v)), maxValue), p.wanted())
	}
	return "", ""
}

// isVague reports whether the arguments of several calls are meant by a value:
// an object may have more members, and a text may be a pattern.
func isVague(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.HasSuffix(v, "*")
	case []any:
		return slices.ContainsFunc(v, isVague)
	case map[string]any:
		return true
	}
	return false
}

// takes reports whether a part lets pass values of the kind of a vague one.
func (p *part) takes(v any) bool {
	kind := "object"
	switch v.(type) {
	case string:
		kind = "string"
	case []any:
		kind = "array"
	}
	switch types := p.keys["type"].(type) {
	case string:
		return types == kind
	case []any:
		return slices.Contains(types, any(kind))
	}
	return true
}
