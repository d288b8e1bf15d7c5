package scenarios

import (
	"encoding/json"
	"time"
)

// An Action is what a fault does; any members may be set that do not exclude
// each other. They stand in the order in which they take effect.
type Action struct {
	// Before the server looks at the request. Those of a session, and
	// RotateSession, are for requests that could have one: a fault with any of
	// them is not met by one of the modern era, which has none.

	// Request changes the request's headers, as a gateway may: a header that is
	// Absent is taken off.
	Request []Header
	// ExpireSession ends the session of the request: it was living, and is over.
	// The dialect's refusal for that answers it and all that follow.
	ExpireSession bool
	// ForgetSession does so as if the session had never been, as a server does
	// that keeps no record; Restart forgets all sessions.
	ForgetSession, Restart bool
	// AdoptSession takes any session id for that of a living, initialized session.
	AdoptSession bool
	// Crash cuts all connections and takes no new ones for so long; over stdio
	// the process ends with status 1.
	Crash time.Duration

	// In place of the server's answer; one of them.

	Respond   *Response
	Latch     *Response       // answers this and every later request of every session
	Redirect  *Redirect       //
	Challenge *Challenge      //
	Error     *RPCError       // a JSON-RPC error in the form of an answer
	Result    json.RawMessage // the result of an answer
	// Ignore is no answer: it is left open until the client goes away. On a pipe
	// (stdio, HTTP+SSE) the message is taken, and nothing follows.
	Ignore bool

	// On the answer: the HTTP response.

	Status        int      // in place of the answer's; 0 leaves it
	Headers       []Header // set on it, or taken off it; values may hold the variables of a Response
	RotateSession bool     // it shows a new id, which names the session as well from now on

	// On the answer: its message, in this order. Where nothing else is said the
	// one meant is the response to the request.

	Set       []Edit   // values at JSON Pointers
	Remove    []string // JSON Pointers
	ID        json.RawMessage
	IDAs      string            // the response's id as: string, number, null, absent
	Inject    string            // put raw, not as JSON has it, into the first text of the result
	Pad       int               // bytes of spaces that make the message longer
	Wrap      bool              // into an array
	Duplicate bool              // sent twice
	Withhold  bool              // not sent; what is around it is
	Swap      bool              // with that of the session's next request in flight; not in a batch
	Send      []Sent            // messages beside it
	Replace   map[string]string // text for text, in the body or in each message

	// On the answer: the event stream, and the bytes.

	Stream    *StreamEdit
	Truncate  int // bytes of the body that are sent, before it ends as if whole; 0 is all
	Gzip      bool
	Buffer    bool          // nothing goes out before all is said
	Delay     *Delay        // before the answer
	Stall     *Stall        // in the middle of it
	Split     *Split        // pieces it is sent in
	Throttle  int           // bytes a second; 0 is unbounded
	Drop      *Drop         // the connection breaks off
	CloseIdle time.Duration // the connection is reset when it was unused for so long after this answer

	// Over stdio.

	Emit        []Emit
	Frame       string // of messages: crlf, content_length, pretty, no_newline
	BOM         bool   // a byte order mark before the message, or the stream
	CloseStdout bool   // after the answer, and the process lives on: it hears, and says nothing
	Exit        *int   // the process ends with that status: in place of an answer, or after it where one is left
}

// A Redirect sends the client elsewhere.
type Redirect struct {
	Status int    // 301, 302, 303, 307 or 308
	To     string // add_slash, strip_slash, http (the same URL without TLS), or a URL or path
}

// A Challenge asks for credentials.
type Challenge struct {
	Status       int    // 401 or 403
	Authenticate string // WWW-Authenticate; "" leaves it off
	Body         string
}

// An RPCError is the error of a JSON-RPC response.
type RPCError struct {
	Code    int
	Message string
	Data    json.RawMessage // nil leaves it off
}

// An Edit puts a value at a JSON Pointer into a message.
type Edit struct {
	Pointer string // such as /result/nextCursor
	Value   json.RawMessage
}

// Sent is a message that the server sends by itself. The progress token and id
// of the request stand in it as {{token}} and {{id}}; one that names a token
// which the request does not have is not sent. Where the client cancels a
// request, that is the request meant.
type Sent struct {
	Message json.RawMessage
	At      string // before the answer (also ""), after it, or instead of it
	On      string // post: beside the answer (also ""); get: on the standalone stream; both
}

// A StreamEdit changes an event stream, or makes the answer one where it was
// none.
type StreamEdit struct {
	// The end comes after so many events that have a message (EndAfter, with
	// End), or after that long, cleanly: 0 is before the first.
	End      bool
	EndAfter int
	EndTime  time.Duration
	EndPrime bool // an event with an id and no data is sent before the end

	Hold      bool          // open after the answer, until the client goes away
	Keepalive time.Duration // a comment that often while it is open; 0 is none
	Comment   string        // of Keepalive; "" is keepalive
	Prime     *Prime        // the first event
	IDs       string        // of events: none, or every (event has one, with which a client can come back)
	Retry     int           // milliseconds that each event tells the client to wait; 0 is none
	On        string        // messages come on: post, get (the standalone stream), both; "" leaves them
	EOL       string        // lf, crlf, cr; "" leaves it
	NoSpace   bool          // after the colons
	Event     string        // the name of events; "none" leaves the field out, "" as it is
	SplitData int           // the data of an event in lines of so many bytes; 0 leaves it
	NoBlank   bool          // the last event ends without its blank line
	BOM       bool          // at the beginning
	// Resume is what a GET with Last-Event-ID gets: empty (an open stream that
	// says nothing), all (all events again), other (those of another stream),
	// duplicate (each twice), close (the end, at once).
	Resume   string
	Endpoint string // what the endpoint event of HTTP+SSE says
}

// Prime is an event without a message at the beginning of a stream.
type Prime struct {
	ID, Event, Data string // "" leaves the field out, but for data, which is empty then
	Retry           int    // milliseconds; 0 leaves it out
}

// A Delay is time before an answer: From, or evenly between From and To, or
// by a log-normal distribution around Median.
type Delay struct {
	From, To    time.Duration
	Median, Max time.Duration
	Sigma       float64
}

// A Stall is silence in the middle of an answer.
type Stall struct {
	At  string        // before_headers, after_headers, mid_body
	For time.Duration // 0 is until the client goes away
}

// A Split is how the bytes of an answer are cut into pieces, each sent on its own.
type Split struct {
	Bytes     int           // of a piece; 0 with Pieces or CodePoint
	Pieces    int           // of the same length, of a body or of each event; 0 with Bytes or CodePoint
	CodePoint bool          // inside of the first character that has several bytes
	Every     time.Duration // between two pieces
}

// A Drop breaks the connection off; without a place it does so before any
// byte of the answer. Over stdio the process ends with status 1: an answer is
// one event there.
type Drop struct {
	How    string        // fin (also "") or rst
	Bytes  int           // of the body that are sent before
	Events int           // with a message that are
	After  time.Duration // that passes before, counted from the request
}

// An Emit writes bytes that are no message.
type Emit struct {
	To     string // stdout (also "") or stderr
	Text   string
	Repeat int    // times; 0 is 1
	At     string // before the answer (also ""), or after it
}
