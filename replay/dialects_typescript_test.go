package replay

import "testing"

// TypeScript SDK 1.12.0, its transport: errors without a Content-Type, and what
// the parser said as data.
func TestTypeScript112(t *testing.T) {
	t.Parallel()
	const node = "Connection: keep-alive\nKeep-Alive: timeout=5"
	speaks(t, "typescript-sdk-1.12", "required", []wireCase{
		{"ping-no-session", "ping as the first request ever, without a session id", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`},
		{"ping-session-left-out", "ping without a session id although a session was opened", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`},
		{"ping-other-session", "ping with an id that was never issued although a session was opened", 404, node,
			`{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{"get-no-session", "the stream, without a session id", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`},
		{"put-unknown-session", "PUT with a session id that was never issued", 405, "Allow: GET, POST, DELETE\nConnection: keep-alive\nKeep-Alive: timeout=5",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Method not allowed."},"id":null}`},
		{"delete", "DELETE of a living session", 200, node,
			""},
		{"initialize-twice", "a second initialize in one session", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`},
		{"get-second-stream", "a second stream while the first is open", 409, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Conflict: Only one SSE stream is allowed per session"},"id":null}`},
		{"accept-any", "initialize that accepts */*", 406, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"accept-spelling", "initialize that accepts both in capitals", 406, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"content-type-capitals", "initialize with a media type in capitals", 415, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Unsupported Media Type: Content-Type must be application/json"},"id":null}`},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 406, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"body-empty", "a POST without a body", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":"SyntaxError: Unexpected end of JSON input"},"id":null}`},
		{"batch-empty", "a batch of nothing", 202, node,
			""},
		{"id-null", "a request whose id is null", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":"[\n  {\n    \"code\": \"unrecognized_keys\",\n    \"keys\": [\n      \"id\"\n    ],\n    \"path\": [],\n    \"message\": \"Unrecognized key(s) in object: 'id'\"\n  }\n]"},"id":null}`},
		{"id-fraction", "a request whose id is 1.5", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":"[\n  {\n    \"code\": \"invalid_type\",\n    \"expected\": \"integer\",\n    \"received\": \"float\",\n    \"message\": \"Expected integer, received float\",\n    \"path\": [\n      \"id\"\n    ]\n  }\n]"},"id":null}`},
		{"response-unasked", "a response to nothing", 202, node,
			""},
		{"batch-initialize", "initialize inside a batch", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Only one initialization request is allowed"},"id":null}`},
		{"body-large", "a message of more than 5 MiB", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":"PayloadTooLargeError: request entity too large"},"id":null}`},
		{"initialize-without-params", "initialize without params", 400, node,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`},
		{"method-unknown", "a request that no revision has", 200, "Cache-Control: no-cache\nConnection: keep-alive\nContent-Type: text/event-stream\nmcp-session-id: ID",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n\n"},
		{"tools-call-without-params", "tools/call without params", 200, "Cache-Control: no-cache\nConnection: keep-alive\nContent-Type: text/event-stream\nmcp-session-id: ID",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32603,\"message\":\"[\\n  {\\n    \\\"code\\\": \\\"invalid_type\\\",\\n    \\\"expected\\\": \\\"object\\\",\\n    \\\"received\\\": \\\"undefined\\\",\\n    \\\"path\\\": [\\n      \\\"params\\\"\\n    ],\\n    \\\"message\\\": \\\"Required\\\"\\n  }\\n]\"}}\n\n"},
	})
}

// TypeScript SDK 1.32.2, its transport.
func TestTypeScript132(t *testing.T) {
	t.Parallel()
	const (
		node     = "Connection: keep-alive\nKeep-Alive: timeout=5"
		nodeJSON = node + "\ncontent-type: application/json"
	)
	speaks(t, "typescript-sdk-1.32", "required", []wireCase{
		{"ping-no-session", "ping as the first request ever, without a session id", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`},
		{"ping-session-left-out", "ping without a session id although a session was opened", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`},
		{"ping-other-session", "ping with an id that was never issued although a session was opened", 404, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{"get-no-session", "the stream, without a session id", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`},
		{"put-unknown-session", "PUT with a session id that was never issued", 405, "Connection: keep-alive\nKeep-Alive: timeout=5\nallow: GET, POST, DELETE\ncontent-type: application/json",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Method not allowed."},"id":null}`},
		{"ping-deleted-session", "ping with the id of a session that was ended with DELETE", 404, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{"initialize-deleted-session", "initialize with the id of a session that was ended with DELETE", 404, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{"delete", "DELETE of a living session", 200, node,
			""},
		{"initialize-twice", "a second initialize in one session", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version: 1999-01-01 (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{"ping-version-empty", "ping with an empty version", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version:  (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{"get-second-stream", "a second stream while the first is open", 409, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Conflict: Only one SSE stream is allowed per session"},"id":null}`},
		{"accept-any", "initialize that accepts */*", 406, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"accept-spelling", "initialize that accepts both in capitals", 406, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 406, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"body-not-json", "a body that is not JSON", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: Invalid JSON"},"id":null}`},
		{"body-number", "a JSON number", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: Invalid JSON-RPC message"},"id":null}`},
		{"batch-empty", "a batch of nothing", 202, node,
			""},
		{"batch-initialize", "initialize inside a batch", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Only one initialization request is allowed"},"id":null}`},
		{"body-large", "a message of more than 5 MiB", 413, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Payload Too Large: Request body must not exceed 4194304 bytes"},"id":null}`},
		{"initialize-empty-params", "initialize with params that lack all they need", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`},
		{"method-unknown", "a request that no revision has", 200, "cache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nmcp-session-id: ID\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n\n"},
		{"tools-call-without-params", "tools/call without params", 200, "cache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nmcp-session-id: ID\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32603,\"message\":\"[\\n  {\\n    \\\"expected\\\": \\\"object\\\",\\n    \\\"code\\\": \\\"invalid_type\\\",\\n    \\\"path\\\": [\\n      \\\"params\\\"\\n    ],\\n    \\\"message\\\": \\\"Invalid input: expected object, received undefined\\\"\\n  }\\n]\"}}\n\n"},
	})
}

// The handler of server 2.4.0: stateless by itself.
func TestTypeScriptHandler(t *testing.T) {
	t.Parallel()
	const (
		node     = "Connection: keep-alive\nKeep-Alive: timeout=5"
		nodeJSON = node + "\ncontent-type: application/json"
	)
	speaks(t, "typescript-v2-handler", "", []wireCase{
		{"get-no-session", "the stream, without a session id", 405, "Connection: keep-alive\nKeep-Alive: timeout=5\nallow: POST\ncontent-type: application/json",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Method not allowed."},"id":null}`},
		{"delete-no-session", "DELETE without a session id", 405, "Connection: keep-alive\nKeep-Alive: timeout=5\nallow: POST\ncontent-type: application/json",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Method not allowed."},"id":null}`},
		{"ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version: 1999-01-01 (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{"ping-version-empty", "ping with an empty version", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version:  (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)"},"id":null}`},
		{"put", "PUT without a session", 405, "Connection: keep-alive\nKeep-Alive: timeout=5\nallow: POST\ncontent-type: application/json",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Method not allowed."},"id":null}`},
		{"accept-any", "initialize that accepts */*", 406, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"accept-and-content-type", "initialize with neither right: which is checked first", 415, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Unsupported Media Type: Content-Type must be application/json"},"id":null}`},
		{"body-not-json", "a body that is not JSON", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: Invalid JSON"},"id":null}`},
		{"body-jsonrpc-1", "JSON-RPC of another version", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Bad Request: the request body is not a valid JSON-RPC message"},"id":2}`},
		{"body-number", "a JSON number", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Bad Request: the request body is not a valid JSON-RPC message"},"id":null}`},
		{"batch-empty", "a batch of nothing", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Bad Request: empty JSON-RPC batch"},"id":null}`},
		{"id-fraction", "a request whose id is 1.5", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Bad Request: the request body is not a valid JSON-RPC message"},"id":1.5}`},
		{"response-unasked", "a response to nothing", 202, node,
			""},
		{"batch-initialize", "initialize inside a batch", 400, nodeJSON,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Only one initialization request is allowed"},"id":null}`},
		{"body-large", "a message of more than 5 MiB", 413, "connection: close\ncontent-type: application/json",
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Payload Too Large: Request body must not exceed 4194304 bytes"},"id":null}`},
		{"initialize-without-params", "initialize without params", 200, "cache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"[\\n  {\\n    \\\"expected\\\": \\\"object\\\",\\n    \\\"code\\\": \\\"invalid_type\\\",\\n    \\\"path\\\": [\\n      \\\"params\\\"\\n    ],\\n    \\\"message\\\": \\\"Invalid input: expected object, received undefined\\\"\\n  }\\n]\"}}\n\n"},
		{"method-unknown", "a request that no revision has", 200, "cache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n\n"},
		{"tools-call-without-params", "tools/call without params", 200, "cache-control: no-cache, no-transform\nconnection: keep-alive\ncontent-type: text/event-stream\nx-accel-buffering: no",
			"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32602,\"message\":\"Invalid tools/call request: [\\n  {\\n    \\\"expected\\\": \\\"object\\\",\\n    \\\"code\\\": \\\"invalid_type\\\",\\n    \\\"path\\\": [\\n      \\\"params\\\"\\n    ],\\n    \\\"message\\\": \\\"Invalid input: expected object, received undefined\\\"\\n  }\\n]\"}}\n\n"},
	})
}
