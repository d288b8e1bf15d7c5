package check

import "github.com/mcpmock/mcpmock/internal/mcp"

const streamableHTTP = "basic/transports/streamable-http"

// The sections of revision 2026-07-28 that the rules stand in.
var (
	ofDiscovery     = section{"server/discover", "Response", "response", mcp.V20260728}
	ofMeta          = section{"basic/index", "_meta", "meta", mcp.V20260728}
	ofRequests      = section{"basic/index", "Result Responses", "result-responses", mcp.V20260728}
	ofResultType    = section{"basic/index", "ResultType", "resulttype", mcp.V20260728}
	ofErrorCodes    = section{"basic/index", "Error Codes", "error-codes", mcp.V20260728}
	ofVersions      = section{"basic/versioning", "Protocol Version Negotiation", "protocol-version-negotiation", mcp.V20260728}
	ofEras          = section{"basic/versioning", "Backward Compatibility with Initialization-Based Versions", "backward-compatibility-with-initialization-based-versions", mcp.V20260728}
	ofEraOverHTTP   = section{streamableHTTP, "Backward Compatibility", "backward-compatibility", mcp.V20260728}
	ofEraOverStdio  = section{"basic/transports/stdio", "Backward Compatibility", "backward-compatibility", mcp.V20260728}
	ofVersionMirror = section{streamableHTTP, "Protocol Version Header", "protocol-version-header", mcp.V20260728}
	ofMirrors       = section{streamableHTTP, "Server Validation", "server-validation", mcp.V20260728}
	ofEncoding      = section{streamableHTTP, "Value Encoding", "value-encoding", mcp.V20260728}
	ofParams        = section{streamableHTTP, "Server Behavior for Custom Headers", "server-behavior-for-custom-headers", mcp.V20260728}
	ofAnnotations   = section{streamableHTTP, "Schema Extension", "schema-extension", mcp.V20260728}
	ofPosting       = section{streamableHTTP, "Sending Messages", "sending-messages", mcp.V20260728}
	ofReceiving     = section{streamableHTTP, "Receiving Messages", "receiving-messages", mcp.V20260728}
	ofEarlier       = section{streamableHTTP, "Earlier Streamable HTTP Revisions", "earlier-streamable-http-revisions", mcp.V20260728}
	ofGuard         = section{streamableHTTP, "Security & Endpoint", "security-%26-endpoint", mcp.V20260728}
	ofOpening       = section{"basic/patterns/subscriptions", "Opening a Stream", "opening-a-stream", mcp.V20260728}
	ofAcknowledging = section{"basic/patterns/subscriptions", "Acknowledgment", "acknowledgment", mcp.V20260728}
	ofCaching       = section{"server/utilities/caching", "Cacheable Results", "cacheable-results", mcp.V20260728}
	ofLogLevels     = section{"server/utilities/logging", "Error Handling", "error-handling", mcp.V20260728}
	ofLogging       = section{"server/utilities/logging", "Per-request log level", "per-request-log-level", mcp.V20260728}
	ofToolOrder     = section{"server/tools", "Capabilities", "capabilities", mcp.V20260728}
	ofModernTools   = section{"server/tools", "Listing Tools", "listing-tools", mcp.V20260728}
	ofModernCalls   = section{"server/tools", "Calling Tools", "calling-tools", mcp.V20260728}
	ofNoMethod      = section{"schema", "MethodNotFoundError", "methodnotfounderror", mcp.V20260728}
	ofNoResource    = section{"server/resources", "Error Handling", "error-handling", mcp.V20260728}
	ofPipes         = section{"basic/transports/stdio", "Receiving Messages", "receiving-messages", mcp.V20260728}
	ofModernStdio   = section{"basic/transports/stdio", "stdio", "", mcp.V20260728}
	ofModernExit    = section{"basic/transports/stdio", "Shutdown", "shutdown", mcp.V20260728}
	ofModernNotices = section{"basic/index", "Notifications", "notifications", mcp.V20260728}
)
