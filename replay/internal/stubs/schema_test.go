package stubs

import (
	"errors"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// of makes the schema of arguments with one, x, that has these keywords.
func of(x string) string { return `{"type":"object","properties":{"x":` + x + `}}` }

// What is wrong with a schema is told when it is read, with its place in it.
func TestSchemaMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, place, want string }{
		{`{"type":"string"}`, "", "it must be a JSON Schema with type: object"},
		{of(`"string"`), ".properties.x", "it must be a schema: write {type: string} or the like"},
		{of(`null`), ".properties.x", "it must be a schema: write {type: string} or the like"},
		{of(`{"type":"intger"}`), ".properties.x.type", `there is no type "intger": did you mean "integer"?`},
		{of(`{"type":5}`), ".properties.x.type", "there is no type 5: it is one of string, integer, number, boolean, object, array, null"},
		{of(`{"type":[]}`), ".properties.x.type", "it must have a type, one of string, integer, number, boolean, object, array, null"},
		{of(`{"anyOf":[{"type":["null","intger"]}]}`), ".properties.x.anyOf[0].type", `there is no type "intger": did you mean "integer"?`},
		{of(`{"anyOf":[]}`), ".properties.x.anyOf", "it must be a list of schemas, such as [{type: string}]"},
		{of(`{"properties":["a"]}`), ".properties.x.properties", "it must be a mapping of names, such as {city: {type: string}}"},
		{of(`{"items":5}`), ".properties.x.items", "it must be a schema: write {type: string} or the like"},
		{of(`{"items":[5]}`), ".properties.x.items[0]", "it must be a schema: write {type: string} or the like"},
		{`{"type":"object","required":"city"}`, ".required", "it must be a list of names of properties, such as [city]"},
		{`{"type":"object","dependentRequired":{"a":"city"}}`, ".dependentRequired.a", "it must be a list of names of properties, such as [city]"},
		{of(`{"enum":"a"}`), ".properties.x.enum", "it must be a list of the values that may be, such as [red, green]"},
		{of(`{"enum":[]}`), ".properties.x.enum", "it must be a list of the values that may be, such as [red, green]"},
		{of(`{"minimum":"1"}`), ".properties.x.minimum", "it must be a number"},
		{of(`{"maximum":1e999}`), ".properties.x.maximum", "it must be a number"},
		{of(`{"multipleOf":0}`), ".properties.x.multipleOf", "it must be a number above 0"},
		{of(`{"minLength":-1}`), ".properties.x.minLength", "it must be a whole number from 0 on"},
		{of(`{"maxItems":1.5}`), ".properties.x.maxItems", "it must be a whole number from 0 on"},
		{of(`{"uniqueItems":"yes"}`), ".properties.x.uniqueItems", "it must be true or false"},
		{of(`{"title":5}`), ".properties.x.title", "it must be a text"},
		{of(`{"examples":"a"}`), ".properties.x.examples", "it must be a list"},
		{of(`{"pattern":"("}`), ".properties.x.pattern", "it is no regular expression: missing closing ): `(`"},
		{of(`{"pattern":5}`), ".properties.x.pattern", "it must be a text, a regular expression"},
		{`{"type":"object","patternProperties":{"(":{}}}`, ".patternProperties.(", "it is no regular expression: missing closing ): `(`"},
		{of(`{"format":5}`), ".properties.x.format", "it must be a text, such as date-time"},
		{of(`{"$ref":"#/$defs/Plaec"},"y":{"$defs":{"Place":{}}}`), ".properties.x.$ref", `"#/$defs/Plaec" leads nowhere: a reference stays within its schema, such as #/$defs/NAME`},
		{`{"type":"object","properties":{"x":{"$ref":"#/$defs/Plaec"}},"$defs":{"Place":{}}}`, ".properties.x.$ref", `"#/$defs/Plaec" leads nowhere: did you mean "#/$defs/Place"?`},
		{of(`{"$ref":"https://example.com/a"}`), ".properties.x.$ref", `"https://example.com/a" leads nowhere: a reference stays within its schema, such as #/$defs/NAME`},
		{of(`{"$ref":"#%zz"}`), ".properties.x.$ref", `"#%zz" is no reference: parse "#%zz": invalid URL escape "%zz"`},
		{of(`{"$id":"%zz"}`), ".properties.x.$id", `it must be an address, such as https://example.com/NAME: parse "%zz": invalid URL escape "%zz"`},
		{of(`{"$id":"a#b"}`), ".properties.x.$id", "it must be an address without what is behind #: write that as $anchor"},
		{`{"type":"object","$defs":{"a":{"$id":"i","type":"string"},"b":{"$id":"i"}},"properties":{"x":{"$ref":"i"}}}`, ".properties.x.$ref", `"i" is no reference: several parts have that $id or $anchor, and are not the same: give them others`},
		// In draft 7 nothing beside $ref counts, so that # is the whole here.
		{`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","definitions":{"a":{"$ref":"#"}},"allOf":[{"$id":"http://example.com/y","$ref":"#/definitions/a","definitions":{"a":{}}}]}`, "", "it refers to itself, and to no part of the value: refer to it from within properties or items"},
		{of(`{"$ref":5}`), ".properties.x.$ref", "a reference is a text, such as #/$defs/NAME"},
		{of(`{"$anchor":5}`), ".properties.x.$anchor", "it must be a text"},
		{`{"type":"object","$ref":"#"}`, "", "it refers to itself, and to no part of the value: refer to it from within properties or items"},
		{`{"type":"object","$id":"a:b","allOf":[{"not":{"$ref":"a:b"}}]}`, "", "it refers to itself, and to no part of the value: refer to it from within properties or items"},
		{`{"type":"object","$schema":"http://json-schema.org/draft-04/schema#"}`, ".$schema", `"http://json-schema.org/draft-04/schema#" is not checked: write https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#, or leave it out for the former`},
	} {
		_, err := newSchema([]byte(c.schema))
		if err == nil {
			t.Errorf("%s: no error", c.schema)
			continue
		}
		place, text := "", err.Error()
		if wrong, ok := errors.AsType[*Error](err); ok {
			place, text = wrong.Place, wrong.Err.Error()
		}
		if place != c.place || text != c.want {
			t.Errorf("%s: at %q: %s\n  want at %q: %s", c.schema, place, text, c.place, c.want)
		}
	}
}

