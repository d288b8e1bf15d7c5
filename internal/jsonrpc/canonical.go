package jsonrpc

import "github.com/go-json-experiment/json/jsontext"

// Compact returns text without insignificant white space, in the same
// spelling otherwise: numbers, escapes, key order and duplicate keys stay. It
// returns text itself where that is compact already.
func Compact(text []byte) []byte {
	if isCompact(text) {
		return text
	}
	v := jsontext.Value(text).Clone()
	if err := v.Compact(); err != nil {
		return text
	}
	return v
}

// isCompact reports whether no white space stands outside of strings.
func isCompact(text []byte) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i); i < 0 {
				return true
			}
		case ' ', '\t', '\r', '\n':
			return false
		}
	}
	return true
}

// Canonical returns the canonical form of a JSON value (RFC 8785, but that
// integers keep their digits, so that two large ones stay distinct), made in
// place where it fits. Equal values have equal canonical forms, whatever their
// key order, white space and escapes. A name that stands twice in an object is
// an error: decoders differ about what it means.
func Canonical(value []byte) ([]byte, error) {
	if v := plain(value); v != nil {
		return v, nil
	}
	v := jsontext.Value(value)
	err := v.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.AllowInvalidUTF8(true))
	return v, err
}
