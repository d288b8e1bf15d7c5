package replay

import "testing"

// The reference server: the TypeScript SDK behind express, where a POST without
// a session id gets a transport of its own. Its CORS headers are left out.
func TestServerEverything(t *testing.T) {
	t.Parallel()
	const (
		express = "Connection: keep-alive\nKeep-Alive: timeout=5\nX-Powered-By: Express"
		sdk     = express + "\ncontent-type: application/json"
		table   = "Connection: keep-alive\nContent-Type: application/json; charset=utf-8\nETag: W/\"5f-yGKrXbkLhApmVYswnToQyaFrApg\"\nKeep-Alive: timeout=5\nX-Powered-By: Express"
		page    = "Connection: keep-alive\nContent-Security-Policy: default-src 'none'\nContent-Type: text/html; charset=utf-8\nKeep-Alive: timeout=5\nX-Content-Type-Options: nosniff\nX-Powered-By: Express"
		unknown = `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}`
		none    = `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Server not initialized"},"id":null}`
	)
	speaks(t, "typescript-server-everything", "required", []wireCase{
		{"ping-no-session", "ping as the first request ever: a transport of its own that was not initialized", 400, sdk, none},
		{"ping-session-left-out", "ping without the id of the session: the same", 400, sdk, none},
		{"ping-unknown-session", "ping with a session id that was never issued: the table", 400, table, unknown},
		{"initialize-unknown-session", "initialize with a session id that was never issued", 400, table, unknown},
		{"ping-deleted-session", "ping with the id of a session that was ended with DELETE", 400, table, unknown},
		{"get-no-session", "the stream, without a session id", 400, table, unknown},
		{"delete-no-session", "DELETE without a session id", 400, table, unknown},
		{"put", "PUT in a session", 404, page,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot PUT /mcp</pre>\n</body>\n</html>\n"},
		{"accept-any", "initialize that accepts */*", 406, sdk,
			`{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`},
		{"initialize-twice", "a second initialize in one session", 400, sdk,
			`{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`},
		{"delete", "DELETE of a living session", 200, express, ""},
	})
}
