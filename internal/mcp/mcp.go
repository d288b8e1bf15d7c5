// Package mcp holds the facts of the Model Context Protocol that the rest of
// the house builds on: its revisions and what each of them has, the names of
// its methods and headers, and its error codes.
//
// What this does not do: it neither reads nor writes messages; see package
// jsonrpc for that.
package mcp

import (
	"maps"
	"slices"
)

// The legacy revisions: those with an initialize handshake.
const (
	V20241105 = "2024-11-05"
	V20250326 = "2025-03-26"
	V20250618 = "2025-06-18"
	V20251125 = "2025-11-25"
	// V20260728 is the first revision without sessions and initialize.
	V20260728 = "2026-07-28"
)

// Legacy lists the revisions with an initialize handshake, newest first.
func Legacy() []string {
	return []string{V20251125, V20250618, V20250326, V20241105}
}

// IsLegacy reports whether v is a revision with an initialize handshake.
func IsLegacy(v string) bool {
	switch v {
	case V20241105, V20250326, V20250618, V20251125:
		return true
	}
	return false
}

// AssumedVersion is the revision a server takes for the client's when no
// header says otherwise and no handshake is known
// (2025-06-18 basic/transports, "Protocol Version Header").
const AssumedVersion = V20250326

// HasBatches reports whether revision v has JSON-RPC batches. They came with
// 2025-03-26 over Streamable HTTP and left with 2025-06-18 (its changelog);
// 2024-11-05 leaves them to JSON-RPC, so they are served there too.
func HasBatches(v string) bool { return v == V20250326 || v == V20241105 }

// Header names, in the form that net/http gives them.
const (
	HeaderSessionID       = "Mcp-Session-Id"
	HeaderProtocolVersion = "Mcp-Protocol-Version"
	HeaderLastEventID     = "Last-Event-Id"
)

// Methods that the house treats by name.
const (
	Initialize  = "initialize"
	Initialized = "notifications/initialized"
	Ping        = "ping"
	Discover    = "server/discover"

	ToolsCall     = "tools/call"
	ToolsList     = "tools/list"
	PromptsGet    = "prompts/get"
	ResourcesRead = "resources/read"
	SetLevel      = "logging/setLevel"

	Progress  = "notifications/progress"
	Cancelled = "notifications/cancelled"

	SamplingCreate    = "sampling/createMessage"
	ElicitationCreate = "elicitation/create"
	RootsList         = "roots/list"
)

// Codes of JSON-RPC 2.0, section 5.1.
const (
	ParseError     = -32700
	InvalidRequest = -32600
	MethodNotFound = -32601
	InvalidParams  = -32602
	InternalError  = -32603
)

// requests maps each request a client may send to the server capability it
// needs ("" where it needs none).
var requests = map[string]string{
	Initialize:                 "",
	Ping:                       "",
	Discover:                   "",
	ToolsCall:                  "tools",
	ToolsList:                  "tools",
	PromptsGet:                 "prompts",
	"prompts/list":             "prompts",
	ResourcesRead:              "resources",
	"resources/list":           "resources",
	"resources/templates/list": "resources",
	"resources/subscribe":      "resources",
	"resources/unsubscribe":    "resources",
	"completion/complete":      "completions",
	SetLevel:                   "logging",
	"tasks/get":                "tasks",
	"tasks/result":             "tasks",
	"tasks/list":               "tasks",
	"tasks/cancel":             "tasks",
	"tasks/update":             "tasks",
	Listen:                     "",
}

// IsRequest reports whether method is a request that some revision lets a
// client send.
func IsRequest(method string) bool {
	_, ok := requests[method]
	return ok
}

// notifications are those that a client may send.
var notifications = [...]string{Initialized, Cancelled, Progress, "notifications/roots/list_changed", "notifications/tasks/status"}

// IsNotification reports whether method is a notification that some revision
// lets a client send.
func IsNotification(method string) bool { return slices.Contains(notifications[:], method) }

// ClientMethods lists all that some revision lets a client send, requests and
// notifications, in their alphabet's order.
func ClientMethods() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(slices.Clone(notifications[:]), maps.Keys(requests))))
}

// NeedsParams reports whether the schema asks for params in a request of that
// method.
func NeedsParams(method string) bool {
	switch method {
	case Initialize, ToolsCall, PromptsGet, ResourcesRead, "resources/subscribe", "resources/unsubscribe", "completion/complete", SetLevel, Listen:
		return true
	}
	return false
}

// NeededParams lists the members of params without which no revision's schema
// takes a request of that method.
func NeededParams(method string) []string {
	switch method {
	case Initialize:
		return []string{"protocolVersion", "capabilities", "clientInfo"}
	case ToolsCall, PromptsGet:
		return []string{"name"}
	case ResourcesRead, "resources/subscribe", "resources/unsubscribe":
		return []string{"uri"}
	case "completion/complete":
		return []string{"ref", "argument"}
	case SetLevel:
		return []string{"level"}
	case Listen:
		return []string{"notifications"}
	}
	return nil
}

// AsksBack reports whether a server may ask its client something, or log,
// while it works on a request of that method.
func AsksBack(method string) bool {
	switch method {
	case ToolsCall, PromptsGet, ResourcesRead, "completion/complete", "tasks/result":
		return true
	}
	return false
}

// TellsOfChange reports whether a notification of the server is about a
// change of its own state, and so belongs to no request of the client.
func TellsOfChange(method string) bool {
	switch method {
	case "notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed",
		"notifications/resources/updated", "notifications/tasks/status":
		return true
	}
	return false
}

// ServerCapability returns the member of the server's capabilities that a
// client request needs, or "".
func ServerCapability(method string) string { return requests[method] }

// ClientCapability returns the member of the client's capabilities without
// which a server must not send the request, or "".
func ClientCapability(method string) string {
	switch method {
	case SamplingCreate:
		return "sampling"
	case ElicitationCreate:
		return "elicitation"
	case RootsList:
		return "roots"
	}
	return ""
}

// lists maps the list requests to the member of the result that holds the
// list.
var lists = map[string]string{
	ToolsList:                  "tools",
	"prompts/list":             "prompts",
	"resources/list":           "resources",
	"resources/templates/list": "resourceTemplates",
	"tasks/list":               "tasks",
}

// ListMember returns the member of a list request's result that holds the
// list, or "" when method is no list request.
func ListMember(method string) string { return lists[method] }

// NameMember returns the member of params that names what a request is
// about (the tool, the prompt, the resource), or "".
func NameMember(method string) string {
	switch method {
	case ToolsCall, PromptsGet:
		return "name"
	case ResourcesRead, "resources/subscribe", "resources/unsubscribe":
		return "uri"
	}
	return ""
}

// Negotiate answers a client's protocolVersion: the version itself where it
// is among supported, else fallback
// (2025-11-25 basic/lifecycle, "Version Negotiation").
func Negotiate(requested string, supported []string, fallback string) string {
	if slices.Contains(supported, requested) {
		return requested
	}
	return fallback
}
