package mirror

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Values as the specification spells them, and as it does not.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why, sent, want string
		ok              bool
	}{
		{"plain", "us-west1", "us-west1", true},
		{"nothing", "", "", true},
		{"a tab within", "a\tb", "a\tb", true},
		{"beyond ASCII", "=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界", true},
		{"spaces around", "=?base64?IHBhZGRlZCA=?=", " padded ", true},
		{"two lines", "=?base64?bGluZTEKbGluZTI=?=", "line1\nline2", true},
		{"what looks encoded", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?=", true},
		{"nothing, encoded", "=?base64??=", "", true},
		{"marks in another case are plain", "=?Base64?YQ==?=", "=?Base64?YQ==?=", true},
		{"only a beginning", "=?base64?YQ==", "=?base64?YQ==", true},
		{"only an end", "YQ==?=", "YQ==?=", true},
		{"the two marks share no sign", "=?base64?=", "=?base64?=", true},
		{"not padded", "=?base64?YQ?=", "", false},
		{"padded too much", "=?base64?YQ===?=", "", false},
		{"bits left over", "=?base64?YR==?=", "", false},
		{"the alphabet of URLs", "=?base64?-_8=?=", "", false},
		{"a space within", "=?base64?Y Q==?=", "", false},
		{"no UTF-8", "=?base64?/w==?=", "", false},
		{"plain beyond ASCII", "é", "", false},
		{"a control character", "a\x7fb", "", false},
	} {
		if got, ok := Read(c.sent); got != c.want || ok != c.ok {
			t.Errorf("%s: %q is %q, %t, want %q, %t", c.why, c.sent, got, ok, c.want, c.ok)
		}
	}
}

// What a header says is, or is not, what the body has.
func TestSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why, header, value string
		want               bool
	}{
		{"a text", "a b", `"a b"`, true},
		{"an escape is a spelling", "a", `"\u0061"`, true},
		{"case counts", "A", `"a"`, false},
		{"an empty text", "", `""`, true},
		{"digits that are a text", "42.0", `"42"`, false},
		{"truth", "true", `true`, true},
		{"untruth", "false", `false`, true},
		{"not the same", "true", `false`, false},
		{"one spelling of truth", "TRUE", `true`, false},
		{"nor is it a number", "1", `true`, false},
		{"a number", "42", `42`, true},
		{"with a fraction of nothing", "42.0", `42`, true},
		{"in the body, too", "42", `42.000`, true},
		{"with an exponent in the body", "4200", `4.2e3`, true},
		{"a small one", "42", `4200E-2`, true},
		{"none in the header", "4.2e1", `42`, false},
		{"less than nothing", "-7", `-7.0`, true},
		{"the sign counts", "7", `-7`, false},
		{"nothing has no sign", "0", `-0.0`, true},
		{"a leading zero is no number", "042", `42`, false},
		{"a plus is none", "+42", `42`, false},
		{"hexadecimal is none", "0x2a", `42`, false},
		{"a space is none", " 42", `42`, false},
		{"nor is a word", "NaN", `42`, false},
		{"beyond what floats can tell apart", "9007199254740993", `9007199254740992`, false},
		{"and yet the same", "9007199254740993.0", `9007199254740993`, true},
		{"a power beyond reason", "1", `1e99999999999999999999`, false},
		{"null says nothing", "null", `null`, false},
		{"an object neither", "{}", `{}`, false},
	} {
		if got := Says(c.header, gjson.Parse(c.value)); got != c.want {
			t.Errorf("%s: %q for %s is %t, want %t", c.why, c.header, c.value, got, c.want)
		}
	}
}

// FuzzRead: whatever comes decodes to UTF-8 or not at all, and what is
// encoded as it should be comes out as it was.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "a", "=?base64?YQ==?=", "=?base64?", "?=", "=?base64?=", "=?base64?/w==?=", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if text, ok := Read(s); ok && !utf8.ValidString(text) {
			t.Errorf("%q decodes to %q, which is no UTF-8", s, text)
		}
		text, ok := Read(encodedBegins + base64.StdEncoding.EncodeToString([]byte(s)) + encodedEnds)
		if ok != utf8.ValidString(s) || ok && text != s {
			t.Errorf("%q comes back as %q, %t", s, text, ok)
		}
	})
}

// FuzzSays: numbers are equal where arithmetic says so, and texts where they
// are the same.
func FuzzSays(f *testing.F) {
	for _, pair := range [][2]string{{"42", "42.0"}, {"-0", "0"}, {"1", "1e0"}, {"10", "1e1"}, {"a", "b"}, {"0.10", "0.1"}, {"1e-5", "0.00001"}, {"00", "0"}, {"-", "-"}, {"1.", "1"}} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, header, body string) {
		text, err := json.Marshal(body)
		if err != nil || !utf8.ValidString(body) {
			return
		}
		if Says(header, gjson.ParseBytes(text)) != (header == body) {
			t.Errorf("the text %q for %s", header, text)
		}
		value := gjson.Parse(body)
		if value.Type != gjson.Number || !json.Valid([]byte(body)) || len(body) > 30 || len(header) > 30 {
			return
		}
		want := header == value.Raw
		if h, ok := rational(header); ok && !strings.ContainsAny(header, "eE") {
			b, ok := rational(value.Raw)
			if !ok {
				return
			}
			want = h.Cmp(b) == 0
		}
		if got := Says(header, value); got != want {
			t.Errorf("the number %q for %s is %t, want %t", header, body, got, want)
		}
	})
}

// rational reads a JSON number of a size that can be computed with.
func rational(text string) (*big.Rat, bool) {
	if !json.Valid([]byte(text)) || gjson.Parse(text).Type != gjson.Number || strings.TrimSpace(text) != text {
		return nil, false
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		power := 0
		if _, err := fmt.Sscan(strings.TrimPrefix(text[at+1:], "+"), &power); err != nil || power > 400 || power < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
