package mirror

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

func TestRequest(t *testing.T) {
	for _, c := range []struct {
		why, method, params string
		want                http.Header
	}{
		{"a list has no name", "tools/list", `{"name":"x"}`, http.Header{}},
		{"a tool", "tools/call", `{"name":"x"}`, http.Header{"Mcp-Name": {"x"}}},
		{"a prompt whose name is no ASCII", "prompts/get", `{"name":"größe"}`, http.Header{"Mcp-Name": {"=?base64?Z3LDtsOfZQ==?="}}},
		{"a resource", "resources/read", `{"uri":"file:///a b"}`, http.Header{"Mcp-Name": {"file:///a b"}}},
		{"no name to be found", "tools/call", `{}`, http.Header{}},
		{"a name that is no text", "tools/call", `{"name":7}`, http.Header{}},
	} {
		c.want.Set("Mcp-Protocol-Version", "2026-07-28")
		c.want.Set("Mcp-Method", c.method)
		if diff := cmp.Diff(c.want, Request("2026-07-28", c.method, []byte(c.params))); diff != "" {
			t.Errorf("%s:\n%s", c.why, diff)
		}
	}
}

// What a tool's definition says of its headers.
func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, schema, want string }{
		{"each primitive type", `{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"integer","x-mcp-header":"B"},"c":{"type":"boolean","x-mcp-header":"C"}}}`,
			"Mcp-Param-A=a Mcp-Param-B=b Mcp-Param-C=c"},
		{"no annotation", `{"properties":{"a":{"type":"string"}}}`, ""},
		{"no properties", `{"type":"object"}`, ""},
		{"a chain of properties", `{"properties":{"a":{"properties":{"b.c":{"properties":{"d":{"type":"string","x-mcp-header":"D"}}}}}}}`, "Mcp-Param-D=a/b.c/d"},
		{"one that has properties, too", `{"properties":{"a":{"type":"string","x-mcp-header":"A","properties":{"b":{"type":"string","x-mcp-header":"B"}}}}}`,
			"Mcp-Param-A=a Mcp-Param-B=a/b"},
		{"a number has many spellings", `{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}`, ""},
		{"an object has none", `{"properties":{"a":{"type":"object","x-mcp-header":"A"}}}`, ""},
		{"a type that is a list", `{"properties":{"a":{"type":["string","null"],"x-mcp-header":"A"}}}`, ""},
		{"no type", `{"properties":{"a":{"x-mcp-header":"A"}}}`, ""},
		{"an empty name", `{"properties":{"a":{"type":"string","x-mcp-header":""}}}`, ""},
		{"a name that is a number", `{"properties":{"a":{"type":"string","x-mcp-header":7}}}`, ""},
		{"a name with a space", `{"properties":{"a":{"type":"string","x-mcp-header":"My Region"}}}`, ""},
		{"a name that ends the line", `{"properties":{"a":{"type":"string","x-mcp-header":"A\r\nX"}}}`, ""},
		{"a name beyond ASCII", `{"properties":{"a":{"type":"string","x-mcp-header":"Größe"}}}`, ""},
		{"all signs of a token", `{"properties":{"a":{"type":"string","x-mcp-header":"!#$%&'*+-.^_|~9"}}}`, "Mcp-Param-!#$%&'*+-.^_|~9=a"},
		{"the same name in another case makes both invalid, and with them the tool", `{"properties":{"a":{"type":"string","x-mcp-header":"Region"},"b":{"type":"string","x-mcp-header":"REGION"},"c":{"type":"string","x-mcp-header":"C"}}}`, ""},
		{"not through items", `{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}`, ""},
		{"nor through alternatives", `{"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}`, ""},
		{"nor through definitions", `{"$defs":{"a":{"type":"string","x-mcp-header":"A"}},"properties":{"a":{"$ref":"#/$defs/a"}}}`, ""},
		{"an argument of that name is none", `{"properties":{"x-mcp-header":{"type":"string"},"properties":{"type":"string","x-mcp-header":"P"}}}`, "Mcp-Param-P=properties"},
		{"a schema that is none", `true`, ""},
	} {
		var got []string
		for _, a := range Of([]byte(`{"name":"t","inputSchema":` + c.schema + `}`)) {
			got = append(got, a.Name+"="+strings.Join(a.Path, "/"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.why, got, c.want)
		}
	}
	deep := strings.Repeat(`{"properties":{"a":`, 2*maxNesting) + `{"type":"string","x-mcp-header":"A"}` + strings.Repeat(`}}`, 2*maxNesting)
	if list := Of([]byte(`{"name":"t","inputSchema":` + deep + `}`)); len(list) > 0 {
		t.Errorf("%d fields from beyond the depth that is looked at", len(list))
	}
}

