package verdicts

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A ledger reads the events of one space and tells what they mean: who did
// what, in which session, and what came of it. Its memory does not grow with
// the tape.
type ledger struct {
	*effects
	keys     func(m *jsonrpc.Message) uint64 // nil where nobody asks for them
	rounds   *rounds                         // likewise
	tell     func(*act)
	loose    *session // of clients that show no id
	begun    int      // sessions so far
	pipes    int      // of stdio that are open
	asks     int      // questions so far
	sessions *shelf[string, *session]
	fading   []*session // that are over, it seems, the latest last
	leaked   *shelf[string, struct{}]
	paths    *shelf[string, struct{}] // to which somebody has sent a POST of Streamable HTTP
	given    bool                     // an initialize over it was answered with a session id
}

// An act is one thing that a client or the server did.
type act struct {
	kind    kind
	at      time.Duration
	on      *carrier
	who     *session        // whose it is
	request *faults.Request // asked, did
	asks    []*question     // asked, opened: what is to be answered
	of      *question       // answered, met: the first one that it is about; may be nil
	ok      bool            // answered: with success
	fault   string          // met: its name
	resumes resuming        // asked: a GET with Last-Event-ID
	last    string          // asked: what that should have been, or ""
	twice   *question       // asked: the first one whose id an earlier request had; or nil
	alias   bool            // asked: with an id of the session that its initialize did not give
	crowd   bool            // asked: how far the client has come cannot be told, for there may be several without a session
	blurred bool            // asked: nor which ids it has had
	early   bool            // asked: no initialize has given a session id
	retry   *retry          // asked: what it comes to as a retry; nil where it is none
}

type kind uint8

const (
	asked    kind = iota // the client sent a request or a message
	did                  // the client connected, left, or closed its end
	answered             // a question got its answer
	met                  // a fault or a policy changed what came of a request
	refused              // the gate refused it
	opened               // a session begins, with what was asked for it
)

// resuming is what became of a Last-Event-ID.
type resuming uint8

const (
	opensAnew resuming = iota // none was sent
	rightly                   // it names the last event of a stream of the session
	wrongly                   // it does not
)

// The bounds of a ledger.
const (
	maxSessions = 10_000
	maxLeaked   = 10_000
	maxFading   = 64
	maxPaths    = 100
)

func newLedger(tell func(*act), keys func(*jsonrpc.Message) uint64, e *effects) *ledger {
	return &ledger{
		effects: e, keys: keys, tell: tell, loose: &session{},
		sessions: newShelf[string](maxSessions, func(s *session) bool { return !s.over }),
		leaked:   newShelf[string](maxLeaked, func(struct{}) bool { return false }),
		paths:    newShelf[string](maxPaths, func(struct{}) bool { return false }),
	}
}

// A carrier is one HTTP request with its response, or a pipe, while it is
// open.
type carrier struct {
	on     int
	docket *docket // of its space
	who    *session
	verb   string // HTTP method; "" for stdio
	old    bool   // it is of HTTP+SSE
	shown  string // the session id that the request showed
	asks   []*question
	latest *question // the first of the latest request or line; faults are about it
	begins *question // an initialize that may open a session
	pipe   bool      // the messages of a session come on it
	status int
	stream bool // an event stream that has not ended
	rotate bool // the session id of the response is a new one of the session
	dies   bool // the response says that the session is over
	quits  bool // the process ends of itself
	cursor *cursor
	ended  bool
}

// hear takes in an event on a carrier. It reports whether the carrier is
// through: nothing follows on it, or nothing that matters.
func (l *ledger) hear(c *carrier, e *cassettes.Event) (through bool) {
	switch e.From {
	case cassettes.Client:
		if e.HTTP != nil && e.HTTP.Method != "" || says(e) {
			l.asked(c, e)
		}
	case cassettes.Server:
		l.said(c, e)
	case cassettes.Mcpmock:
		if e.Note != nil {
			l.noted(c, e)
		}
	}
	if e.End != "" {
		l.ends(c, e)
		return true
	}
	// Of a POST of HTTP+SSE the answer comes on the stream.
	return c.status != 0 && !c.stream && !c.pipe && (c.settled() || c.who.pipe && c.verb == http.MethodPost)
}

// says reports whether an event has a message, or anything else that was said.
func says(e *cassettes.Event) bool { return e.Message != nil || e.Messages != nil || e.Raw != nil }

// settled reports whether nothing of a carrier waits for an answer.
func (c *carrier) settled() bool {
	for _, q := range c.asks {
		if !q.over {
			return false
		}
	}
	return true
}

