package replay

import (
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

const (
	goText   = "Content-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff"
	goStream = "Cache-Control: no-cache, no-transform\nConnection: keep-alive\nContent-Type: text/event-stream"
)

// Go SDK 1.0.0: all events have ids.
func TestGo10(t *testing.T) {
	t.Parallel()
	speaks(t, "go-sdk-1.0", "required", []wireCase{
		{"tools-list-no-session", "tools-list as the first request ever, without a session id", 200, goStream,
			"event: message\nid: ID_0\ndata: {\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":0,\"message\":\"method \\\"tools/list\\\" is invalid during session initialization\"}}\n\n"},
		{"get-no-session", "the stream, without a session id", 405, goText,
			"GET requires an active session\n"},
		{"delete-no-session", "DELETE without a session id", 400, goText,
			"Bad Request: DELETE requires an Mcp-Session-Id header\n"},
		{"put-unknown-session", "PUT with a session id that was never issued", 404, goText,
			"session not found\n"},
		{"ping-deleted-session", "ping with the id of a session that was ended with DELETE", 404, goText,
			"session not found\n"},
		{"delete", "DELETE of a living session", 204, "",
			""},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, goText,
			"Bad Request: Unsupported protocol version (supported versions: 2025-06-18,2025-03-26,2024-11-05)\n"},
		{"ping-version-unknown-unknown-session", "ping with an unknown version and an unknown session: which is checked first", 404, goText,
			"session not found\n"},
		{"delete-version-unknown", "DELETE with MCP-Protocol-Version: 1999-01-01", 204, "",
			""},
		{"get-second-stream", "a second stream while the first is open", 409, goText,
			"stream ID conflicts with ongoing stream\n"},
		{"get-last-event-id", "the stream from an event on that nobody knows", 400, goText,
			"malformed Last-Event-ID \"no-such-event\"\n"},
		{"post-last-event-id", "POST with Last-Event-ID", 400, goText,
			"can't send Last-Event-ID for POST request\n"},
		{"put", "PUT without a session", 405, "Allow: GET, POST, DELETE\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"Method Not Allowed: streamable MCP servers support GET, POST, and DELETE requests\n"},
		{"options", "OPTIONS without an origin", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-json", "initialize that accepts JSON only", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-spelling", "initialize that accepts both in capitals", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-quality", "initialize that accepts both with a quality", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"body-empty", "a POST without a body", 400, goText,
			"POST requires a non-empty body\n"},
		{"body-not-json", "a body that is not JSON", 400, goText,
			"malformed payload: unmarshaling jsonrpc message: invalid character 'o' in literal null (expecting 'u')\n"},
		{"body-cut-off", "JSON that is cut off", 400, goText,
			"malformed payload: unmarshaling jsonrpc message: unexpected end of JSON input\n"},
		{"body-jsonrpc-1", "JSON-RPC of another version", 400, goText,
			"malformed payload: invalid message version tag \"1.0\"; expected \"2.0\"\n"},
		{"body-number", "a JSON number", 400, goText,
			"malformed payload: unmarshaling jsonrpc message: json: cannot unmarshal number into Go value of type jsonrpc2.wireCombined\n"},
		{"body-null", "JSON null", 400, goText,
			"malformed payload: empty batch\n"},
		{"batch", "a batch of two requests", 400, goText,
			"JSON-RPC batching is not supported in 2025-06-18 and later (request version: 2025-06-18)\n"},
		{"id-null", "a request whose id is null", 400, goText,
			"invalid request: missing id for \"ping\"\n"},
		{"id-object", "a request whose id is an object", 400, goText,
			"malformed payload: parse error: invalid ID type map[string]interface {}\n"},
		{"id-missing", "ping as a notification, which it cannot be", 400, goText,
			"invalid request: missing id for \"ping\"\n"},
		{"notification-unknown", "a notification that no revision has", 400, goText,
			"JSON RPC not handled: \"notifications/no-such\" unsupported\n"},
		{"initialize-without-params", "initialize without params", 400, goText,
			"invalid request: missing required \"params\"\n"},
		{"method-unknown", "a request that no revision has", 400, goText,
			"JSON RPC not handled: \"no/such\" unsupported\n"},
		{"tools-call-without-params", "tools/call without params", 400, goText,
			"invalid request: missing required \"params\"\n"},
	})
}

// Go SDK 1.8.0.
func TestGo18(t *testing.T) {
	t.Parallel()
	speaks(t, "go-sdk-1.8", "required", []wireCase{
		{"tools-list-no-session", "tools-list as the first request ever, without a session id", 200, goStream,
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":0,\"message\":\"method \\\"tools/list\\\" is invalid during session initialization\"}}\n\n"},
		{"get-no-session", "the stream, without a session id", 400, goText,
			"Bad Request: GET requires an Mcp-Session-Id header\n"},
		{"delete-no-session", "DELETE without a session id", 400, goText,
			"Bad Request: DELETE requires an Mcp-Session-Id header\n"},
		{"put-unknown-session", "PUT with a session id that was never issued", 405, "Allow: GET, POST, DELETE\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"Method Not Allowed\n"},
		{"ping-deleted-session", "ping with the id of a session that was ended with DELETE", 404, goText,
			"session not found\n"},
		{"delete", "DELETE of a living session", 204, "",
			""},
		{"initialize-twice", "a second initialize in one session", 200, "Cache-Control: no-cache, no-transform\nConnection: keep-alive\nContent-Type: text/event-stream\nMcp-Session-Id: ID",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":0,\"message\":\"duplicate \\\"initialize\\\" received\"}}\n\n"},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, goText,
			"Bad Request: Unsupported protocol version (supported versions: 2026-07-28,2025-11-25,2025-06-18,2025-03-26,2024-11-05)\n"},
		{"ping-version-unknown-unknown-session", "ping with an unknown version and an unknown session: which is checked first", 400, goText,
			"Bad Request: Unsupported protocol version (supported versions: 2026-07-28,2025-11-25,2025-06-18,2025-03-26,2024-11-05)\n"},
		{"ping-version-malformed", "ping with a version that is none", 400, "Content-Type: application/json",
			`{"jsonrpc":"2.0","id":2,"error":{"code":-32022,"message":"protocol version \"newest please\" is not supported by this server","data":{"supported":["2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"newest please"}}}`},
		{"tools-list-modern", "tools/list as a client of revision 2026-07-28 sends it", 400, "Content-Type: application/json",
			`{"jsonrpc":"2.0","id":7,"error":{"code":-32022,"message":"protocol version \"2026-07-28\" is not supported by this server","data":{"supported":["2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"2026-07-28"}}}`},
		{"get-second-stream", "a second stream while the first is open", 409, goText,
			"stream ID conflicts with ongoing stream\n"},
		{"get-last-event-id", "the stream from an event on that nobody knows", 400, goText,
			"malformed Last-Event-ID \"no-such-event\"\n"},
		{"accept-json", "initialize that accepts JSON only", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 415, goText,
			"Content-Type must be 'application/json'\n"},
		{"body-empty", "a POST without a body", 400, goText,
			"POST requires a non-empty body\n"},
		{"body-jsonrpc-1", "JSON-RPC of another version", 400, goText,
			"malformed payload: invalid message version tag \"1.0\"; expected \"2.0\"\n"},
		{"body-null", "JSON null", 400, goText,
			"malformed payload: empty batch\n"},
		{"batch", "a batch of two requests", 400, goText,
			"JSON-RPC batching is not supported in 2025-06-18 and later (request version: 2025-11-25)\n"},
		{"id-null", "a request whose id is null", 400, goText,
			"invalid request: missing id for \"ping\"\n"},
		{"id-missing", "ping as a notification, which it cannot be", 400, goText,
			"invalid request: missing id for \"ping\"\n"},
		{"notification-unknown", "a notification that no revision has", 400, goText,
			"JSON RPC not handled: \"notifications/no-such\" unsupported\n"},
		{"host-foreign", "initialize under a name that is not the server's", 403, goText,
			"Forbidden: invalid Host header \"evil.example\"\n"},
		{"body-large", "a message of more than 5 MiB", 413, "Connection: close\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"request body exceeds 4194304 bytes\n"},
		{"initialize-without-params", "initialize without params", 400, goText,
			"invalid request: missing required \"params\"\n"},
		{"method-unknown", "a request that no revision has", 400, goText,
			"JSON RPC not handled: \"no/such\" unsupported\n"},
		{"tools-call-without-params", "tools/call without params", 400, goText,
			"invalid request: missing required \"params\"\n"},
	})
}

// Go SDK 1.8.0 without sessions: stateless by itself.
func TestGo18Stateless(t *testing.T) {
	t.Parallel()
	speaks(t, "go-sdk-1.8-stateless", "", []wireCase{
		{"get-no-session", "the stream, without a session id", 405, "Allow: POST\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"Method Not Allowed\n"},
		{"delete-unknown-session", "DELETE with a session id that was never issued", 405, "Allow: POST\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"Method Not Allowed\n"},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, goText,
			"Bad Request: Unsupported protocol version (supported versions: 2026-07-28,2025-11-25,2025-06-18,2025-03-26,2024-11-05)\n"},
		{"put", "PUT without a session", 405, "Allow: POST\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"Method Not Allowed\n"},
		{"accept-json", "initialize that accepts JSON only", 400, goText,
			"Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 415, goText,
			"Content-Type must be 'application/json'\n"},
		{"body-empty", "a POST without a body", 400, goText,
			"POST requires a non-empty body\n"},
		{"batch", "a batch of two requests", 400, goText,
			"JSON-RPC batching is not supported in 2025-06-18 and later (request version: 2025-11-25)\n"},
		{"id-missing", "ping as a notification, which it cannot be", 400, goText,
			"invalid request: missing id for \"ping\"\n"},
		{"host-foreign", "initialize under a name that is not the server's", 403, goText,
			"Forbidden: invalid Host header \"evil.example\"\n"},
		{"body-large", "a message of more than 5 MiB", 413, "Connection: close\nContent-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff",
			"request body exceeds 4194304 bytes\n"},
		{"method-unknown", "a request that no revision has", 400, goText,
			"JSON RPC not handled: \"no/such\" unsupported\n"},
	})
}

// A notification's method with an id is one that the Go SDK knows, and not as
// a request.
func TestGoUnexpectedID(t *testing.T) {
	t.Parallel()
	for dialect, sessions := range map[string]string{"go-sdk-1.0": "required", "go-sdk-1.8": "required", "go-sdk-1.8-stateless": ""} {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect, Sessions: sessions}))
		r := cl.post(`{"jsonrpc":"2.0","id":9,"method":"notifications/initialized"}`)
		if want := "invalid request: unexpected id for \"notifications/initialized\"\n"; r.status != 400 || r.body != want {
			t.Errorf("%s: %d %q, want 400 %q", dialect, r.status, r.body, want)
		}
	}
}
