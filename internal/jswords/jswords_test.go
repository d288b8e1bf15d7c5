package jswords

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// TestJSON holds what Node 20 says; "" is that it takes it.
func TestJSON(t *testing.T) {
	for _, c := range []struct{ why, body, want string }{
		{"short texts are shown whole", `not json`, `Unexpected token 'o', "not json" is not valid JSON`},
		{"of long ones the beginning", `jsonrpc=2.0&id=2&method=ping`, `Unexpected token 'j', "jsonrpc=2."... is not valid JSON`},
		{"or both sides", `{"jsonrpc":"2.0","id":2,"method":ping,"params":{}}`, `Unexpected token 'p', ...","method":ping,"para"... is not valid JSON`},
		{"or the end", `{"jsonrpc":"2.0","id":2,"method":ping}`, `Unexpected token 'p', ...","method":ping}" is not valid JSON`},
		{"nothing at all", ``, `Unexpected end of JSON input`},
		{"an object that is cut off", `{`, `Expected property name or '}' in JSON at position 1`},
		{"after a comma", `{"a":1,}`, `Expected double-quoted property name in JSON at position 7`},
		{"after a name", `{"a"}`, `Expected ':' after property name in JSON at position 4`},
		{"after another name", `{"a":1,"b" 2}`, `Unexpected number in JSON at position 11`},
		{"an escape that is cut off", `"a\`, `Unexpected end of JSON input`},
		{"after a value", `{"a":1 2}`, `Expected ',' or '}' after property value in JSON at position 7`},
		{"in an array", `[1 2]`, `Expected ',' or ']' after array element in JSON at position 3`},
		{"a value that is missing", `{"a":`, `Unexpected end of JSON input`},
		{"a text that does not end", `"abc`, `Unterminated string in JSON at position 4`},
		{"a line break in a text", "\"a\nb\"", `Bad control character in string literal in JSON at position 2`},
		{"an escape", `"\x"`, `Bad escaped character in JSON at position 2`},
		{"a Unicode escape", `"\u12g4"`, `Bad Unicode escape in JSON at position 5`},
		{"a minus alone", `-`, `No number after minus sign in JSON at position 1`},
		{"a fraction", `1.`, `Unterminated fractional number in JSON at position 2`},
		{"an exponent", `1e`, `Exponent part is missing a number in JSON at position 2`},
		{"leading zeros", `01`, `Unexpected number in JSON at position 1`},
		{"more after it", `{} x`, `Unexpected non-whitespace character after JSON at position 3`},
		{"what JavaScript knows", `undefined`, `"undefined" is not valid JSON`},
		{"positions count UTF-16 units", `["😀" 1]`, `Expected ',' or ']' after array element in JSON at position 6`},
		{"a byte order mark is not seen", "\ufeff{}", ""},
		{"a message", `{"jsonrpc":"2.0","id":-1.5e3,"method":"a\u00e9\n","params":[true,false,null]}`, ""},
	} {
		if got := JSON([]byte(c.body)); got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.why, c.body, got, c.want)
		}
	}
}

// TestZod holds which issues stand for a body, by their codes and places.
func TestZod(t *testing.T) {
	for _, c := range []struct{ why, body, want string }{
		{"a message", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, ""},
		{"a member more is all that is said", `{"jsonrpc":"2.0","id":1,"method":"ping","x":1,"y":2}`, `unrecognized_keys "Unrecognized key(s) in object: 'x', 'y'"`},
		{"a null id makes it a notification with an id too many", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, `unrecognized_keys "Unrecognized key(s) in object: 'id'"`},
		{"a fraction", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, `invalid_type "Expected integer, received float"`},
		{"no message of any kind", `{"hello":1}`, `invalid_union "Invalid input"`},
		{"no object", `7`, `invalid_union "Invalid input"`},
		{"params of a text", `{"jsonrpc":"2.0","id":1,"method":"ping","params":"no"}`, `invalid_union "Invalid input"`},
		{"in a batch, the first that is none", `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1.5,"method":"ping"}]`, `invalid_type "Expected integer, received float"`},
		{"a result that is null", `{"jsonrpc":"2.0","id":1,"result":null}`, `invalid_union "Invalid input"`},
		{"of two members the last counts", `{"jsonrpc":"1.0","id":1,"method":"ping","jsonrpc":"2.0"}`, ""},
	} {
		said := Zod([]byte(c.body))
		got := ""
		if said != "" {
			if !gjson.Valid(said) {
				t.Fatalf("%s: no JSON: %s", c.why, said)
			}
			got = gjson.Get(said, "0.code").Str + " " + gjson.Get(said, "0.message").Raw
			if got = strings.ReplaceAll(got, `\"`, `"`); gjson.Get(said, "#").Int() != 1 {
				t.Errorf("%s: not one issue: %s", c.why, said)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.why, got, c.want)
		}
	}
	const number = "[\n  {\n    \"code\": \"invalid_type\",\n    \"expected\": \"integer\",\n    \"received\": \"float\",\n    \"message\": \"Expected integer, received float\",\n    \"path\": [\n      \"id\"\n    ]\n  }\n]"
	if got := Zod([]byte(`{"jsonrpc":"2.0","id":1.5,"method":"ping"}`)); got != number {
		t.Errorf("laid out as\n%s", got)
	}
}

