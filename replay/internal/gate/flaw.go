package gate

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
	case id.Exists() && id.Type == gjson.Null && m.Get("method").Exists():
		return "id-null"
	case id.Type == gjson.Number && bytes.ContainsAny(jsonrpc.Bytes(id.Raw), ".eE"):
		return "id-fraction"
	case id.Exists() && id.Type != gjson.Number && id.Type != gjson.String && id.Type != gjson.Null:
		return "id-type"
	case params.Exists() && !params.IsObject():
		return "params"
	}
	return "other"
}

// jsonType names the type of a JSON value as Go's encoding/json does.
func jsonType(body []byte) string {
	if name := jsonrpc.TypeName(gjson.ParseBytes(body)); name != "boolean" {
		return name
	}
	return "bool"
}

// syntax is what Go's encoding/json finds wrong with a text; "" is nothing.
func syntax(body []byte) string {
	var v json.RawMessage
	if err := json.Unmarshal(body, &v); err != nil {
		return err.Error()
	}
	return ""
}
