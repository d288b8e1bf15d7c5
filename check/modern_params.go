package check

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// A mirror is an argument of a tool that a header repeats.
type mirror struct {
	name string   // of the header, after Mcp-Param-
	kind string   // string, integer or boolean
	path []string // of the argument
}

// mirrors returns the arguments of a tool that headers repeat, and what is
// wrong with the annotations (2026-07-28 basic/transports/streamable-http,
// "Schema Extension").
func mirrors(tool gjson.Result) (list []mirror, wrong []string) {
	const annotation = "x-mcp-header"
	seen := map[string]bool{}
	var walk func(schema gjson.Result, path []string, reachable bool)
	walk = func(schema gjson.Result, path []string, reachable bool) {
		if a := schema.Get(annotation); a.Exists() && schema.IsObject() {
			m := mirror{name: a.Str, kind: schema.Get("type").String(), path: slices.Clone(path)}
			complain := func(why string) {
				wrong = append(wrong, fmt.Sprintf("%s at %s of %s %s", say.Short(a.Raw, 40), "/"+say.Short(strings.Join(path, "/"), 60), say.Short(tool.Get("name").String(), 60), why))
			}
			switch {
			case a.Type != gjson.String || !mcp.IsFieldName(a.Str):
				complain("is no name of a header")
			case seen[strings.ToLower(m.name)]:
				complain("is there twice")
			case m.kind != "string" && m.kind != "integer" && m.kind != "boolean":
				complain("is for type " + say.Short(m.kind, 20))
			case !reachable || len(path) == 0:
				complain("is not reached by properties alone")
			default:
				seen[strings.ToLower(m.name)] = true
				list = append(list, m)
			}
		}
		schema.ForEach(func(key, value gjson.Result) bool {
			switch {
			case key.Str == "properties" && schema.IsObject():
				value.ForEach(func(name, property gjson.Result) bool {
					walk(property, append(path, name.Str), reachable)
					return true
				})
			case key.Str == "default", key.Str == "const", key.Str == "enum", key.Str == "examples": // no schemas
			case value.IsObject() || value.IsArray():
				walk(value, path, false)
			}
			return true
		})
	}
	walk(tool.Get("inputSchema"), nil, true)
	return list, wrong
}

// at is the argument that a mirror repeats.
func (m mirror) at(arguments gjson.Result) gjson.Result {
	for _, name := range m.path {
		if !arguments.IsObject() {
			return gjson.Result{}
		}
		arguments = arguments.Get(gjson.Escape(name))
	}
	return arguments
}

// header is the line of a mirror for a value.
func (m mirror) header(value string) [2]string {
	return [2]string{mcp.HeaderParamPrefix + m.name, probes.Encoded(value)}
}

// mirrored are the header lines for the arguments of a call.
func mirrored(tool, arguments gjson.Result) [][2]string {
	var lines [][2]string
	list, _ := mirrors(tool)
	for _, m := range list {
		if v := m.at(arguments); v.Exists() && v.Type != gjson.Null {
			lines = append(lines, m.header(v.String()))
		}
	}
	return lines
}

