package check

import "github.com/mcpmock/mcpmock/internal/mcp"

const streamableHTTP = "basic/transports/streamable-http"

// The sections of revision 2026-07-28 that the rules stand in.
var (
	ofDiscovery     = from(mcp.V20260728, "server/discover", "Response", "response")
	ofMeta          = from(mcp.V20260728, "basic/index", "_meta", "meta")
	ofRequests      = from(mcp.V20260728, "basic/index", "Result Responses", "result-responses")
	ofResultType    = from(mcp.V20260728, "basic/index", "ResultType", "resulttype")
	ofErrorCodes    = from(mcp.V20260728, "basic/index", "Error Codes", "error-codes")
	ofVersions      = from(mcp.V20260728, "basic/versioning", "Protocol Version Negotiation", "protocol-version-negotiation")
	ofEras          = from(mcp.V20260728, "basic/versioning", "Backward Compatibility with Initialization-Based Versions", "backward-compatibility-with-initialization-based-versions")
	ofEraOverHTTP   = from(mcp.V20260728, streamableHTTP, "Backward Compatibility", "backward-compatibility")
	ofEraOverStdio  = from(mcp.V20260728, "basic/transports/stdio", "Backward Compatibility", "backward-compatibility")
	ofVersionMirror = from(mcp.V20260728, streamableHTTP, "Protocol Version Header", "protocol-version-header")
	ofMirrors       = from(mcp.V20260728, streamableHTTP, "Server Validation", "server-validation")
	ofEncoding      = from(mcp.V20260728, streamableHTTP, "Value Encoding", "value-encoding")
	ofParams        = from(mcp.V20260728, streamableHTTP, "Server Behavior for Custom Headers", "server-behavior-for-custom-headers")
	ofAnnotations   = from(mcp.V20260728, streamableHTTP, "Schema Extension", "schema-extension")
	ofPosting       = from(mcp.V20260728, streamableHTTP, "Sending Messages", "sending-messages")
	ofReceiving     = from(mcp.V20260728, streamableHTTP, "Receiving Messages", "receiving-messages")
	ofEarlier       = from(mcp.V20260728, streamableHTTP, "Earlier Streamable HTTP Revisions", "earlier-streamable-http-revisions")
	ofGuard         = from(mcp.V20260728, streamableHTTP, "Security & Endpoint", "security-%26-endpoint")
	ofOpening       = from(mcp.V20260728, "basic/patterns/subscriptions", "Opening a Stream", "opening-a-stream")
	ofAcknowledging = from(mcp.V20260728, "basic/patterns/subscriptions", "Acknowledgment", "acknowledgment")
	ofCaching       = from(mcp.V20260728, "server/utilities/caching", "Cacheable Results", "cacheable-results")
	ofLogLevels     = from(mcp.V20260728, "server/utilities/logging", "Error Handling", "error-handling")
	ofLogging       = from(mcp.V20260728, "server/utilities/logging", "Per-request log level", "per-request-log-level")
	ofToolOrder     = from(mcp.V20260728, "server/tools", "Capabilities", "capabilities")
	ofModernTools   = from(mcp.V20260728, "server/tools", "Listing Tools", "listing-tools")
	ofModernCalls   = from(mcp.V20260728, "server/tools", "Calling Tools", "calling-tools")
	ofNoMethod      = from(mcp.V20260728, "schema", "MethodNotFoundError", "methodnotfounderror")
	ofNoResource    = from(mcp.V20260728, "server/resources", "Error Handling", "error-handling")
	ofPipes         = from(mcp.V20260728, "basic/transports/stdio", "Receiving Messages", "receiving-messages")
	ofModernStdio   = from(mcp.V20260728, "basic/transports/stdio", "stdio", "")
	ofModernExit    = from(mcp.V20260728, "basic/transports/stdio", "Shutdown", "shutdown")
	ofModernNotices = from(mcp.V20260728, "basic/index", "Notifications", "notifications")
)
