package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A visit is one HTTP request, or one line of a pipe, while it is served. What the
// gate may ask about it stands in its facts.
type visit struct {
	gate.Facts

	p       *Player
	w       http.ResponseWriter
	pipe    *pipe // where the answer goes, but for Streamable HTTP
	space   *space
	carrier int
	began   time.Time

	turned     turn       // the answer
	stream     *stream    // where it is one
	connection connection // that carries it

	session *conversation // that the ID names
	minted  string        // the id that a dialect shows to a request without one
	replica int           // that the request comes to, from 1; 0 where there is one server
	conv    *conversation // whom the request belongs to, once that is settled

	leaked    bool // an unknown id was shown by mcpmock, though it names no session
	listening bool // the client has a stream on which it can be told something
	old       bool // a request of HTTP+SSE, whose session is in the query
	unbound   bool // the server's ReadTimeout is lifted
	claimed   bool // the only GET stream of its session

	*fate
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

// errUnread says that a request is refused before its body is read.
var errUnread = errors.New("body not read")

// read takes in the body.
func (q *visit) read() {
	if q.Verb != http.MethodPost {
		return
	}
	if q.Body, q.BodyErr = readBody(q.HTTP, q.p.maxBody); q.BodyErr == nil {
		q.parse()
	}
}

// parse reads the messages of the body, or of the line of a pipe. What a live
// server makes of it is not known: there the dialect is that of refusals alone.
func (q *visit) parse() {
	if q.p.live {
		q.Batch, q.BodyErr = jsonrpc.Parse(q.Body)
	} else {
		q.p.gate.Read(&q.Facts)
	}
}

// readBody reads a body of at most max bytes.
func readBody(r *http.Request, max int64) ([]byte, error) {
	if r.ContentLength > max {
		drain(r)
		return nil, gate.ErrTooLarge
	}
	if r.ContentLength >= 0 { // the usual case: one buffer of the right size
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, max+1))
	if int64(len(body)) > max {
		drain(r)
		return nil, gate.ErrTooLarge
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
	q.ID, q.session, q.Standing, q.Why, q.leaked, q.Protocol = "", nil, gate.SessionNone, "", false, ""
	q.ID, q.Protocol = q.p.gate.Field(q.HTTP.Header, mcp.HeaderSessionID), strings.TrimSpace(q.p.gate.Field(q.HTTP.Header, mcp.HeaderProtocolVersion))
	if q.ID == "" || q.p.mode == "stateless" {
		q.conv = q.space.loose
	} else if q.session, q.Why = q.p.sessions.find(q.space, q.ID, q.began); q.session != nil && !q.session.hasPipe() && q.session.replica == q.replica {
		q.Standing, q.conv = gate.SessionKnown, q.session
	} else if q.session != nil && !q.session.hasPipe() {
		q.policy = "replicas"
		q.session, q.Standing, q.conv = nil, gate.SessionUnknown, q.space.loose
	} else if q.Why == forgotten || q.Why == leaked {
		q.Standing, q.leaked, q.Why, q.conv = gate.SessionUnknown, q.Why == leaked, "", q.space.loose
	} else if q.Why != "" {
		q.Standing, q.conv = gate.SessionEnded, q.space.loose
		if q.p.idles && q.Why == q.p.sessions.expired() {
			q.policy = "idle"
		}
	} else if q.p.live {
		q.strange()
	} else {
		q.session, q.Standing, q.conv = nil, gate.SessionUnknown, q.space.loose
	}
	q.Initialized, q.Ready, q.Version, q.listening = q.conv.state()
}

// disown gives back what was found out about the request. Where something is
// broken it may be wanted for longer.
func (q *visit) disown() {
	if !q.p.breaks {
		q.Facts.Disown()
	}
}
