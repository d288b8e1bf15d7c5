package eras

import (
	"net/http"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// The codes that only the specification may give a meaning to
// (2026-07-28 basic, "Error Codes").
const reservedFrom, reservedTo = -32099, -32020

// ModernError makes of the error by which a legacy server answered a request
// of that method with these params that of a modern one, and says by which HTTP
// status it is answered: 404 where the method is unknown (2026-07-28
// basic/transports/streamable-http, "Protocol Version Header"), 400 where the
// request was no good, and 200 otherwise. The specification has a word on the
// status of -32602 only where _meta is incomplete; servers answer all of them
// with 400.
//
// A resource that was not found is -32602 now, and the uri is in data. An
// elicitation that is required (-32042) is no error any more, see
// ElicitationsOf; nor may a server use other codes from -32099 to -32020 for a
// meaning of its own. These are untranslatable.
func ModernError(method string, params, err []byte) (translated []byte, status int, e error) {
	o, ok := read(err)
	code, isCode := codeOf(o)
	switch {
	case !ok || !isCode:
		return nil, 0, untranslatable(recordModern, "%s was answered with an error that has no code", method)
	case code == mcp.URLElicitationRequired:
		return nil, 0, untranslatable("ask for the elicitations in its data as inputs", "%s was answered with %d, elicitation required", method, code)
	case reservedFrom <= code && code <= reservedTo:
		return nil, 0, untranslatable(recordModern, "%s was answered with %d, which may mean nothing but what the specification says", method, code)
	case code == mcp.ResourceNotFound:
		o.set("code", strconv.AppendInt(nil, mcp.InvalidParams, 10))
		if p, _ := read(params); method == mcp.ResourcesRead {
			addURI(o, p.get("uri"))
		}
		code = mcp.InvalidParams
	}
	return o.spell(), statusOf(code), nil
}

// addURI puts the resource's URI into the data of an error, where data is an
// object without one, or missing.
func addURI(err *object, uri []byte) {
	data, isObject := read(err.get("data"))
	if _, ok := str(uri); !ok || err.has("data") && !isObject || data.has("uri") {
		return
	}
	if !isObject {
		data.text = []byte("{}")
	}
	data.set("uri", uri)
	err.set("data", data.spell())
}

// statusOf returns the HTTP status of a modern answer that is an error.
func statusOf(code int64) int {
	switch code {
	case mcp.MethodNotFound:
		return http.StatusNotFound
	case mcp.ParseError, mcp.InvalidRequest, mcp.InvalidParams:
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// LegacyError makes of the error by which a modern server answered a request
// of that method with these params that of a legacy one: -32002 where a
// resource was not found, which in the modern era is -32602 with the uri in
// data (2026-07-28 server/resources, "Error Handling"). What is wrong with the
// metadata of a modern request (-32020 to -32022) is untranslatable.
func LegacyError(method string, params, err []byte) (translated []byte, e error) {
	o, ok := read(err)
	code, isCode := codeOf(o)
	switch {
	case !ok || !isCode:
		return nil, untranslatable(recordLegacy, "%s was answered with an error that has no code", method)
	case code == mcp.HeaderMismatch || code == mcp.MissingCapability || code == mcp.UnsupportedVersion:
		return nil, untranslatable(recordLegacy, "%s was answered with %d, which is about the metadata of modern requests", method, code)
	case code == mcp.InvalidParams && method == mcp.ResourcesRead && speaksOf(o.get("data"), params):
		o.set("code", strconv.AppendInt(nil, mcp.ResourceNotFound, 10))
	}
	return o.spell(), nil
}

// speaksOf reports whether the data of an error names a resource, and no other
// than params ask for.
func speaksOf(data, params []byte) bool {
	d, _ := read(data)
	p, _ := read(params)
	named, ok := d.str("uri")
	asked, known := p.str("uri")
	return ok && (!known || named == asked)
}

// codeOf returns the code of an error, and whether it is a number.
func codeOf(err *object) (int64, bool) {
	code := gjson.Parse(jsonrpc.String(err.get("code")))
	return code.Int(), code.Type == gjson.Number
}
