package faults

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A Request is one thing that a client did, as far as a trigger may ask about
// it: an HTTP request, a line of stdin, or one of the client's other doings.
type Request struct {
	HTTP   string      // method; POST for a line of stdin
	Path   string      // of the URL; "" over stdio
	Header http.Header // nil over stdio
	// Over is the transport, http (also HTTP+SSE) or stdio; "" where that is not
	// asked.
	Over string
	// Outside is a path where nothing is served: only triggers that ask about
	// paths are met there.
	Outside bool
	Holds   Holding // what there is for a fault to end or swap
	Batch   jsonrpc.Batch
	// Invalid is a body that is no JSON-RPC; Batch is empty then.
	Invalid bool

	Session  Session
	State    State
	Client   Doing
	InFlight int  // requests of the session without an answer, this one included
	SameID   bool // an earlier request of the session had the id
	Replica  int  // from 1; 0 where there is one server
	// Idle is how long ago the session's latest request was, and Since its
	// first; 0 for the first.
	Idle, Since time.Duration

	at    int    // the message that a trigger looks at
	tool  string // params.name of a tools/call
	named bool   // tool has been looked for
}

// Session is what a request shows of a session.
type Session uint8

const (
	NoSession Session = iota // no id
	Known                    // a living session's
	Unknown                  // never issued
	Ended                    // of a session that is over
	Leaked                   // only a response other than that of initialize has shown it
)

// Holding is what sessions there are, as far as faults can act on them.
type Holding uint8

const (
	Own    Holding = iota // the request shows a session, or is a line of a process; or nobody has looked
	Others                // it shows none, and there are some
	Nobody                // there are none
)

// String returns the word that a scenario has for it.
func (s Session) String() string {
	return [...]string{NoSession: "none", Known: "known", Unknown: "unknown", Ended: "ended", Leaked: "leaked"}[s]
}

// State is how far a client has come in its session.
type State uint8

const (
	New          State = iota // its initialize has not been answered
	Initializing              // it has
	Ready                     // notifications/initialized has come
	Stateless                 // it is served in an era without handshakes: none of these
)

// Doing is what a client does besides sending a message.
type Doing uint8

const (
	Sends       Doing = iota // a request or a message, and none of the rest
	Connects                 // it has started the server, or opens an HTTP+SSE stream
	Disconnects              // it leaves before the answer is complete
	Closes                   // stdin has ended
)

// look has triggers look at another message of a batch.
func (r *Request) look(at int) {
	if r.at != at {
		r.at, r.named, r.tool = at, false, ""
	}
}

// message returns the message that a trigger looks at, or nil.
func (r *Request) message() *jsonrpc.Message {
	if r.at < len(r.Batch.Messages) {
		return &r.Batch.Messages[r.at]
	}
	return nil
}

// Member returns the message of a batch that a fault has met, while that is
// acted on; or nil, where its trigger asks about nothing that one message has,
// or the request is no batch of several.
func (r *Request) Member(f *scenarios.Fault) *jsonrpc.Message {
	if len(r.Batch.Messages) < 2 || !asksOfMessage(&f.When) {
		return nil
	}
	return r.message()
}

// Tool returns the tool that a tools/call names, or "".
func (r *Request) Tool() string {
	if !r.named {
		r.named = true
		if r.Method() == mcp.ToolsCall {
			r.tool = gjson.Get(jsonrpc.String(r.message().Params), "name").Str
		}
	}
	return r.tool
}

// Method returns the JSON-RPC method of the message, or "". Of a batch it is the
// one that a fault has met, while that is acted on, else the first.
func (r *Request) Method() string {
	if m := r.message(); m != nil {
		return m.Method
	}
	return ""
}
