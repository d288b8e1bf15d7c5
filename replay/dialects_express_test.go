package replay

import "testing"

// The TypeScript SDK behind express, with a table of transports by session id.
func TestExpressTemplate(t *testing.T) {
	t.Parallel()
	const (
		express     = "Connection: keep-alive\nKeep-Alive: timeout=5\nX-Powered-By: Express"
		expressSDK  = express + "\ncontent-type: application/json"
		expressJSON = "Connection: keep-alive\nContent-Type: application/json; charset=utf-8\nETag: W/\"69-znejF09uoTmzDVlRSJjg9S2smAo\"\nKeep-Alive: timeout=5\nX-Powered-By: Express"
		expressText = "Connection: keep-alive\nContent-Type: text/html; charset=utf-8\nETag: W/\"1d-ayjA0qZDP13kuvrikSpJMCDeyXA\"\nKeep-Alive: timeout=5\nX-Powered-By: Express"
		expressPage = "Connection: keep-alive\nContent-Security-Policy: default-src 'none'\nContent-Type: text/html; charset=utf-8\nKeep-Alive: timeout=5\nX-Content-Type-Options: nosniff\nX-Powered-By: Express"
	)
	speaks(t, "typescript-express-template", "required", []wireCase{
		{"ping-no-session", "ping as the first request ever, without a session id", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"ping-unknown-session", "ping with a session id that was never issued", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"initialize-unknown-session", "initialize with a session id that was never issued", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"get-no-session", "the stream, without a session id", 400, expressText,
			"Invalid or missing session ID"},
		{"put-unknown-session", "PUT with a session id that was never issued", 404, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot PUT /mcp</pre>\n</body>\n</html>\n"},
		{"ping-deleted-session", "ping with the id of a session that was ended with DELETE", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"get-deleted-session", "the stream of a session that was ended with DELETE", 400, expressText,
			"Invalid or missing session ID"},
		{"delete", "DELETE of a living session", 200, express,
			""},
		{"initialize-twice", "a second initialize in one session", 400, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version: 1999-01-01 (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{"get-accept-any", "GET that accepts */*", 406, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept text/event-stream"},"id":null}`},
		{"options", "OPTIONS without an origin", 200, "Allow: DELETE, GET, HEAD, POST\nConnection: keep-alive\nContent-Type: text/plain\nKeep-Alive: timeout=5\nX-Content-Type-Options: nosniff\nX-Powered-By: Express",
			"DELETE, GET, HEAD, POST"},
		{"head", "HEAD without a session", 400, expressText,
			""},
		{"no-such-path", "initialize where nothing is served", 404, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot POST /mcpmock-no-such-path</pre>\n</body>\n</html>\n"},
		{"accept-any", "initialize that accepts */*", 406, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"content-type-text", "initialize as text/plain", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"content-type-text-in-session", "ping as text/plain", 415, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Unsupported Media Type: Content-Type must be application/json"},"id":null}`},
		{"all-wrong", "a POST with nothing right: which is checked first", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"body-empty", "a POST without a body", 400, expressSDK,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: Invalid JSON-RPC message"},"id":null}`},
		{"body-not-json", "a body that is not JSON", 400, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Bad Request</pre>\n</body>\n</html>\n"},
		{"body-number", "a JSON number", 400, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Bad Request</pre>\n</body>\n</html>\n"},
		{"batch-empty", "a batch of nothing", 202, express,
			""},
		{"body-not-json-unknown-session", "a body that is not JSON, with an unknown session: which is checked first", 400, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Bad Request</pre>\n</body>\n</html>\n"},
		{"batch-initialize", "initialize inside a batch", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"body-large", "a message of more than 5 MiB", 413, expressPage,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Payload Too Large</pre>\n</body>\n</html>\n"},
		{"initialize-empty-params", "initialize with params that lack all they need", 400, expressJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`},
		{"method-unknown", "a request that no revision has", 200, "X-Powered-By: Express\ncache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nmcp-session-id: ID\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n\n"},
	})
}