// TestBounds holds that nothing is said of a body that would take all day, and
// that a long one of which little is to be said is quoted.
func TestBounds(t *testing.T) {
	unknown := func(n int) string {
		var b strings.Builder
		b.WriteString(`{"jsonrpc":"2.0","id":1,"method":"ping"`)
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":0`, i)
		}
		return b.String() + "}"
	}
	nested := func(n int) string {
		return `{"jsonrpc":` + strings.Repeat("[", 120) + strings.Repeat("0,", n) + "0" + strings.Repeat("]", 120) + `}`
	}
	for _, c := range []struct {
		why, body string
		said      bool
	}{
		{"a hundred members that nobody knows", unknown(100), true},
		{"a hundred thousand", unknown(100_000), false},
		{"so many that the body is quoted, and what is said of it is too long", unknown(60_000), false},
		{"a little, deep down, each line of it indented four times", nested(200), true},
		{"more of it", nested(60_000), false},
		{"a long text", `{"jsonrpc":"` + strings.Repeat("a", 200_000) + `"}`, true},
		{"which is quoted four times", `{"jsonrpc":"` + strings.Repeat("a", 300_000) + `"}`, false},
	} {
		if said := Zod([]byte(c.body)); (said != "") != c.said || len(said) > maxSaid {
			t.Errorf("%s: %d bytes are said", c.why, len(said))
		}
		if got, _ := Read([]byte(c.body), Zod3); got[0] != nil {
			t.Errorf("%s: taken", c.why)
		}
	}
}

// TestTakesParams holds which params zod takes as they are.
func TestTakesParams(t *testing.T) {
	for _, c := range []struct {
		params string
		want   bool
	}{
		{`{}`, true},
		{`{"name":"a","arguments":{"_meta":7}}`, true},
		{`{"_meta":{}}`, true},
		{`{"_meta":{"progressToken":"a"}}`, true},
		{`{"_meta":{"progressToken":7}}`, true},
		{`{"_meta":{"progressToken":7.5}}`, false},
		{`{"_meta":{"progressToken":null}}`, false},
		{`{"_meta":[]}`, false},
		{`{"\u005fmeta":null}`, false},
	} {
		if got := TakesParams([]byte(c.params)); got != c.want {
			t.Errorf("%s: %v", c.params, got)
		}
		if got, _ := Read([]byte(`{"jsonrpc":"2.0","id":1,"method":"a","params":`+c.params+`}`), Zod4); (got[0] != nil) != c.want {
			t.Errorf("%s is read as %s", c.params, got[0])
		}
	}
	good := []byte(`{"name":"a","arguments":{"x":1},"_meta":{"progressToken":7}}`)
	if n := testing.AllocsPerRun(100, func() { TakesParams(good) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestRead holds what becomes of a message; nil is that it is none.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		why, body, want string
		schema          Schema
	}{
		{"numbers as JavaScript writes them", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`, `{"jsonrpc":"2.0","id":7,"method":"ping"}`, Zod4},
		{"and exponents", `{"jsonrpc":"2.0","id":7e2,"method":"ping"}`, `{"jsonrpc":"2.0","id":700,"method":"ping"}`, Zod4},
		{"texts without escapes", `{"jsonrpc":"2.0","id":"\u00e9<\u2028\\u2028","method":"ping"}`, `{"jsonrpc":"2.0","id":"é<` + "\u2028" + `\\u2028","method":"ping"}`, Zod4},
		{"what a double does not keep is rounded", `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`, `{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}`, Zod3},
		{"or refused", `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`, "", Zod4},
		{"the last of two", `{"jsonrpc":"2.0","id":1,"id":9,"method":"ping"}`, `{"jsonrpc":"2.0","id":9,"method":"ping"}`, Zod4},
		{"nothing beside", `{"jsonrpc":"2.0","id":1,"method":"ping","x":1}`, "", Zod4},
		{"a mark before it", "\ufeff" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, Zod4},
	} {
		got, batch := Read([]byte(c.body), c.schema)
		if batch || len(got) != 1 || string(got[0]) != c.want {
			t.Errorf("%s: got %q, want %s", c.why, got, c.want)
		}
	}
	if got, batch := Read([]byte(`[{"jsonrpc":"2.0","method":"a"},1,{"jsonrpc":"2.0","method":"b"}]`), Zod4); !batch || len(got) != 2 || got[0] == nil || got[1] != nil {
		t.Errorf("a batch: %q", got)
	}
	if got, _ := Read([]byte(`{`), Zod4); got != nil {
		t.Errorf("no JSON: %q", got)
	}
}

// FuzzWords holds that nothing makes it panic, that it says nothing of what
// is JSON, and that what it makes of a message is one, too.
func FuzzWords(f *testing.F) {
	for _, s := range []string{`not json`, `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, `{"jsonrpc":"2.0","id":"\u2028\\","method":"a","params":{"_meta":{"progressToken":[]}}}`, `[1,[{}]]`, `{"error":{}}`, "{\"jsonrpc\":\"2.0\",\"id\":\"\xcd\\\\\",\"method\":\"a\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		said := JSON(body)
		if valid := gjson.ValidBytes(unmarked(body)); utf8.Valid(body) && valid != (said == "") && strings.Count(string(body), "[")+strings.Count(string(body), "{") < maxDepth {
			t.Errorf("valid %v, and %q", valid, said)
		}
		if said != "" {
			return
		}
		if words := Zod(body); words != "" && !gjson.Valid(words) && utf8.Valid(body) {
			t.Errorf("no JSON: %s", words)
		}
		if v := gjson.ParseBytes(unmarked(body)); v.IsObject() {
			taken, _ := Read([]byte(`{"jsonrpc":"2.0","id":1,"method":"a","params":`+v.Raw+`}`), Zod3)
			if got := TakesParams([]byte(v.Raw)); got != (taken[0] != nil) {
				t.Errorf("takes as params: %v, and reads %q", got, taken[0])
			}
		}
		messages, _ := Read(body, Zod3)
		for _, m := range messages {
			if again, _ := Read(m, Zod3); m != nil && (len(again) != 1 || string(again[0]) != string(m)) {
				t.Errorf("%s is read again as %s", m, again)
			}
		}
	})
}
