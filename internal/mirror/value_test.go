package mirror

import (
	"testing"
	"unicode/utf8"
)

func TestValue(t *testing.T) {
	for _, c := range []struct{ why, text, value string }{
		{"plain ASCII", "us-west1", "us-west1"},
		{"spaces within", "a b", "a b"},
		{"nothing", "", ""},
		{"beyond ASCII", "Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
		{"blanks around", " padded ", "=?base64?IHBhZGRlZCA=?="},
		{"a line break", "line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
		{"what looks encoded", "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
		{"what begins so only", "=?base64?literal", "=?base64?literal"},
	} {
		if got := Encode(c.text); got != c.value {
			t.Errorf("%s: %q is encoded as %q, want %q", c.why, c.text, got, c.value)
		}
		if got := Decode(c.value); got != c.text {
			t.Errorf("%s: %q is decoded as %q, want %q", c.why, c.value, got, c.text)
		}
	}
	for _, broken := range []string{"=?base64?*?=", "=?BASE64?YQ==?=", "=?base64??", "=?base64?/w==?="} {
		if got := Decode(broken); got != broken {
			t.Errorf("%q is decoded as %q: it is no base64 of a text", broken, got)
		}
	}
}

func FuzzValue(f *testing.F) {
	f.Add("a")
	f.Add("=?base64?YQ?=")
	f.Fuzz(func(t *testing.T, text string) {
		if Decode(Encode(text)) != text && utf8.ValidString(text) {
			t.Errorf("%q does not survive", text)
		}
	})
}