// What is wrong with a value is said of the argument that it is about, in the
// same words each time; what is right passes.
func TestBreach(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, schema, value, want string }{
		{"a kind", of(`{"type":"string","title":"X"}`), `{"x":5}`, `x is 5, and must be {"type":"string"}`},
		{"one of two", of(`{"type":["string","null"]}`), `{"x":1.5}`, `x is 1.5, and must be {"type":["string","null"]}`},
		{"the first of several by name", `{"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"integer"}}}`, `{"b":"","a":""}`, `a is "", and must be {"type":"integer"}`},
		{"a bound", of(`{"type":"integer","minimum":1,"maximum":3}`), `{"x":7}`, `x is 7, and must be {"maximum":3,"minimum":1,"type":"integer"}`},
		{"a number as it is", of(`{"type":"integer"}`), `{"x":1.0}`, ``},
		{"a list of values", of(`{"enum":["a","b"]}`), `{"x":{"a":"<"}}`, `x is {"a":"<"}, and must be {"enum":["a","b"]}`},
		{"null", of(`{"const":null}`), `{"x":"a"}`, `x is "a", and must be {"const":null}`},
		{"either", of(`{"anyOf":[{"type":"string"},{"type":"null"}]}`), `{"x":5}`, `x is 5, and must be {"anyOf":[{"type":"string"},{"type":"null"}]}`},
		{"just one", of(`{"oneOf":[{"type":"string"},{"minLength":2}]}`), `{"x":"ab"}`, `x is "ab", and must be {"oneOf":[{"type":"string"},{"minLength":2}]}`},
		{"all", of(`{"allOf":[{"type":"string"},{"minLength":2}]}`), `{"x":"a"}`, `x is "a", and must be {"minLength":2}`},
		{"an element", of(`{"type":"array","items":{"type":"string"}}`), `{"x":["a",5]}`, `x[1] is 5, and must be {"type":"string"}`},
		{"an element by its place", of(`{"prefixItems":[true,{"type":"string"}],"items":{"type":"null"}}`), `{"x":["a",5]}`, `x[1] is 5, and must be {"type":"string"}`},
		{"an element by its place, in draft 7", `{"$schema":"http://json-schema.org/draft-07/schema","type":"object","properties":{"x":{"items":[{"type":"string"}]}}}`, `{"x":[7]}`, `x[0] is 7, and must be {"type":"string"}`},
		{"what is missing", `{"type":"object","required":["a","x"],"properties":{"x":{"type":"string"}}}`, `{"a":1}`, `x is missing, and must be {"type":"string"}`},
		{"what is missing and anything", `{"type":"object","required":["a"]}`, `{}`, `a is missing`},
		{"within another", of(`{"type":"object","required":["y"]}`), `{"x":{}}`, `x.y is missing`},
		{"one that is not taken", `{"type":"object","additionalProperties":false,"properties":{"city":true,"day":true}}`, `{"citty":7}`, `citty is nothing that it takes: did you mean city?`},
		{"one like no other", `{"type":"object","additionalProperties":false,"properties":{"city":true,"day":true}}`, `{"x":7}`, `x is nothing that it takes: there are city, day`},
		{"where there are none", `{"type":"object","additionalProperties":false}`, `{"x":7}`, `x is nothing that it takes`},
		{"any other", `{"type":"object","additionalProperties":{"type":"string"}}`, `{"x":7}`, `x is 7, and must be {"type":"string"}`},
		{"behind a reference", `{"type":"object","properties":{"x":{"$ref":"#/$defs/P"}},"$defs":{"P":{"properties":{"y":{"type":"string"}}}}}`, `{"x":{"y":1}}`, `x.y is 1, and must be {"type":"string"}`},
		{"behind itself", `{"type":"object","properties":{"next":{"$ref":"#"}},"required":["v"]}`, `{"v":1,"next":{"v":2,"next":{}}}`, `next.next.v is missing`},
		{"behind an anchor", `{"type":"object","properties":{"v":{"$anchor":"k","type":"string"},"x":{"$ref":"#k"}}}`, `{"x":1}`, `x is 1, and must be {"type":"string"}`},
		{"behind an id", `{"type":"object","$id":"T0","properties":{"x":{"$ref":"T0"},"v":{"type":"string"}}}`, `{"x":{"v":1}}`, `x.v is 1, and must be {"type":"string"}`},
		{"within an id", of(`{"$id":"http://example.com/x","$defs":{"q":{"type":"string"}},"properties":{"z":{"$ref":"#/$defs/q"}}}`), `{"x":{"z":1}}`, `x.z is 1, and must be {"type":"string"}`},
		{"behind an id in full", `{"type":"object","$id":"http://example.com/a/root.json","properties":{"x":{"$ref":"http://example.com/a/root.json#/$defs/q"}},"$defs":{"q":{"type":"string"}}}`, `{"x":1}`, `x is 1, and must be {"type":"string"}`},
		{"behind an id relative to another", `{"type":"object","$id":"http://example.com/a/root.json","properties":{"x":{"$ref":"../q.json#t"}},"$defs":{"q":{"$id":"/q.json","$defs":{"t":{"$anchor":"t","type":"string"}}}}}`, `{"x":1}`, `x is 1, and must be {"type":"string"}`},
		{"behind an id of two that are the same", `{"type":"object","properties":{"x":{"$ref":"i"},"y":{"$id":"i","type":"string"},"z":{"$id":"i","type":"string"}}}`, `{"x":1}`, `x is 1, and must be {"type":"string"}`},
		{"an odd name", `{"type":"object","properties":{"a b/c%~\"é":{"type":"string"}}}`, `{"a b/c%~\"é":1}`, `a b/c%~"é is 1, and must be {"type":"string"}`},
		{"no name", `{"type":"object","properties":{"":{"type":"string"}}}`, `{"":1}`, `it is 1, and must be {"type":"string"}`},
		{"the whole", `{"type":"object","minProperties":1}`, `{}`, `it is {}, and must be {"minProperties":1,"type":"object"}`},
		{"a long text", of(`{"maxLength":3}`), `{"x":"` + strings.Repeat("a", 300) + `"}`, `x is "` + strings.Repeat("a", 199) + `..., and must be {"maxLength":3}`},
		{"a keyword that is none", `{"type":"object","Properties":{"x":{"$anchor":"a","$dynamicRef":"#a"}},"$vocabulary":{"a:b":true}}`, `{"x":1}`, ``},
		{"a length with an exponent", of(`{"maxLength":2e0,"minItems":10.0}`), `{"x":"abc"}`, `x is "abc", and must be {"maxLength":2e0,"minItems":10.0}`},
		{"nested too deep", `{"type":"object","properties":{"x":{"anyOf":[{"$ref":"#"},{"type":"null"}]},"y":{"type":"string"}}}`, strings.Repeat(`{"x":`, 5000) + `{"y":1}` + strings.Repeat("}", 5000), `it is nested deeper than 100, and so not checked`},
		{"as deep as may be", `{"type":"object","properties":{"x":{"$ref":"#"}}}`, strings.Repeat(`{"x":`, 99) + "{}" + strings.Repeat("}", 99), ``},
		{"one deeper", `{"type":"object","properties":{"x":{"$ref":"#"}}}`, strings.Repeat(`{"x":`, 100) + "{}" + strings.Repeat("}", 100), `it is nested deeper than 100, and so not checked`},
		{"too large a number", of(`{"type":"number"}`), `{"x":1e400}`, `it has a number that is too large to be checked`},
	} {
		s, err := newSchema([]byte(c.schema))
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		for range 5 { // a map has another order each time
			if got := s.breach([]byte(c.value)); got != c.want {
				t.Errorf("%s: %s with %s: %s\n  want %s", c.why, c.schema, c.value, got, c.want)
			}
		}
	}
}

