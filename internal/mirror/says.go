package mirror

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Says reports whether what a field says, once read, is a value of the body: a
// text as it is, true or false, and a number whatever its spelling (2026-07-28
// basic/transports/streamable-http, "Server Validation"). An exponent is no
// spelling for a field.
func Says(text string, value gjson.Result) bool {
	switch value.Type {
	case gjson.String:
		return text == value.Str
	case gjson.True, gjson.False:
		return text == value.Raw
	case gjson.Number:
		if text == value.Raw {
			return true
		}
		field, ok := normalNumber(text)
		if !ok || strings.ContainsAny(text, "eE") {
			return false
		}
		body, ok := normalNumber(value.Raw)
		return ok && field == body
	}
	return false
}

// Sayable reports whether a value of the body can be said in a field.
func Sayable(value gjson.Result) bool {
	switch value.Type {
	case gjson.String, gjson.Number, gjson.True, gjson.False:
		return true
	}
	return false
}