func TestArguments(t *testing.T) {
	const schema = `{"city":{"type":"string","x-mcp-header":"City"},"days":{"type":"integer","x-mcp-header":"days"},"really":{"type":"boolean","x-mcp-header":"Really"},
		"place":{"type":"object","properties":{"a.b":{"type":"string","x-mcp-header":"Inner"}}},"note":{"type":"string"}}`
	for _, c := range []struct {
		why, properties, arguments string
		want                       http.Header
	}{
		{"a value of each type", schema, `{"city":"Oslo","days":3,"really":false,"note":"x"}`, http.Header{"Mcp-Param-City": {"Oslo"}, "Mcp-Param-Days": {"3"}, "Mcp-Param-Really": {"false"}}},
		{"a property of a property, with a dot in its name", schema, `{"place":{"a.b":"x"}}`, http.Header{"Mcp-Param-Inner": {"x"}}},
		{"null is no value", schema, `{"city":null,"place":null}`, http.Header{}},
		{"integers in other spellings", schema, `{"days":42.0}`, http.Header{"Mcp-Param-Days": {"42"}}},
		{"a negative one", schema, `{"days":-7}`, http.Header{"Mcp-Param-Days": {"-7"}}},
		{"a large one", schema, `{"days":9007199254740991}`, http.Header{"Mcp-Param-Days": {"9007199254740991"}}},
		{"one that is too large", schema, `{"days":9007199254740993}`, http.Header{}},
		{"a fraction", schema, `{"days":1.5}`, http.Header{}},
		{"an object has no spelling", schema, `{"city":{"x":1}}`, http.Header{}},
		{"a text that must be encoded", schema, `{"city":" Zürich"}`, http.Header{"Mcp-Param-City": {"=?base64?IFrDvHJpY2g=?="}}},
		{"no arguments", schema, `null`, http.Header{}},
		{"two annotations of one name", `{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}`, `{"a":"1","b":"2"}`, http.Header{}},
		{"an annotation that is no name", `{"a":{"type":"string","x-mcp-header":"A b"}}`, `{"a":"1"}`, http.Header{}},
		{"an empty one", `{"a":{"type":"string","x-mcp-header":""}}`, `{"a":"1"}`, http.Header{}},
		{"a number with fractions has none", `{"a":{"type":"number","x-mcp-header":"A"}}`, `{"a":1}`, http.Header{}},
		{"one bad annotation makes the tool one without", `{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"array","x-mcp-header":"B"}}`, `{"a":"1"}`, http.Header{}},
	} {
		h := http.Header{}
		Arguments(h, Of([]byte(`{"name":"x","inputSchema":{"properties":`+c.properties+`}}`)), []byte(`{"arguments":`+c.arguments+`}`))
		if diff := cmp.Diff(c.want, h); diff != "" {
			t.Errorf("%s:\n%s", c.why, diff)
		}
	}
}

func FuzzArguments(f *testing.F) {
	f.Add(`{"inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}`, `{"arguments":{"a":"x"}}`)
	f.Fuzz(func(t *testing.T, tool, params string) {
		if jsonrpc.Valid([]byte(tool)) != nil || jsonrpc.Valid([]byte(params)) != nil {
			t.Skip()
		}
		h := http.Header{}
		Arguments(h, Of([]byte(tool)), []byte(params))
		for name, values := range h {
			if http.CanonicalHeaderKey(name) != name || len(values) != 1 {
				t.Errorf("%q: %q", name, values)
			}
			for _, r := range values[0] {
				if r < ' ' || r > '~' {
					t.Errorf("%s has %q", name, values[0])
				}
			}
		}
	})
}