// A number is a multiple by its digits, which floats do not have.
func TestMultiples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, good, bad string }{
		{of(`{"multipleOf":0.1}`), "0.3", "0.35"},
		{of(`{"multipleOf":0.01}`), "4.35", "4.355"},
		{of(`{"multipleOf":1e-2}`), "1e3", "1e-3"},
		{of(`{"multipleOf":2.5}`), "-7.5", "-7"},
		{of(`{"multipleOf":3}`), "9", "10"},
		{of(`{"multipleOf":0.01}`), `"text"`, "0.001"},
		{of(`{"items":{"multipleOf":0.1}}`), "[0.3,0.7]", "[0.3,0.75]"},
		{of(`{"additionalProperties":{"allOf":[{"multipleOf":0.1}]}}`), `{"y":0.3}`, `{"y":0.35}`},
		{of(`{"anyOf":[{"multipleOf":0.1},{"type":"null"}]}`), "0.3", "0.35"},
		{of(`{"oneOf":[{"multipleOf":0.1},{"type":"null"}],"maximum":1}`), "0.3", "1.3"},
		{of(`{"not":{"multipleOf":0.1},"maximum":1}`), "0.3", "1.3"}, // it is not looked at, which refuses nothing
		{`{"type":"object","properties":{"x":{"$ref":"#/$defs/price"}},"$defs":{"price":{"multipleOf":0.01}}}`, "4.35", "4.355"},
		{`{"type":"object","properties":{"x":{"$ref":"#"},"y":{"multipleOf":0.1}}}`, `{"x":{"y":0.3}}`, `{"x":{"y":0.35}}`},
	} {
		s, err := newSchema([]byte(c.schema))
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
			continue
		}
		if wrong := s.breach([]byte(`{"x":` + c.good + `}`)); wrong != "" {
			t.Errorf("%s: %s", c.schema, wrong)
		}
		if wrong := s.breach([]byte(`{"x":` + c.bad + `}`)); !strings.HasPrefix(wrong, "x") {
			t.Errorf("%s takes %s: %q", c.schema, c.bad, wrong)
		}
	}
}

