package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A visit is one HTTP request, or one line of a pipe, and all that the gate may
// ask about it.
type visit struct {
	p       *Player
	w       http.ResponseWriter
	r       *http.Request // nil over stdio
	pipe    *pipe         // where the answer goes, but for Streamable HTTP
	verb    string        // the HTTP method; POST for a line of a pipe
	space   *space
	carrier int
	began   time.Time

	turned     turn       // the answer
	stream     *stream    // where it is one
	connection connection // that carries it

	body    []byte
	batch   jsonrpc.Batch
	bodyErr error // ErrEmpty, ErrDepth, ErrJSON, *EnvelopeError, errTooLarge

	id       string // Mcp-Session-Id as sent
	session  *conversation
	why      string // an ended session: what became of it
	minted   string // the id that a dialect shows to a request without one
	replica  int    // that the request comes to, from 1; 0 where there is one server
	protocol string // MCP-Protocol-Version as sent

	conv      *conversation // whom the request belongs to, once that is settled
	version   string        // negotiated
	listening int

	known       sessionState
	leaked      bool // an unknown id was shown by mcpmock, though it names no session
	modern      bool // it is of the era without sessions: see alone
	initialized bool
	ready       bool
	old         bool // a request of HTTP+SSE, whose session is in the query
	outside     bool // nothing is served at its path
	unbound     bool // the server's ReadTimeout is lifted
	claimed     bool // the only GET stream of its session

	*fate
	*alone // nil of a legacy request
}

// A fate is what faults and policies have in store for a request. Where there
// are none all requests have the same, which nobody changes.
type fate struct {
	policy  string             // of the scenario that shows in what became of the session
	past    past               // what came before, for the faults
	came    *conversation      // in which it came, for them
	edits   *scenarios.Action  // what the faults do to the answer; nil is nothing
	members faults.Apart       // and to some answers to a batch alone
	edited  *faults.Writer     // which does it
	leave   context.CancelFunc // ends that
	gave    context.Context    // of the request as it came: done when the client has left
	cut     bool               // the connection, or the pipe, is over
	life    context.Context    // of the server: done when it has crashed; nil where no fault crashes it
	ended   atomic.Bool        // the end of the answer is on the journal
	broke   atomic.Bool        // it is the connection that breaks off
}

// fated returns the fate of a line of a pipe.
func (p *Player) fated() *fate {
	if !p.breaks {
		return &p.calm
	}
	return &fate{}
}

// visits returns a visit with the fate of an HTTP request. Where it has one of
// its own, both are one piece of memory.
func (p *Player) visits(r *http.Request) *visit {
	if !p.breaks {
		return &visit{fate: &p.calm}
	}
	b := &struct {
		visit
		own fate
	}{}
	b.fate, b.own.gave = &b.own, r.Context()
	return &b.visit
}

type sessionState uint8

const (
	sessionNone    sessionState = iota // no id was sent
	sessionUnknown                     // never issued
	sessionEnded
	sessionKnown
)

// presented is the word that the checks of a dialect have for the session that
// a request presents: none, known or unknown. A pipe is one from its
// initialize on.
func (q *visit) presented() string {
	switch {
	case q.known == sessionKnown, q.pipe != nil && q.initialized:
		return "known"
	case q.known == sessionNone:
		return "none"
	}
	return "unknown"
}

var (
	errTooLarge = errors.New("body too large")
	errUnread   = errors.New("body not read") // of a request that is refused before it is
)

// read takes in the body.
func (q *visit) read() {
	if q.verb != http.MethodPost {
		return
	}
	q.body, q.bodyErr = readBody(q.r, q.p.maxBody)
	if q.bodyErr != nil {
		return
	}
	q.parse()
}

// readBody reads a body of at most max bytes.
func readBody(r *http.Request, max int64) ([]byte, error) {
	if r.ContentLength > max {
		drain(r)
		return nil, errTooLarge
	}
	if r.ContentLength >= 0 { // the usual case: one buffer of the right size
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, max+1))
	if int64(len(body)) > max {
		drain(r)
		return nil, errTooLarge
	}
	return body, err
}

// drain reads on for a while, so that a client which sends all before it reads
// anything gets to see the refusal.
func drain(r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 16<<20) }

// locate finds the session that the request names.
func (q *visit) locate() {
	if q.old {
		q.locateOld()
		return
	}
	q.id, q.session, q.known, q.why, q.leaked, q.protocol = "", nil, sessionNone, "", false, ""
	q.id, q.protocol = q.field(mcp.HeaderSessionID), strings.TrimSpace(q.field(mcp.HeaderProtocolVersion))
	if q.id == "" || q.p.mode == "stateless" {
		q.conv = q.space.loose
	} else if q.session, q.why = q.p.sessions.find(q.space, q.id, q.began); q.session != nil && !q.session.hasPipe() && q.session.replica == q.replica {
		q.known, q.conv = sessionKnown, q.session
	} else if q.session != nil && !q.session.hasPipe() {
		q.policy = "replicas"
		q.session, q.known, q.conv = nil, sessionUnknown, q.space.loose
	} else if q.why == forgotten || q.why == leaked {
		q.known, q.leaked, q.why, q.conv = sessionUnknown, q.why == leaked, "", q.space.loose
	} else if q.why != "" {
		q.known, q.conv = sessionEnded, q.space.loose
		if q.p.idles && q.why == q.p.sessions.expired() {
			q.policy = "idle"
		}
	} else if q.p.live {
		q.strange()
	} else {
		q.session, q.known, q.conv = nil, sessionUnknown, q.space.loose
	}
	q.initialized, q.ready, q.version, q.listening = q.conv.state()
}

// post reports whether the request is a POST whose body could be read as
// JSON-RPC.
func (q *visit) post() bool { return q.verb == http.MethodPost && q.bodyErr == nil }

// has reports whether the body holds a message of that method.
func (q *visit) has(method string) bool {
	return q.post() && slices.ContainsFunc(q.batch.Messages, func(m jsonrpc.Message) bool { return m.Method == method })
}

// initialize reports whether the body is an initialize request.
func (q *visit) initialize() bool { return q.has(mcp.Initialize) }

// method returns the method of the first message, or "".
func (q *visit) method() string {
	if q.post() {
		return q.batch.Messages[0].Method
	}
	return ""
}

// requestID returns the id to answer with: the first request's, or what could
// be read of a message that is no JSON-RPC.
func (q *visit) requestID() []byte {
	if q.outside { // no server of MCP has read it
		return nil
	}
	if bad, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr); ok {
		return bad.ID
	}
	if q.bodyErr == nil && len(q.batch.Messages) > 0 && !q.batch.Array && q.batch.Messages[0].Kind == jsonrpc.Request {
		return q.batch.Messages[0].ID
	}
	return nil
}

// revision returns the protocol revision the request is under: the header's,
// else the negotiated one, else the one to assume.
func (q *visit) revision() string {
	switch {
	case mcp.IsLegacy(q.protocol):
		return q.protocol
	case q.version != "":
		return q.version
	}
	return mcp.AssumedVersion
}
