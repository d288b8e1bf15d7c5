package scenarios

// Modern is how a server treats requests of the modern era: apart from
// sessions, by checks of their own. Host and Origin, no-such-path and latches
// hold for them, too.
type Modern struct {
	// Versions are the revisions that the server speaks to such requests, newest
	// first.
	Versions []string
	// Opens lists by what the server tells a request of the modern era where it
	// serves both, each among Openings; empty is version, meta and method.
	Opens []string
	// Envelope shapes the JSON-RPC errors of refusals.
	Envelope Envelope
	// Checks are walked in order; the first that finds a breach answers.
	Checks []Check
	// Accepted answers a notification.
	Accepted Response
}

// Openings lists by what servers tell a request of the modern era.
func Openings() []string {
	return []string{
		"any",     // MCP-Protocol-Version is there, with anything but a revision with a handshake
		"version", // it names a version that is none of these
		"later",   // it names a version that sorts, as text, after these
		"meta",    // _meta names a version
		"method",  // only the modern era has the method
	}
}

// Mirrors lists the headers that mirror what a modern request has in its body
// (2026-07-28 basic/transports/streamable-http, "Request Metadata").
func Mirrors() []string {
	return []string{
		"version", // MCP-Protocol-Version: the version in _meta
		"method",  // Mcp-Method: the method
		"name",    // Mcp-Name: the name or URI in params
		"param",   // Mcp-Param-*: the arguments that a tool names
	}
}

// MetaMembers lists what a check may look at in _meta: whether that is an
// object, and those of its members that are of the protocol, without their
// prefix (2026-07-28 basic, "_meta").
func MetaMembers() []string {
	return []string{"_meta", "protocolVersion", "clientCapabilities", "clientInfo", "logLevel"}
}
