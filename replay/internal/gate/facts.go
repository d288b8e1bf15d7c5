package gate

import (
	"errors"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Facts are all that a gate may ask about one request, or one line of a pipe.
// They are of that request alone and are not safe for concurrent use: what was
// looked for once is kept. The zero value is a request of which nothing is
// known yet.
type Facts struct {
	Verb string        // the HTTP method; POST for a line of a pipe
	HTTP *http.Request // of which its line and its header fields are looked at, and nothing else; nil over stdio

	Body    []byte        // as it came; nil where there is none
	Batch   jsonrpc.Batch // the messages in it, where BodyErr is nil
	BodyErr error         // jsonrpc.ErrEmpty, ErrDepth, ErrJSON, an EnvelopeError, ErrTooLarge, or why it could not be read

	ID       string // Mcp-Session-Id as sent
	Why      string // of an ended session: what became of it
	Protocol string // MCP-Protocol-Version as sent
	Version  string // that was negotiated; "" before that

	Way         Way
	Standing    Standing // of the session that the ID names
	Modern      bool     // it is of the era without sessions
	Initialized bool     // initialize came before it in its conversation,
	Ready       bool     // and notifications/initialized
	Opened      bool     // its space has had a session
	Outside     bool     // nothing is served at its path, so no server of MCP has read it
	Full        bool     // it would open a session, and there is no room for one
	Place       Place    // of a GET: where it would listen

	*Alone // nil where nobody has asked what a modern request says of itself
}

// A Way is how a message came to the gate. Over Streamable HTTP all checks are
// walked. Over a pipe there is no HTTP to check and the session is the pipe's
// own; what an HTTP+SSE client posts has both sides.
type Way uint8

const (
	OverHTTP  Way = iota
	Posted        // the POST that carries a message of an HTTP+SSE client
	AsMessage     // the message itself, over HTTP+SSE or stdio
	ways
)

// A Standing is what a session is by the time that a request names it.
type Standing uint8

const (
	SessionNone    Standing = iota // no id was sent
	SessionUnknown                 // never issued
	SessionEnded
	SessionKnown
)

// A Place is where a GET would listen: on a new stream, or on one that it comes
// back to by its Last-Event-ID.
type Place uint8

const (
	PlaceNone   Place = iota // it is no GET, or nobody has looked
	PlaceFree                // a new stream
	PlaceTaken               // a new stream, and there is one that listens
	PlaceOwn                 // the standalone stream that it was on before
	PlaceBeside              // the rest of an answer, which is in nobody's way
)

// ErrTooLarge says that a body is larger than it may be.
var ErrTooLarge = errors.New("body too large")

// header returns the header fields; none where there is no HTTP.
func (f *Facts) header() http.Header {
	if f.HTTP == nil {
		return nil
	}
	return f.HTTP.Header
}

// presented is the word that the checks of a dialect have for the session that
// a request presents: none, known or unknown. A pipe is one from its
// initialize on.
func (f *Facts) presented() string {
	switch {
	case f.Standing == SessionKnown, f.Way == AsMessage && f.Initialized:
		return "known"
	case f.Standing == SessionNone:
		return "none"
	}
	return "unknown"
}

// Post reports whether the request is a POST whose body was read, and is
// JSON-RPC.
func (f *Facts) Post() bool {
	return f.Verb == http.MethodPost && f.BodyErr == nil && len(f.Batch.Messages) > 0
}

// Has reports whether the body holds a message of that method.
func (f *Facts) Has(method string) bool {
	return f.Post() && slices.ContainsFunc(f.Batch.Messages, func(m jsonrpc.Message) bool { return m.Method == method })
}

// Initialize reports whether the body is an initialize request.
func (f *Facts) Initialize() bool { return f.Has(mcp.Initialize) }

// Method returns the method of the first message, or "".
func (f *Facts) Method() string {
	if f.Post() {
		return f.Batch.Messages[0].Method
	}
	return ""
}

// RequestID returns the id to answer with: the first request's, or what could
// be read of a message that is no JSON-RPC.
func (f *Facts) RequestID() []byte {
	if f.Outside {
		return nil
	}
	if bad, ok := errors.AsType[*jsonrpc.EnvelopeError](f.BodyErr); ok {
		return bad.ID
	}
	if f.BodyErr == nil && len(f.Batch.Messages) > 0 && !f.Batch.Array && f.Batch.Messages[0].Kind == jsonrpc.Request {
		return f.Batch.Messages[0].ID
	}
	return nil
}

// Revision returns the protocol revision the request is under: the header's,
// else the negotiated one, else the one to assume.
func (f *Facts) Revision() string {
	switch {
	case mcp.IsLegacy(f.Protocol):
		return f.Protocol
	case f.Version != "":
		return f.Version
	}
	return mcp.AssumedVersion
}
