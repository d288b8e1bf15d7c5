package jsonrpc

import (
	"bytes"

	"github.com/tidwall/gjson"
)

// ProgressToken returns the JSON text of the token under which a request's
// params ask for progress, or nil. What is no token stands for none.
func ProgressToken(params []byte) []byte {
	if !HasMeta(params) {
		return nil
	}
	if token := gjson.Get(String(params), "_meta.progressToken"); IsToken(token) {
		return Bytes(token.Raw)
	}
	return nil
}

// IsToken reports whether a value can be a progress token: a string or a number,
// in every revision (2026-07-28 schema, "ProgressToken").
func IsToken(v gjson.Result) bool { return v.Type == gjson.String || v.Type == gjson.Number }

// HasMeta reports whether params may have a member _meta, and is quick to say
// that they have none.
func HasMeta(params []byte) bool {
	return bytes.Contains(params, []byte("_meta")) || bytes.Contains(params, []byte(`\u`)) // which may spell it
}

// TokenOfProgress returns the JSON text of the token that the params of a
// progress notification name, or nil.
func TokenOfProgress(params []byte) []byte {
	if token := gjson.Get(String(params), "progressToken"); token.Exists() {
		return Bytes(token.Raw)
	}
	return nil
}

// Member returns a member of an object by its very name, which may have dots in
// it: of several the first. It does not exist where there is none.
func Member(object gjson.Result, name string) (member gjson.Result) {
	object.ForEach(func(key, v gjson.Result) bool {
		if key.Str != name {
			return true
		}
		member = v
		return false
	})
	return member
}

// TypeName names the type of a value as JSON Schema does, numbers all alike.
func TypeName(v gjson.Result) string {
	switch {
	case v.IsObject():
		return "object"
	case v.IsArray():
		return "array"
	case v.Type == gjson.String:
		return "string"
	case v.Type == gjson.Number:
		return "number"
	case v.Type == gjson.Null:
		return "null"
	}
	return "boolean"
}
