package jsonrpc

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzPlain holds that the short way to a canonical form ends where the long
// one does, that it leaves alone what it does not take, and takes no text that
// the long one refuses.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{
		`{"name":"get_forecast","arguments":{"city":"Oslo","days":3,"units":"metric"}}`,
		`{ "b" : [ 1 , -20 , true ] , "a" : { } , "" : null, "a b":[ ], "a!": 0 }`,
		`{"a":1,"b":{"d":1,"c":2,"d":3}}`, `{"a":-0}`, `[01]`, `[1.0]`, `[1e2]`, `["\u0061"]`, `["é"]`, `{"a":1,}`, `[1,]`, `[truefalse]`, ` `, `1 2`, `-`, `{"a"`, `12345678901234567890`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		long := jsontext.Value(bytes.Clone(text))
		err := long.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.AllowInvalidUTF8(true))
		value := bytes.Clone(text)
		switch short := plain(value); {
		case short == nil && !bytes.Equal(value, text):
			t.Errorf("%q was not taken and became %q", text, value)
		case short != nil && err != nil:
			t.Errorf("%q became %q, but: %v", text, short, err)
		case short != nil && !bytes.Equal(short, long):
			t.Errorf("%q became %q, want %q", text, short, long)
		}
	})
}
