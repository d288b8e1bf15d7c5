package stubs

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// FuzzTemplates holds that any text with any arguments makes one JSON string,
// and as a value one JSON value; and that a text without braces is itself.
func FuzzTemplates(f *testing.F) {
	for _, text := range []string{"", "a", "{{args.a}}", "<{{args.a.0}}>", "{{{{", "{{{args}}}", "{{uuid}}{{now}}{{seq}}{{session}}{{method}}", "{{ x", "\xff\"\\\n"} {
		f.Add(text, `{"a":["\"}\n\ud800",{}]}`)
		f.Add(text, `{"a":1e5}`)
	}
	f.Fuzz(func(t *testing.T, text, arguments string) {
		if jsonrpc.Valid([]byte(arguments)) != nil {
			t.Skip()
		}
		var within form
		within.literal(`"`)
		if within.text(text) != nil {
			return
		}
		within.literal(`"`)
		c := &Call{set: &Set{random: newRandom(new(int64))}, Session: func() string { return `i"d` }, Method: "m\n", Arguments: gjson.Parse(arguments), Number: 7}
		if s := c.fill(nil, within); jsonrpc.Valid(s) != nil || !gjson.ParseBytes(s).Exists() || s[0] != '"' {
			t.Errorf("%q with %s is no string: %s", text, arguments, s)
		}
		if s := gjson.ParseBytes(c.fill(nil, within)).Str; !strings.Contains(text, "{{") && utf8.ValidString(text) && s != text {
			t.Errorf("%q became %q", text, s)
		}
		value, err := json.Marshal([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		var alone form
		if err := alone.json(value, false); err != nil {
			t.Fatalf("%q is good as a text, and as a value: %v", text, err)
		}
		if v := c.fill(nil, alone); !gjson.ValidBytes(v) || len(gjson.ParseBytes(v).Array()) != 1 {
			t.Errorf("%q with %s is no value: %s", text, arguments, v)
		}
	})
}
