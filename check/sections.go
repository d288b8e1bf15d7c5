package check

import "github.com/mcpmock/mcpmock/internal/mcp"

// A section is a place in the specification.
type section struct{ page, title, anchor, since string }

// The sections that the rules stand in. since is the first revision that has
// it.
var (
	ofSessions    = section{"basic/transports", "Session Management", "session-management", mcp.V20250326}
	ofSending     = section{"basic/transports", "Sending Messages to the Server", "sending-messages-to-the-server", mcp.V20250326}
	ofListening   = section{"basic/transports", "Listening for Messages from the Server", "listening-for-messages-from-the-server", mcp.V20250326}
	ofVersion     = section{"basic/transports", "Protocol Version Header", "protocol-version-header", mcp.V20250618}
	ofSecurity    = section{"basic/transports", "Security Warning", "security-warning", mcp.V20250326}
	ofEndpoint    = section{"basic/transports", "Streamable HTTP", "streamable-http", mcp.V20250326}
	ofStdio       = section{"basic/transports", "stdio", "stdio", mcp.V20241105}
	ofOldHTTP     = section{"basic/transports", "Backwards Compatibility", "backwards-compatibility", mcp.V20250326}
	ofInitialize  = section{"basic/lifecycle", "Initialization", "initialization", mcp.V20241105}
	ofNegotiation = section{"basic/lifecycle", "Version Negotiation", "version-negotiation", mcp.V20241105}
	ofShutdown    = section{"basic/lifecycle", "Shutdown", "shutdown", mcp.V20241105}
	ofPing        = section{"basic/utilities/ping", "Behavior Requirements", "behavior-requirements", mcp.V20241105}
	ofTools       = section{"server/tools", "Listing Tools", "listing-tools", mcp.V20241105}
	ofPages       = section{"server/utilities/pagination", "Response Format", "response-format", mcp.V20241105}
	ofCalls       = section{"server/tools", "Calling Tools", "calling-tools", mcp.V20241105}
	ofBatches     = section{"basic", "Batching", "batching", mcp.V20250326}
	ofResponses   = section{"basic", "Responses", "responses", mcp.V20250326}
	ofMessages    = section{"basic", "Messages", "messages", mcp.V20241105}
	ofNotices     = section{"basic", "Notifications", "notifications", mcp.V20241105}
)
