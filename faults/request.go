package faults

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A Request is one thing that a client did, as far as a trigger may ask about
// it: an HTTP request, a line of stdin, or one of the client's other doings.
type Request struct {
	HTTP   string      // method; POST for a line of stdin
	Path   string      // of the URL; "" over stdio
	Header http.Header // nil over stdio
	// Over is the transport, http (also HTTP+SSE), stdio, or posted: a POST of
	// HTTP+SSE before a live server, whose answer comes on a stream that nobody takes
	// apart; "" where that is not asked.
	Over  string
	Holds Holding // what there is for a fault to end or swap
	Batch jsonrpc.Batch
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

// Tool returns the tool that a tools/call names, or "".
func (r *Request) Tool() string {
	if !r.named {
		r.named = true
		if r.Method() == mcp.ToolsCall {
			r.tool = gjson.Get(jsonrpc.String(r.Batch.Messages[0].Params), "name").Str
		}
	}
	return r.tool
}

// Method returns the JSON-RPC method of the first message, or "".
func (r *Request) Method() string {
	if len(r.Batch.Messages) == 0 {
		return ""
	}
	return r.Batch.Messages[0].Method
}
