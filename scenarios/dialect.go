package scenarios

// A Dialect is how one real server implementation orders its checks and words
// its refusals. The default dialect, spec, is the specification.
type Dialect struct {
	Name  string
	About string
	// Versions are the protocol revisions the server speaks, newest first: it
	// answers initialize with the client's where that is among them, else with
	// the first. Empty means every legacy revision, and the recorded one for
	// a client that asks for one unheard of.
	Versions []string
	Session  SessionStyle
	// Envelope shapes the JSON-RPC errors of refusals.
	Envelope Envelope
	// Checks are walked in order; the first that finds a breach answers.
	Checks []Check
	// Accepted answers a notification or a response (202 by the
	// specification), Deleted a DELETE that ended a session.
	Accepted Response
	Deleted  Response
}

// SessionStyle says where session ids come from and where they show.
type SessionStyle struct {
	// ID is the form of an id: hex32, uuid4 or base32.
	ID string
	// Mint says which requests without an id open a session: "initialize", or
	// "always" (before anything is validated).
	Mint string
	// Show says which responses carry the session's id beyond the recorded
	// ones: "initialize" only, or "always" (refusals and 202 included).
	Show string
}

// Envelope shapes the JSON-RPC error of a refusal.
type Envelope struct {
	// Keys is the order of the members: jsonrpc, id and error.
	Keys []string
	// ID is "request" (the request's own id; the member is absent where it
	// cannot be read), or the JSON text that always stands there: null, or
	// "server-error" in its quotes.
	ID string
	// Headers go on every refusal that is such an error, but for streamed
	// ones.
	Headers []Header
}

// A Header is one response header line; an empty Value with Absent set keeps
// a header off the response that net/http would add (Content-Type).
type Header struct {
	Name   string
	Value  string
	Absent bool
}

// A Check is one step of the gate. Its name is one of CheckNames.
type Check struct {
	Name string
	// On limits the check to these HTTP methods; empty is all.
	On []string
	// Except names JSON-RPC methods that the check leaves alone.
	Except []string
	// Wildcards lets */*, application/* and text/* count in the accept checks.
	Wildcards bool
	// Every widens the check to what it lets by on its own:
	//
	//	batch                       a batch at any revision
	//	missing-params              every request that needs params
	//	unknown-method              server/discover, which no legacy revision has
	//	session-unknown             an empty Mcp-Session-Id, which is none elsewhere
	//	not-initialized, not-ready  ping and server/discover
	Every bool
	// Refuse answers a breach. Where it is nil the breach is noted in the
	// journal and the request goes on.
	Refuse *Response
}

// A Response is a whole answer, written down. Message, Body, and header
// values may hold these variables:
//
//	${session}   the session id that the response shows
//	${fresh}     a session id that was never used before and opens no session
//	${method}    the JSON-RPC method of the request
//	${version}   the protocol version that the request named
//	${versions}  the versions the dialect speaks, joined by ", "
//	${host}      the Host header
//	${origin}    the Origin header
//	${detail}    what the check found, in words
//
// In Message they are escaped as JSON asks; in Body they stand as they are. A
// header whose value comes out empty is left off.
type Response struct {
	Status int
	// Code and Message make a JSON-RPC error in the dialect's envelope.
	Code    int
	Message string
	// Stream sends that error in band: as one SSE event named message, its
	// members in the order jsonrpc, id, error and with the request's own id
	// whatever the envelope says, as all known servers do. Content-Type is
	// then text/event-stream.
	Stream bool
	// Body is the literal body where there is no Message.
	Body string
	// Headers are set after the envelope's and replace those of the same
	// name; a name may come twice among them.
	Headers []Header
	// Latch, where set, answers every later request of every session. It
	// shows no session id. A server without sessions has nothing to latch.
	Latch *Response
}
