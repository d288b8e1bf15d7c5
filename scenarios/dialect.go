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
	// Sessions is the policy about sessions that the server has: required,
	// optional or stateless. It holds where no scenario says otherwise; "" is
	// as recorded.
	Sessions string
	// Lines says how several lines of one header field are read: "first" takes
	// the first, "joined" all with commas between, and "node" does so but with
	// Content-Type, of which it takes the first. Such servers read fields as
	// Latin-1. "" takes the first, but of Accept all.
	Lines   string
	Session SessionStyle
	Answers AnswerStyle
	Stream  StreamStyle
	Quotes  Quotes
	// Envelope shapes the JSON-RPC errors of refusals.
	Envelope Envelope
	// Checks are walked in order; the first that finds a breach answers.
	Checks []Check
	// Accepted answers a notification or a response (202 by the
	// specification), Deleted a DELETE that ended a session.
	Accepted Response
	Deleted  Response
	// Modern says how requests of the modern era are treated. Of a dialect that
	// does not say it is nil, and they are treated as the specification has it.
	Modern *Modern
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
	// Forget ends a session at once whose opening request was refused.
	Forget bool
	// Events is the form of the ids of SSE events: "base32" (26 characters, an
	// underscore, and a number from 0), or "" for mcpmock's own.
	Events string
}

// AnswerStyle says how the server serves what it does not refuse, where that
// cannot be seen on every tape.
type AnswerStyle struct {
	// Batches is "stream" where each answer to a batch is an SSE event, whatever
	// the recorded answers are; "" sends them as an array where that does.
	Batches string
	// Wildcards is "stream" where a client that accepts */* or text/* takes a
	// stream; "" sends it JSON where there is one message to send.
	Wildcards string
	// Bare is "stream" where answers that were not recorded over HTTP, or not at
	// all, go out as event streams; "" sends those of one message as JSON.
	Bare string
	// Opening is an SSE comment with which every standalone stream begins; ""
	// is none but a recorded one.
	Opening string
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
	// Session limits the check to requests with that knowledge of a session, as
	// Trigger.Session does: none, known or unknown; empty is all.
	Session []string
	// Kind limits the check to bodies with a message of these kinds: request,
	// notification, response; empty is all, whatever the body. Headers that
	// mirror the body are only looked at beside a notification where it is named.
	Kind []string
	// Flaw limits the check jsonrpc to bodies with one of these flaws; empty is
	// all. They are among Flaws.
	Flaw []string
	// Header limits the checks of headers that mirror the body to these, which
	// are among Mirrors; empty is all. With any, version-any looks at the header
	// alone.
	Header []string
	// Member limits the checks of the members of _meta to these, which are among
	// MetaMembers; empty is all.
	Member []string
	// Wildcards lets */*, application/* and text/* count in the accept checks.
	Wildcards bool
	// Match is how the accept checks and content-type compare: "" is by media
	// type, whatever its case and parameters; "exact" takes each item of the
	// list as it stands, "prefix" what begins with the media type, "contains"
	// a header that has it anywhere. Of content-type, "media" looks at no
	// parameters, "list" takes each item of a list before them as it stands, and
	// "loose" what begins so in any case. For empty, "exact" lets white space
	// by. For host, "exact" is a name of this machine as it is usually written,
	// and "port" such a one with a port. In the checks of headers that mirror the
	// body, of several lines of one "" compares all, joined by ", ", "first" the
	// first, and "exact" the first as it stands, which may be encoded.
	Match string
	// Limit is the bytes of the longest body that the check size lets by; 0 is
	// the player's own limit, which holds in any case.
	Limit int
	// Legacy makes version-any and version-unknown leave alone what sorts, as text, after the
	// revisions with a handshake.
	Legacy bool
	// Every widens the check to what it lets by on its own:
	//
	//	batch                       a batch at any revision
	//	missing-params              every request that needs params
	//	unknown-method              server/discover, which no legacy revision has
	//	session-unknown             an empty Mcp-Session-Id, which is none elsewhere
	//	session-missing             an initialize that is no request
	//	version-unknown             an empty MCP-Protocol-Version, which is none elsewhere
	//	initialize-params           but for what lacks: a number for protocolVersion is let by
	//	not-initialized, not-ready  ping and server/discover
	//	stateless                   where there are sessions, too
	//	header-missing              an empty header, which is there elsewhere
	//	handshake                   an initialize whose header names no modern version
	Every bool
	// Refuse answers a breach. Where it is nil the breach is noted in the
	// journal and the request goes on.
	Refuse *Response
}

// Flaws lists what may make JSON no JSON-RPC message, in the order in which it
// is looked for.
func Flaws() []string {
	return []string{
		"null",        // the JSON value null
		"empty-batch", // an array of nothing
		"shape",       // another value that is no object
		"version",     // jsonrpc is not "2.0"
		"id-null",     // a null id
		"id-fraction", // an id that is no integer
		"id-type",     // an id that is no text and no number
		"params",      // params that are no object
		"other",
	}
}

// A Response is a whole answer, written down. Message, Body, and header
// values may hold these variables:
//
//	${session}   the session id that the response shows
//	${fresh}     a session id that was never used before and opens no session
//	${method}    the JSON-RPC method of the request
//	${version}   the protocol version that the request named
//	${versions}  the versions the dialect speaks, joined by ", "
//	${supported} the versions that the player speaks in all its eras, as a JSON list
//	${host}      the Host header
//	${origin}    the Origin header
//	${http}      the HTTP method
//	${path}      the path of the request
//	${unslashed} the same without the slash at its end
//	${query}     the query of the request with its question mark, or nothing
//	${event}     the Last-Event-ID header
//	${jsonrpc}   what the message has for jsonrpc, where that is a text
//	${type}      the JSON type of the body: object, array, string, number, bool or null
//	${syntax}    what Go's encoding/json finds wrong with the body
//	${parser}    what the dialect's JSON parser says of the body, else the detail
//	${validator} what the dialect's validator says of the body, else the detail
//	${id}        the id of the request as JSON text; null where there is none
//	${missing}   the members that were missed, joined by ", "
//	${header}    the header that was looked at, where it mirrors the body
//	${sent}      what it was sent with
//	${decoded}   the same, decoded where it was encoded
//	${argument}  what of the body it mirrors: method, name, uri, or an argument's path
//	${expected}  what that is in the body
//	${literal}   the same as JSON text
//	${given}     the JSON type of a member of _meta that is malformed
//	${required}  the capabilities that a client lacks, as a JSON object
//	${detail}    what the check found, in words
//
// In Message they are escaped as JSON asks; in Body they stand as they are. A
// header whose value comes out empty is left off. In Data, a text that is
// nothing but ${supported}, ${missing}, ${literal} or ${required} is replaced by
// that JSON value: of missing members, a list.
type Response struct {
	Status int
	// Code and Message make a JSON-RPC error in the dialect's envelope.
	Code    int
	Message string
	// Data is the error's data, as JSON text; "" is none. Variables in it are
	// escaped as JSON asks.
	Data string
	// Echo gives the error the request's id, where that can be read, whatever
	// the envelope says.
	Echo bool
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