// params is about the headers that repeat arguments. Only a tool that says
// that it is read-only is called, or the one that was named: a server that
// does not look at the headers runs it.
func (m *modern) params(ctx context.Context) error {
	if !m.overHTTP {
		return nil
	}
	const cure = "read the specification's list of constraints, and validate inputSchema with it"
	tools := m.named("modern-tools-list").result().Get("tools").Array()
	var wrong []string
	annotated := 0
	var tool gjson.Result
	var of mirror
	var arguments string
	for _, t := range tools {
		list, bad := mirrors(t)
		wrong = append(wrong, bad...)
		annotated += len(list) + len(bad)
		if len(list) == 0 || tool.Exists() {
			continue
		}
		if m.tool == "" && t.Get("annotations.readOnlyHint").Bool() || t.Get("name").Str == m.tool {
			if text, mirror, ok := m.example(t, list); ok {
				tool, of, arguments = t, mirror, text
			}
		}
	}
	if annotated == 0 {
		return nil
	}
	if len(wrong) > 0 {
		wrong = []string{listed(wrong)}
	}
	m.hold("modern-x-mcp-header", ofAnnotations, "MUST", "annotations on arguments of a primitive type, by names of their own", say.Count(annotated, "annotation"), wrong,
		"clients must leave the tool out", cure).shown("x-mcp-header-invalid")
	const wants = "400 with error -32020 where Mcp-Param-* is missing, or is not the argument"
	if !tool.Exists() {
		m.find("modern-header-param", LeftOut, ofParams, "MUST", wants, "no tool with x-mcp-header says that it is read-only").Cure = "name one:  --call NAME --arguments JSON"
		return nil
	}
	given := gjson.Parse(arguments)
	body := request("14", mcp.ToolsCall, `"name":`+jsonText(tool.Get("name").Str)+`,"arguments":`+arguments)
	right := mirrored(tool, given)
	name := mcp.HeaderParamPrefix + of.name
	place := slices.IndexFunc(right, func(l [2]string) bool { return l[0] == name })
	with := func(value string) [][2]string {
		lines := slices.Clone(right)
		lines[place][1] = value
		return lines
	}
	value := of.at(given).String()
	another := map[string]string{"string": "mcpmock-another", "integer": "424242", "boolean": strconv.FormatBool(value != "true")}[of.kind]
	trials := []struct {
		what  string
		lines [][2]string
		fine  bool // it is to be served
	}{
		{"without " + name, slices.Delete(slices.Clone(right), place, place+1), false},
		{name + " with another value", with(another), false},
		{name + ": =?base64?%%%?=", with("=?base64?%%%?="), false},
		{name + " in Base64", with(probes.Base64(value)), true},
	}
	var breaches []string
	first := ""
	for _, t := range trials {
		s, err := m.ask(ctx, body, t.lines...)
		if err != nil {
			return err
		}
		if first == "" {
			first = saw(t.what, s)
		}
		differs := s.code() == mcp.HeaderMismatch
		if !t.fine && !(differs && s.status(http.StatusBadRequest)) || t.fine && differs {
			breaches = append(breaches, saw(t.what, s))
		}
	}
	m.hold("modern-header-param", ofParams, "MUST", wants, first, breaches,
		"what stands before the server decides by the header, and the tool by the argument", "compare the headers with the arguments that they repeat, decoded")
	if len(breaches) > 0 {
		return nil
	}
	return m.integers(ctx, tool, given, body)
}

// integers is about an integer that its header spells otherwise.
func (m *modern) integers(ctx context.Context, tool, given gjson.Result, body string) error {
	list, _ := mirrors(tool)
	i := slices.IndexFunc(list, func(c mirror) bool { return c.kind == "integer" && c.at(given).Type == gjson.Number })
	if i < 0 {
		return nil
	}
	other := list[i].header(list[i].at(given).Raw + ".0")
	lines := slices.DeleteFunc(mirrored(tool, given), func(l [2]string) bool { return l[0] == other[0] })
	s, err := m.ask(ctx, body, append(lines, other)...)
	if err != nil {
		return err
	}
	what := other[0] + ": " + other[1]
	var breaches []string
	if s.code() == mcp.HeaderMismatch {
		breaches = append(breaches, saw(what, s))
	}
	m.hold("modern-header-integer", ofMirrors, "SHOULD", "integers are compared as numbers: 42.0 is 42", saw(what, s), breaches,
		"clients spell numbers as their language does", "parse both, and compare the numbers")
	return nil
}

// example makes arguments for a call with one that a header repeats: those
// that were given, or one for each that is required.
func (m *modern) example(tool gjson.Result, list []mirror) (arguments string, of mirror, ok bool) {
	if m.tool != "" {
		for _, candidate := range list {
			if v := candidate.at(gjson.Parse(m.arguments)); v.Exists() && v.Type != gjson.Null {
				return m.arguments, candidate, true
			}
		}
		return "", mirror{}, false
	}
	schema := tool.Get("inputSchema")
	needed := map[string]bool{}
	for _, r := range schema.Get("required").Array() {
		needed[r.Str] = true
	}
	i := slices.IndexFunc(list, func(c mirror) bool { return len(c.path) == 1 })
	if i < 0 {
		return "", mirror{}, false
	}
	needed[list[i].path[0]] = true
	var members []string
	properties := 0
	schema.Get("properties").ForEach(func(name, property gjson.Result) bool {
		if !needed[name.Str] {
			return true
		}
		value := ""
		switch kind := property.Get("type").String(); {
		case property.Get("enum.0").Exists():
			value = property.Get("enum.0").Raw
		case kind == "string":
			value = `"mcpmock"`
		case kind == "integer", kind == "number":
			value = "1"
		case kind == "boolean":
			value = "true"
		default:
			return false // what it takes cannot be told
		}
		properties++
		members = append(members, name.Raw+":"+value)
		return true
	})
	return "{" + strings.Join(members, ",") + "}", list[i], properties == len(needed)
}