// A pattern that RE2 does not have is not checked, and refuses nothing wherever
// it is; what is beside it holds.
func TestUncheckedPatterns(t *testing.T) {
	t.Parallel()
	const unknown = `{"pattern":"^(?!\\.).+$"}`
	for _, c := range []struct{ why, schema, good, bad string }{
		{"a lookahead, and a format", of(`{"type":"string","format":"email","pattern":"^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)@x$"}`), `"a@x"`, `"a"`},
		{"many repetitions", of(`{"maxLength":2,"pattern":"^.{1,4096}$"}`), `"a"`, `"abc"`},
		{"a letter by its number", of(`{"type":"string","pattern":"^[\\u0020-\\u007e]+$"}`), `"a"`, `5`},
		{"among others", of(`{"allOf":[` + unknown + `,{"pattern":"^a"}]}`), `"a"`, `"b"`},
		{"not", of(`{"not":` + unknown + `,"minLength":1}`), `"a"`, `""`},
		{"one of two", of(`{"oneOf":[` + unknown + `,{"maxLength":1},{"const":"."}]}`), `"a"`, ``},
		{"if", of(`{"if":` + unknown + `,"then":{"maxLength":1},"maxLength":2}`), `"ab"`, `"abc"`},
		{"at most so many", of(`{"contains":` + unknown + `,"maxContains":1,"maxItems":2}`), `["a","b"]`, `["a","b","c"]`},
		{"by name", of(`{"type":"object","patternProperties":{"(?!x)":{"type":"string"}},"additionalProperties":false,"maxProperties":1}`), `{"a":5}`, `{"a":5,"b":5}`},
		{"by name, and known otherwise", of(`{"allOf":[{"patternProperties":{"(?!x)":true}}],"unevaluatedProperties":false,"minProperties":1}`), `{"a":5}`, `{}`},
		{"behind a reference", `{"type":"object","properties":{"x":{"not":{"$ref":"#/$defs/a"},"minLength":1}},"$defs":{"a":{"allOf":[` + unknown + `]}}}`, `"a"`, `""`},
	} {
		s, err := newSchema([]byte(c.schema))
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		if wrong := s.breach([]byte(`{"x":` + c.good + `}`)); wrong != "" {
			t.Errorf("%s: %s", c.why, wrong)
		}
		if c.bad != "" && s.breach([]byte(`{"x":`+c.bad+`}`)) == "" {
			t.Errorf("%s: it takes %s", c.why, c.bad)
		}
	}
}

