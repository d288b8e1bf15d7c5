package stock_test

import (
	"net/http"

	"github.com/tidwall/gjson"
)

// modernMeta is what every request of 2026-07-28 says of its client.
const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
	`"io.modelcontextprotocol/clientInfo":{"name":"visitor","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

// modern makes a request of 2026-07-28 with the next id; members are those of
// its params beside _meta, such as `"uri":"a:b"`.
func (v *visitor) modern(method, members string) string {
	if members != "" {
		members = "," + members
	}
	return v.request(method, "{"+modernMeta+members+"}")
}

// mirrored are the headers of a modern message, and then those given.
func mirrored(body string, headers []string) []string {
	method := gjson.Get(body, "method").Str
	own := []string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method, "Mcp-Session-Id", ""}
	switch method {
	case "tools/call", "prompts/get":
		own = append(own, "Mcp-Name", gjson.Get(body, "params.name").Str)
	case "resources/read":
		own = append(own, "Mcp-Name", gjson.Get(body, "params.uri").Str)
	}
	return append(own, headers...)
}

// poses sends a modern message with its headers and waits for the whole answer;
// posed sends it in the background.
func (v *visitor) poses(body string, headers ...string) answer {
	v.t.Helper()
	return v.does(http.MethodPost, body, mirrored(body, headers)...)
}

func (v *visitor) posed(body string, headers ...string) *pending {
	v.t.Helper()
	return v.opens(http.MethodPost, body, mirrored(body, headers)...)
}

// discovers, listsModern and callsModern do what their names say; callsWith adds
// members to the params of the call.
func (v *visitor) discovers(headers ...string) answer {
	v.t.Helper()
	return v.poses(v.modern("server/discover", ""), headers...)
}

func (v *visitor) listsModern(headers ...string) answer {
	v.t.Helper()
	return v.poses(v.modern("tools/list", ""), headers...)
}

func (v *visitor) callsModern(headers ...string) answer {
	v.t.Helper()
	return v.poses(v.callingModern(""), headers...)
}

func (v *visitor) callsWith(members string) answer {
	v.t.Helper()
	return v.poses(v.callingModern(members))
}

// callingModern calls a tool that is on the tape.
func (v *visitor) callingModern(members string) string {
	call := `"name":"get_forecast","arguments":{"city":"Oslo"}`
	if v.tape == "everything" {
		call = `"name":"echo","arguments":{"message":"hello, tape"}`
	}
	if members != "" {
		call += "," + members
	}
	return v.modern("tools/call", call)
}

// listening asks for a stream of changes.
func (v *visitor) listening() string {
	return v.modern("subscriptions/listen", `"notifications":{"toolsListChanged":true}`)
}
