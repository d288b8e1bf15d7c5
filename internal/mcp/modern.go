package mcp

import "slices"

// Modern lists the revisions that carry their metadata with every request,
// newest first (2026-07-28 basic/versioning, "Terminology").
func Modern() []string { return []string{V20260728} }

// IsModern reports whether v is a revision whose requests carry their metadata
// themselves.
func IsModern(v string) bool { return v == V20260728 }

// Methods of the modern era.
const (
	Listen       = "subscriptions/listen"
	Acknowledged = "notifications/subscriptions/acknowledged"
)

// Notifications of a server that the house treats by name.
const (
	LogMessage           = "notifications/message"
	ToolsListChanged     = "notifications/tools/list_changed"
	PromptsListChanged   = "notifications/prompts/list_changed"
	ResourcesListChanged = "notifications/resources/list_changed"
	ResourcesUpdated     = "notifications/resources/updated"
)

// Headers that mirror the body of a modern request
// (2026-07-28 basic/transports/streamable-http, "Request Metadata").
const (
	HeaderMethod      = "Mcp-Method"
	HeaderName        = "Mcp-Name"
	HeaderParamPrefix = "Mcp-Param-"
)

// MirroredMember returns the member of params that Mcp-Name mirrors, or ""
// where a request of that method has no such header (2026-07-28
// basic/transports/streamable-http, "Standard Request Headers").
func MirroredMember(method string) string {
	switch method {
	case ToolsCall, PromptsGet:
		return "name"
	case ResourcesRead:
		return "uri"
	}
	return ""
}

// Members of _meta (2026-07-28 basic, "_meta").
const (
	MetaVersion        = "io.modelcontextprotocol/protocolVersion"
	MetaClientInfo     = "io.modelcontextprotocol/clientInfo"
	MetaCapabilities   = "io.modelcontextprotocol/clientCapabilities"
	MetaLogLevel       = "io.modelcontextprotocol/logLevel"
	MetaSubscriptionID = "io.modelcontextprotocol/subscriptionId"
	MetaServerInfo     = "io.modelcontextprotocol/serverInfo"
)

// Codes that the specification defines for itself (2026-07-28 basic, "Error
// Codes"), and those of earlier revisions that it retired.
const (
	HeaderMismatch     = -32020
	MissingCapability  = -32021
	UnsupportedVersion = -32022

	ResourceNotFound       = -32002
	URLElicitationRequired = -32042
)

// Values of resultType (2026-07-28 basic, "ResultType").
const (
	Complete      = "complete"
	InputRequired = "input_required"
)

// modernRequests are the requests of 2026-07-28, with those of the tasks
// extension.
var modernRequests = []string{
	Discover, Listen, ToolsList, ToolsCall, "prompts/list", PromptsGet, "resources/list", "resources/templates/list", ResourcesRead,
	"completion/complete", "tasks/get", "tasks/update", "tasks/cancel",
}

// IsModernRequest reports whether the modern revisions have a request of that
// method. Sessions, ping, logging/setLevel and resources/subscribe went with
// 2026-07-28 (its changelog).
func IsModernRequest(method string) bool { return slices.Contains(modernRequests, method) }

// IsLegacyRequest reports whether a revision with a handshake has a request of
// that method.
func IsLegacyRequest(method string) bool {
	return IsRequest(method) && method != Discover && method != Listen && method != "tasks/update"
}

// TakesInput reports whether a server may answer a request of that method with
// input_required (2026-07-28 basic/patterns/mrtr, "Supported Requests").
func TakesInput(method string) bool {
	return method == ToolsCall || method == PromptsGet || method == ResourcesRead
}

// IsCacheable reports whether a complete result of that method must have ttlMs
// and cacheScope (2026-07-28 server/utilities/caching, "Cacheable Results").
func IsCacheable(method string) bool {
	switch method {
	case Discover, ToolsList, "prompts/list", "resources/list", "resources/templates/list", ResourcesRead:
		return true
	}
	return false
}

// LogLevels lists the levels of log messages, the least severe first
// (2026-07-28 server/utilities/logging, "Log Levels").
func LogLevels() []string {
	return []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
}

// Crosses reports whether both eras have a request of that method.
func Crosses(method string) bool {
	switch method {
	case ToolsList, ToolsCall, "prompts/list", PromptsGet, "resources/list", "resources/templates/list", ResourcesRead, "completion/complete":
		return true
	}
	return false
}
