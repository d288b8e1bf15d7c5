// Package mirror makes the header fields in which a request of the modern era
// repeats what its body says (2026-07-28 basic/transports/streamable-http,
// "Request Metadata").
//
//	h := mirror.Request(version, method, params)
//	mirror.Arguments(h, mirror.Of(tool), params)
//
// Tools say by x-mcp-header in their inputSchema which of their arguments have
// a field.
//
// Read and Says are the other way round: what such a field says, and whether it
// is what the body has.
//
// What this does not do: it knows no refusals.
package mirror

import (
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Request returns the fields that every request of a method has: its version,
// its method, and the name of what it is about where it has one.
func Request(version, method string, params []byte) http.Header {
	h := http.Header{}
	h.Set(mcp.HeaderProtocolVersion, Encode(version))
	h.Set(mcp.HeaderMethod, Encode(method))
	switch method {
	case mcp.ToolsCall, mcp.PromptsGet, mcp.ResourcesRead:
		if name := gjson.Get(jsonrpc.String(params), mcp.NameMember(method)); name.Type == gjson.String {
			h.Set(mcp.HeaderName, Encode(name.Str))
		}
	}
	return h
}

// An Argument is one that a field repeats.
type Argument struct {
	Header string   // the field's name, as net/http spells it
	Name   string   // the same as the tool spells it
	Path   []string // the members that lead to it
}

// In returns the argument in the params of a call; it does not exist where
// they have none.
func (a *Argument) In(params []byte) gjson.Result {
	v := gjson.Get(jsonrpc.String(params), "arguments")
	for _, name := range a.Path {
		v = member(v, name)
	}
	return v
}

// maxNesting is how deep in a schema annotations are looked for.
const maxNesting = 64

// Of returns which arguments of a tool have fields, by the tool's definition.
// Of one whose annotations are not all valid it returns none: a client is to
// take that for no tool ("Schema Extension").
func Of(tool []byte) []Argument {
	var list []Argument
	ok := collect(gjson.Get(jsonrpc.String(tool), "inputSchema"), nil, &list)
	for i, a := range list {
		ok = ok && !slices.ContainsFunc(list[:i], func(b Argument) bool { return a.Header == b.Header })
	}
	if !ok {
		return nil
	}
	return list
}

// collect goes through the properties of a schema, and through theirs. It
// reports whether all annotations are valid.
func collect(schema gjson.Result, path []string, list *[]Argument) bool {
	ok := true
	if !schema.IsObject() || len(path) == maxNesting {
		return ok
	}
	member(schema, "properties").ForEach(func(name, property gjson.Result) bool {
		if !property.IsObject() {
			return true
		}
		at := append(path[:len(path):len(path)], name.Str)
		if header := member(property, "x-mcp-header"); header.Exists() {
			if ok = header.Type == gjson.String && mcp.IsFieldName(header.Str) && isPrimitive(member(property, "type").Str); !ok {
				return false
			}
			full := mcp.HeaderParamPrefix + header.Str
			*list = append(*list, Argument{http.CanonicalHeaderKey(full), full, at})
		}
		ok = collect(property, at, list)
		return ok
	})
	return ok
}

// isPrimitive reports whether values of a type have one spelling as a field.
func isPrimitive(kind string) bool {
	return kind == "string" || kind == "integer" || kind == "boolean"
}

// Arguments adds to h the fields for the arguments of a call. What is not
// there, is null or has no spelling in a header gets none.
func Arguments(h http.Header, list []Argument, params []byte) {
	for _, a := range list {
		if text, ok := spell(a.In(params)); ok {
			h.Set(a.Header, Encode(text))
		}
	}
}

// spell returns a value as a text ("Value Encoding").
func spell(v gjson.Result) (string, bool) {
	switch v.Type {
	case gjson.String:
		return v.Str, true
	case gjson.True, gjson.False:
		return v.Raw, true
	case gjson.Number:
		if v.Num != math.Trunc(v.Num) || math.Abs(v.Num) > 1<<53-1 {
			return "", false
		}
		return strconv.FormatFloat(v.Num, 'f', -1, 64), true
	}
	return "", false
}

// member returns the last member of an object that has just that name.
func member(object gjson.Result, name string) (value gjson.Result) {
	if object.IsObject() {
		object.ForEach(func(key, v gjson.Result) bool {
			if key.Str == name {
				value = v
			}
			return true
		})
	}
	return value
}
