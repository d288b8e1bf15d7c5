package pywords

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// What CPython 3.11 and pydantic_core 2.50 say; "" is that they take it.
func TestParsers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, json, jiter string }{
		{``, `Expecting value: line 1 column 1 (char 0)`, `EOF while parsing a value at line 1 column 0`},
		{`   `, `Expecting value: line 1 column 4 (char 3)`, `EOF while parsing a value at line 1 column 3`},
		{`not json`, `Expecting value: line 1 column 1 (char 0)`, `expected ident at line 1 column 2`},
		{`null x`, `Extra data: line 1 column 6 (char 5)`, `trailing characters at line 1 column 6`},
		{`{"a":1,`, `Expecting property name enclosed in double quotes: line 1 column 8 (char 7)`, `EOF while parsing a value at line 1 column 7`},
		{`{"a":1,}`, `Expecting property name enclosed in double quotes: line 1 column 8 (char 7)`, `trailing comma at line 1 column 8`},
		{`{"a" 1}`, `Expecting ':' delimiter: line 1 column 6 (char 5)`, "expected `:` at line 1 column 6"},
		{`{a:1}`, `Expecting property name enclosed in double quotes: line 1 column 2 (char 1)`, `key must be a string at line 1 column 2`},
		{`[1,2`, `Expecting ',' delimiter: line 1 column 5 (char 4)`, `EOF while parsing a list at line 1 column 4`},
		{`[1,]`, `Expecting value: line 1 column 4 (char 3)`, `trailing comma at line 1 column 4`},
		{`"abc`, `Unterminated string starting at: line 1 column 1 (char 0)`, `EOF while parsing a string at line 1 column 4`},
		{"\"a\nb\"", `Invalid control character at: line 1 column 3 (char 2)`, `control character (\u0000-\u001F) found while parsing a string at line 2 column 0`},
		{`tru`, `Expecting value: line 1 column 1 (char 0)`, `EOF while parsing a value at line 1 column 3`},
		{`nulL`, `Expecting value: line 1 column 1 (char 0)`, `expected ident at line 1 column 4`},
		{`-`, `Expecting value: line 1 column 1 (char 0)`, `EOF while parsing a value at line 1 column 1`},
		{`01`, `Extra data: line 1 column 2 (char 1)`, `invalid number at line 1 column 2`},
		{`1.`, `Extra data: line 1 column 2 (char 1)`, `EOF while parsing a value at line 1 column 2`},
		{`{"a":1}}`, `Extra data: line 1 column 8 (char 7)`, `trailing characters at line 1 column 8`},
		{`{"a":"\x"}`, `Invalid \escape: line 1 column 7 (char 6)`, `invalid escape at line 1 column 8`},
		{`{"a":"\u12"}`, `Invalid \uXXXX escape: line 1 column 8 (char 7)`, `invalid escape at line 1 column 11`},
		{`[1 2]`, `Expecting ',' delimiter: line 1 column 4 (char 3)`, "expected `,` or `]` at line 1 column 4"},
		{"\n\n  x", `Expecting value: line 3 column 3 (char 4)`, `expected value at line 3 column 3`},
		{"{\"a\":\n1,\n", `Expecting property name enclosed in double quotes: line 3 column 1 (char 9)`, `EOF while parsing a value at line 3 column 0`},
		{`"\ud800"`, ``, `unexpected end of hex escape at line 1 column 8`},
		{`[`, `Expecting value: line 1 column 2 (char 1)`, `EOF while parsing a list at line 1 column 1`},
		{`{"a":}`, `Expecting value: line 1 column 6 (char 5)`, `expected value at line 1 column 6`},
		{`{"a"`, `Expecting ':' delimiter: line 1 column 5 (char 4)`, `EOF while parsing an object at line 1 column 4`},
		{`NaN`, ``, ``},
		{`-x`, `Expecting value: line 1 column 1 (char 0)`, `invalid number at line 1 column 2`},
		{`{"é":1,x}`, `Expecting property name enclosed in double quotes: line 1 column 8 (char 7)`, `key must be a string at line 1 column 9`},
		{`1 2`, `Extra data: line 1 column 3 (char 2)`, `trailing characters at line 1 column 3`},
		{`{"a":1 "b":2}`, `Expecting ',' delimiter: line 1 column 8 (char 7)`, "expected `,` or `}` at line 1 column 8"},
		{"\ufeff{}", "", "expected value at line 1 column 1"}, // of a byte order mark json.loads takes no notice
		{"{\"a\":\"\xff\"}", "", "invalid unicode code point at line 1 column 7"},
		{strings.Repeat("[", 250), "Expecting value: line 1 column 251 (char 250)", "recursion limit exceeded at line 1 column 202"},
	} {
		if got := JSON([]byte(c.body)); got != c.json {
			t.Errorf("json, %q: %s, want %s", c.body, got, c.json)
		}
		if got := Jiter([]byte(c.body)); got != c.jiter {
			t.Errorf("jiter, %q: %s, want %s", c.body, got, c.jiter)
		}
	}
}

// FuzzParsers holds that what is no JSON is refused by both, and that neither
// refuses what is, but for what they know of beyond it.
func FuzzParsers(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,"\u00e9"],"b":null}`, `[`, `"\ud83d\ude00"`, "{\"a\":\n1,}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		loose := strings.ContainsAny(string(body), "NI") // NaN and Infinity
		if gjson.ValidBytes(body) && utf8.Valid(body) {
			if said := JSON(body); said != "" {
				t.Errorf("json refuses %q: %s", body, said)
			}
			if said := Jiter(body); said != "" && !strings.Contains(said, "surrogate") && !strings.Contains(said, "hex escape") && !strings.HasPrefix(said, "recursion") {
				t.Errorf("jiter refuses %q: %s", body, said)
			}
			return
		}
		if !loose && Jiter(body) == "" {
			t.Errorf("jiter takes %q", body)
		}
	})
}
