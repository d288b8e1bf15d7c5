package check

import "github.com/mcpmock/mcpmock/internal/mcp"

// A section is a place in the specification: a page, a title on it, and that
// title's anchor, in all revisions from the one to the other.
type section struct{ page, title, anchor, first, last string }

// from is a section that all revisions have from that one on.
func from(first, page, title, anchor string) section { return section{page, title, anchor, first, ""} }

// only is a section that one revision alone has.
func only(revision, page, title, anchor string) section {
	return section{page, title, anchor, revision, revision}
}

// in returns the revision to read the section in where that one was negotiated,
// and its address there.
func (s section) in(revision string) (nearest, address string) {
	if !mcp.IsLegacy(revision) {
		revision = mcp.Legacy()[0]
	}
	revision = max(revision, s.first) // revisions are dates
	if s.last != "" {
		revision = s.last
	}
	page := s.page
	if page == "basic" && revision == mcp.V20241105 { // which has a page for them
		page = "basic/messages"
	}
	address = "https://modelcontextprotocol.io/specification/" + revision + "/" + page
	if s.anchor != "" {
		address += "#" + s.anchor
	}
	return revision, address
}

// The sections that the rules stand in.
var (
	ofSessions    = from(mcp.V20250326, "basic/transports", "Session Management", "session-management")
	ofSending     = from(mcp.V20250326, "basic/transports", "Sending Messages to the Server", "sending-messages-to-the-server")
	ofListening   = from(mcp.V20250326, "basic/transports", "Listening for Messages from the Server", "listening-for-messages-from-the-server")
	ofVersion     = from(mcp.V20250618, "basic/transports", "Protocol Version Header", "protocol-version-header")
	ofSecurity    = from(mcp.V20250326, "basic/transports", "Security Warning", "security-warning")
	ofEndpoint    = from(mcp.V20250326, "basic/transports", "Streamable HTTP", "streamable-http")
	ofStdio       = from(mcp.V20241105, "basic/transports", "stdio", "stdio")
	ofOldHTTP     = from(mcp.V20250326, "basic/transports", "Backwards Compatibility", "backwards-compatibility")
	ofInitialize  = from(mcp.V20241105, "basic/lifecycle", "Initialization", "initialization")
	ofNegotiation = from(mcp.V20241105, "basic/lifecycle", "Version Negotiation", "version-negotiation")
	ofShutdown    = from(mcp.V20241105, "basic/lifecycle", "Shutdown", "shutdown")
	ofPing        = from(mcp.V20241105, "basic/utilities/ping", "Behavior Requirements", "behavior-requirements")
	ofTools       = from(mcp.V20241105, "server/tools", "Listing Tools", "listing-tools")
	ofPages       = from(mcp.V20241105, "server/utilities/pagination", "Response Format", "response-format")
	ofCalls       = from(mcp.V20241105, "server/tools", "Calling Tools", "calling-tools")
	ofBatches     = from(mcp.V20250326, "basic", "Batching", "batching")
	ofOldStream   = only(mcp.V20241105, "basic/transports", "HTTP with SSE", "http-with-sse")
	ofOldSecurity = only(mcp.V20241105, "basic/transports", "Security Warning", "security-warning")
	ofResponses   = from(mcp.V20241105, "basic", "Responses", "responses")
	ofMessages    = from(mcp.V20241105, "basic", "Messages", "messages")
	ofNotices     = from(mcp.V20241105, "basic", "Notifications", "notifications")
)