// asked takes in a request of the client, or a line.
func (l *ledger) asked(c *carrier, e *cassettes.Event) {
	r := &faults.Request{HTTP: http.MethodPost}
	if e.HTTP != nil {
		r.HTTP, r.Path, r.Header = e.HTTP.Method, e.HTTP.Path, e.HTTP.Header
		c.verb = e.HTTP.Method
	} else if c.who == nil {
		l.begun++
		l.pipes++
		c.pipe, c.who = true, &session{number: l.begun, pipe: true}
		l.tell(&act{kind: did, at: e.At, on: c, who: c.who, request: &faults.Request{Client: faults.Connects}})
	}
	read(r, e)
	if e.HTTP != nil {
		l.locate(c, r, e.HTTP, e.At)
		l.dates(c, e.HTTP)
	} else if c.who.initialized {
		r.Session = faults.Known
	}
	c.asks = c.asks[:0]
	a := &act{kind: asked, at: e.At, on: c, who: c.who, request: r, early: !l.given}
	l.questions(c, a)
	if c.who.used {
		r.Idle, r.Since = e.At-c.who.last, e.At-c.who.first
	} else {
		c.who.used, c.who.first = true, e.At
	}
	c.who.last = e.At
	r.State, r.InFlight = c.who.state(), len(c.who.open)
	if len(a.asks) > 0 && a.asks[0].modern { // whoever else has shaken hands there
		r.Session, r.State = faults.NoSession, faults.Stateless
	}
	if r.HTTP == http.MethodGet {
		l.resumes(c, a)
	}
	l.tell(a)
	for _, m := range r.Batch.Messages {
		if m.Method == mcp.Initialized {
			c.who.ready = true
		}
	}
	if e.HTTP == nil { // nothing answers a notification on a pipe
		for _, q := range a.asks {
			if q.id == "" {
				l.answered(c, q, e.At, true)
			}
		}
	}
}

// read finds the messages of an event.
func read(r *faults.Request, e *cassettes.Event) {
	switch {
	case e.Message != nil:
		r.Batch.Messages = []jsonrpc.Message{jsonrpc.One(e.Message)}
	case e.Messages != nil:
		r.Batch.Array = true
		for _, raw := range e.Messages {
			r.Batch.Messages = append(r.Batch.Messages, jsonrpc.One(raw))
		}
	case e.Raw != nil:
		r.Invalid = true
	}
	for _, m := range r.Batch.Messages {
		if m.Kind == jsonrpc.Invalid {
			r.Invalid, r.Batch = true, jsonrpc.Batch{}
			return
		}
	}
}

// questions notes what of a request is to be answered.
func (l *ledger) questions(c *carrier, a *act) {
	r := a.request
	shown := l.label(c)
	c.latest, c.begins = nil, nil
	a.alias = c.who.number > 0 && !c.who.pipe && c.shown != "" && c.shown != c.who.id
	for i := range r.Batch.Messages {
		m := &r.Batch.Messages[i]
		if m.Kind == jsonrpc.Response {
			continue
		}
		l.asks++
		q := &question{number: l.asks, id: bounded(m.ID), http: r.HTTP, method: bounded([]byte(m.Method)), at: a.at, by: c.who, shown: shown}
		if l.keys != nil {
			q.key = l.keys(m)
		}
		q.modern = (c.pipe || r.Session == faults.NoSession) && faults.Meets(&scenarios.Trigger{Era: "modern"}, r)
		if l.rounds != nil && mcp.TakesInput(m.Method) {
			q.round = l.rounds.name(m)
		}
		if l.rounds != nil && a.retry == nil {
			a.retry = l.rounds.judge(m, q.round)
		}
		if m.Method == mcp.Initialize {
			if c.who == l.loose {
				c.who.begin()
			}
			c.begins = q
		}
		if c.who == l.loose {
			l.tellApart(a, q)
			q.crowd = a.crowd
		}
		if q.id != "" && c.who.ids.add(q.id) && !a.blurred && a.twice == nil {
			r.SameID, a.twice = true, q
		}
		c.who.ask(q)
		c.asks = append(c.asks, q)
	}
	if len(r.Batch.Messages) == 0 {
		a.crowd = c.who == l.loose && l.crowd()
		l.asks++
		c.asks = append(c.asks, &question{number: l.asks, http: r.HTTP, at: a.at, by: c.who, shown: shown})
	}
	if len(c.asks) > 0 {
		c.latest = c.asks[0]
	}
	a.asks = append([]*question{}, c.asks...)
}

// resumes compares a Last-Event-ID with what the session was told.
func (l *ledger) resumes(c *carrier, a *act) {
	who := c.who
	if s := l.sessions.all[c.shown]; s != nil {
		who = s // if it seems to be over
	}
	if n := len(who.cursors); n > 0 {
		a.last = who.cursors[n-1].last()
	}
	given := a.request.Header[mcp.HeaderLastEventID]
	switch {
	case len(given) == 0:
	case who.take(given[0], c.on):
		a.resumes = rightly
	default:
		a.resumes = wrongly
	}
}

// noted takes in a note of mcpmock.
func (l *ledger) noted(c *carrier, e *cassettes.Event) {
	a := &act{at: e.At, on: c, who: c.who, of: c.latest}
	switch e.Note.Kind {
	case "faulted":
		a.kind, a.fault = met, e.Note.Rule
		c.rotate = c.rotate || l.rotates[e.Note.Rule]
		c.quits = c.quits || l.quits[e.Note.Rule]
	case "refused":
		a.kind = refused
		if e.Note.Rule == scenarios.CheckSessionEnded || e.Note.Rule == scenarios.CheckSessionUnknown {
			c.dies = true // its client learns that from the status line
		}
	default:
		return
	}
	l.tell(a)
}