// A text is held to its format, where that says enough.
func TestFormats(t *testing.T) {
	t.Parallel()
	for format, texts := range map[string]struct{ good, bad []string }{
		"date":                  {[]string{"2026-02-28"}, []string{"2026-2-28", "2026-13-01", "28.2.2026", ""}},
		"time":                  {[]string{"03:04:05Z", "23:59:60+02:00", "03:04:05.25-01:30", "03:04:05", "03:04"}, []string{"3:04:05Z", "24:00:00Z", "03", "noon"}},
		"date-time":             {[]string{"2026-02-03T03:05:06Z", "2026-02-03t03:05:06.789+01:00", "2026-02-03T03:05:06", "2026-02-03 03:05:06+0100"}, []string{"2026-02-03", "2026-02-03T25:05:06", "tomorrow"}},
		"duration":              {[]string{"P1D", "PT1H30M", "P1Y2M3DT4H5M6.5S", "P2W"}, []string{"P", "1h", "PT", "P1DT"}},
		"email":                 {[]string{"a@b", `"a b"@example.com`}, []string{"a", "a@", "@b", "a@b c"}},
		"idn-email":             {[]string{"ä@ö"}, []string{"ä"}},
		"hostname":              {[]string{"example.com", "a", "localhost.", "my_host", "_dmarc.example.com"}, []string{"a b", "-a", ""}},
		"idn-hostname":          {[]string{"bücher.example"}, []string{"bücher example"}},
		"ipv4":                  {[]string{"127.0.0.1", "255.0.9.10"}, []string{"256.0.0.1", "1.2.3", "::1"}},
		"ipv6":                  {[]string{"::1", "::", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4", "fe80::1%eth0"}, []string{"1.2.3.4", "g::1"}},
		"uri":                   {[]string{"https://example.com/?a=b", "urn:a:b", "a:"}, []string{"example.com", "/a", "a b:c"}},
		"uri-reference":         {[]string{"/a?b#c", ""}, []string{"a b"}},
		"iri":                   {[]string{"https://ä.example/"}, []string{"ä"}},
		"iri-reference":         {[]string{"ä"}, []string{"a b"}},
		"uuid":                  {[]string{"123e4567-e89b-12d3-a456-426614174000", "123E4567e89b12d3a456426614174000", "urn:uuid:123e4567-e89b-12d3-a456-426614174000"}, []string{"123e4567-e89b-12d3-a456-42661417400", "x"}},
		"json-pointer":          {[]string{"", "/a/b~1c/0"}, []string{"a", "/~", "/a~2"}},
		"relative-json-pointer": {[]string{"0", "1/a", "0#"}, []string{"/a", "x"}},
		"url":                   {[]string{"anything"}, nil},
		"datetime":              {[]string{"anything"}, nil},
		"house-number":          {[]string{"anything"}, nil},
	} {
		s, err := newSchema([]byte(of(`{"format":"` + format + `"}`)))
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		for _, good := range texts.good {
			if wrong := s.breach(jsonrpc.Text(map[string]string{"x": good})); wrong != "" {
				t.Errorf("%s: %s", format, wrong)
			}
		}
		for _, bad := range texts.bad {
			want := "x is " + string(jsonrpc.Text(bad)) + `, and must be {"format":"` + format + `"}`
			if wrong := s.breach(jsonrpc.Text(map[string]string{"x": bad})); wrong != want {
				t.Errorf("%s: %q: %s\n  want %s", format, bad, wrong, want)
			}
		}
		if wrong := s.breach([]byte(`{"x":5}`)); wrong != "" {
			t.Errorf("%s is of texts alone: %s", format, wrong)
		}
	}
}

// FuzzSchema holds that a schema is read or refused, whatever it says; that one
// which is read ends for every value, in the same words each time; and that the
// arguments of an answer which it bars are those of no call.
func FuzzSchema(f *testing.F) {
	for _, schema := range []string{
		of(`{"type":["string","null"],"format":"date-time","pattern":"^a","minLength":1}`),
		of(`{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#"},{"const":[1,{"a":null}]}]},"y":{"enum":["a",2]}`),
		`{"type":"object","required":["x"],"additionalProperties":false,"patternProperties":{"^x":{"items":[true,{"not":{}}]}}}`,
		`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"x":{"$ref":"#/definitions/a"}},"definitions":{"a":{"$id":"#a","dependencies":{"x":["y"]}}}}`,
		`{"$id":"T","type":"object","properties":{"x":{"$ref":"T"},"y":{"$anchor":"a","$dynamicRef":"#a"}},"unevaluatedProperties":false}`,
		of(`{"multipleOf":0.1,"oneOf":[{"pattern":"(?!a)"},{"multipleOf":0.2}],"not":{"$ref":"#/properties/x/oneOf/0"}},"y":{"items":{"$ref":"#"},"maxLength":1e2}`),
		`{"$id":"http://example.com/a/b","type":"object","patternProperties":{"(?=a)":{"$id":"c","$ref":"b#/$defs/d"}},"$defs":{"d":{"$id":"../e","multipleOf":1e-300}},"properties":{"x":{"$ref":"/e"}}}`,
	} {
		f.Add(schema, `{"x":0.3,"y":[0.3,{"y":0.35}],"a":{"x":1e300}}`)
		f.Add(schema, `{"x":{"x":[1,"a",{"y":null}]},"y":"2026-01-01T00:00:00Z"}`)
		f.Add(schema, `{}`)
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		if jsonrpc.Valid([]byte(text)) != nil || !isObject([]byte(value)) {
			t.Skip()
		}
		s, err := newSchema([]byte(text))
		if err != nil {
			return
		}
		wrong := s.breach([]byte(value))
		if again := s.breach([]byte(value)); again != wrong {
			t.Errorf("%s with %s: %q, then %q", text, value, wrong, again)
		}
		st := &Stub{Is: "tool", input: s}
		if at, why := st.bars([]byte(value)); why != "" && wrong == "" {
			t.Errorf("%s takes %s, and bars %s: %s", text, value, at, why)
		}
	})
}
