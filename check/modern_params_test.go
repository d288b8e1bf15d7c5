package check

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestMirrors has a case for each constraint on x-mcp-header (2026-07-28
// basic/transports/streamable-http, "Schema Extension").
func TestMirrors(t *testing.T) {
	for _, c := range []struct {
		why, schema string
		want        string // the headers, and where their arguments are
		wrong       string // in what is complained of; "" for nothing
	}{
		{"one of each type", `{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"integer","x-mcp-header":"B"},"c":{"type":"boolean","x-mcp-header":"C"}}}`, "A=a B=b C=c", ""},
		{"within an object, by properties alone", `{"properties":{"o":{"type":"object","properties":{"a.b":{"type":"string","x-mcp-header":"A"}}}}}`, "A=o/a.b", ""},
		{"a fraction has many spellings", `{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}`, "", "is for type number"},
		{"an object is no header", `{"properties":{"a":{"type":"object","x-mcp-header":"A"}}}`, "", "is for type object"},
		{"a name must not be empty", `{"properties":{"a":{"type":"string","x-mcp-header":""}}}`, "", "is no name of a header"},
		{"nor have a line break", `{"properties":{"a":{"type":"string","x-mcp-header":"A\r\nB"}}}`, "", "is no name of a header"},
		{"nor be a number", `{"properties":{"a":{"type":"string","x-mcp-header":7}}}`, "", "is no name of a header"},
		{"headers have no case", `{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}`, "A=a", "is there twice"},
		{"an item of a list is one of many", `{"properties":{"l":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}`, "", "is not reached"},
		{"a choice may not be there", `{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}`, "", "is not reached"},
		{"the root is no argument", `{"type":"string","x-mcp-header":"A"}`, "", "is not reached"},
		{"what is no schema is no annotation", `{"properties":{"a":{"type":"string","default":{"x-mcp-header":"A"}}}}`, "", ""},
		{"nor is a name of an argument", `{"properties":{"x-mcp-header":{"type":"string"}}}`, "", ""},
	} {
		list, wrong := mirrors(gjson.Parse(`{"name":"t","inputSchema":` + c.schema + `}`))
		var got []string
		for _, m := range list {
			got = append(got, m.name+"="+strings.Join(m.path, "/"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
		if text := strings.Join(wrong, "; "); (text == "") != (c.wrong == "") || !strings.Contains(text, c.wrong) {
			t.Errorf("%s: complains of %q, want %q", c.why, text, c.wrong)
		}
	}
}

// TestMirrored holds which lines a call has, and how they are spelled.
func TestMirrored(t *testing.T) {
	tool := gjson.Parse(`{"inputSchema":{"properties":{"s":{"type":"string","x-mcp-header":"S"},"n":{"type":"integer","x-mcp-header":"N"},"b":{"type":"boolean","x-mcp-header":"B"}}}}`)
	for _, c := range []struct{ why, arguments, want string }{
		{"each by its type", `{"s":"eu","n":42,"b":true}`, "Mcp-Param-S=eu Mcp-Param-N=42 Mcp-Param-B=true"},
		{"what is not there has none", `{"n":1}`, "Mcp-Param-N=1"},
		{"null is not there", `{"s":null}`, ""},
		{"what is no ASCII is encoded", `{"s":"Hello, 世界"}`, "Mcp-Param-S==?base64?SGVsbG8sIOS4lueVjA==?="},
		{"arguments that are none", `7`, ""},
	} {
		var got []string
		for _, l := range mirrored(tool, gjson.Parse(c.arguments)) {
			got = append(got, l[0]+"="+l[1])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

// FuzzMirrors holds that no definition of a tool harms who reads it, and that
// what it comes to can be sent: names of headers are so, and no two are alike.
func FuzzMirrors(f *testing.F) {
	f.Add(`{"inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}`, `{"a":"b"}`)
	f.Add(`{"inputSchema":{"properties":{"properties":{"properties":{"a":{"x-mcp-header":1}}}}}}`, `{"properties":{"a":null}}`)
	f.Fuzz(func(t *testing.T, tool, arguments string) {
		seen := map[string]bool{}
		for _, l := range mirrored(gjson.Parse(tool), gjson.Parse(arguments)) {
			name := strings.ToLower(l[0])
			if seen[name] || strings.ContainsAny(l[0], "\r\n :") || strings.ContainsAny(l[1], "\r\n") {
				t.Errorf("%q", l)
			}
			seen[name] = true
		}
	})
}
