package replay

import (
	"bytes"
	"encoding/json"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// flaw names what makes a body, which is JSON, no JSON-RPC message: one of
// scenarios.Flaws. Of a batch it is the first flawed message's.
func flaw(body []byte) string {
	top := gjson.ParseBytes(body)
	if !top.IsArray() {
		return flawOf(top)
	}
	first, any := "other", false
	top.ForEach(func(_, m gjson.Result) bool {
		any = true
		if jsonrpc.One(jsonrpc.Bytes(m.Raw)).Kind != jsonrpc.Invalid {
			return true
		}
		first = flawOf(m)
		return false
	})
	if !any {
		return "empty-batch"
	}
	return first
}

func flawOf(m gjson.Result) string {
	id, params := m.Get("id"), m.Get("params")
	switch {
	case m.Type == gjson.Null:
		return "null"
	case !m.IsObject():
		return "shape"
	case m.Get("jsonrpc").Type != gjson.String || m.Get("jsonrpc").Str != "2.0":
		return "version"
	case id.Exists() && id.Type == gjson.Null:
		return "id-null"
	case id.Type == gjson.Number && bytes.ContainsAny(jsonrpc.Bytes(id.Raw), ".eE"):
		return "id-fraction"
	case id.Exists() && id.Type != gjson.Number && id.Type != gjson.String:
		return "id-type"
	case params.Exists() && !params.IsObject():
		return "params"
	}
	return "other"
}

// jsonType names the type of a JSON value as Go's encoding/json does.
func jsonType(body []byte) string {
	if name := typeName(gjson.ParseBytes(body)); name != "boolean" {
		return name
	}
	return "bool"
}

// typeName names the type of a JSON value as JSON Schema does.
func typeName(v gjson.Result) string {
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

// syntax is what Go's encoding/json finds wrong with a text; "" is nothing.
func syntax(body []byte) string {
	var v json.RawMessage
	if err := json.Unmarshal(body, &v); err != nil {
		return err.Error()
	}
	return ""
}
