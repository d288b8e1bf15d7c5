package verdicts

import (
	"net/http"
	"net/url"
	"strings"
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
	keys     func(m *jsonrpc.Message) uint64 // nil where nobody asks for them
	rotates  map[string]bool                 // faults that give a session a new id
	tell     func(*act)
	loose    *session // of clients that show no id
	begun    int      // sessions so far
	sessions *shelf[string, *session]
	leaked   *shelf[string, struct{}]
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
)

func newLedger(tell func(*act), keys func(*jsonrpc.Message) uint64, rotates map[string]bool) *ledger {
	return &ledger{
		keys: keys, rotates: rotates, tell: tell, loose: &session{},
		sessions: newShelf[string](maxSessions, func(s *session) bool { return !s.over }),
		leaked:   newShelf[string](maxLeaked, func(struct{}) bool { return false }),
	}
}

// A carrier is one HTTP request with its response, or a pipe, while it is
// open.
type carrier struct {
	on     int
	docket *docket // of its space
	who    *session
	verb   string // HTTP method; "" for stdio
	shown  string // the session id that the request showed
	asks   []*question
	latest *question // the first of the latest request or line; faults are about it
	begins *question // an initialize that may open a session
	pipe   bool      // the messages of a session come on it
	status int
	stream bool // an event stream that has not ended
	rotate bool // the session id of the response is a new one of the session
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
	return c.status != 0 && !c.stream && !c.pipe && c.settled()
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
		c.pipe, c.who = true, &session{number: l.begun, pipe: true}
		l.tell(&act{kind: did, at: e.At, on: c, who: c.who, request: &faults.Request{Client: faults.Connects}})
	}
	read(r, e)
	if e.HTTP != nil {
		l.locate(c, r, e.HTTP)
	} else if c.who.initialized {
		r.Session = faults.Known
	}
	c.asks = c.asks[:0]
	a := &act{kind: asked, at: e.At, on: c, who: c.who, request: r}
	l.questions(c, a)
	if c.who.used {
		r.Idle, r.Since = e.At-c.who.last, e.At-c.who.first
	} else {
		c.who.used, c.who.first = true, e.At
	}
	c.who.last = e.At
	r.State, r.InFlight = c.who.state(), len(c.who.open)
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

// locate finds the session that an HTTP request belongs to.
func (l *ledger) locate(c *carrier, r *faults.Request, h *cassettes.HTTP) {
	c.who = l.loose
	if ids := r.Header[mcp.HeaderSessionID]; len(ids) > 0 && ids[0] != "" {
		c.shown = strings.Clone(ids[0])
	} else if h.Query != "" && h.Method == http.MethodPost {
		c.shown = l.named(h.Query)
	}
	if c.shown == "" {
		return
	}
	c.who = &session{} // a stranger's, until it is known
	switch s := l.sessions.all[c.shown]; {
	case s != nil && s.over:
		r.Session = faults.Ended
	case s != nil:
		c.who = s
		if !s.pipe || s.initialized {
			r.Session = faults.Known
		}
	default:
		r.Session = faults.Unknown
		if _, leaked := l.leaked.all[c.shown]; leaked {
			r.Session = faults.Leaked
		}
	}
}

// named returns the session id in a query, as clients of HTTP+SSE have it: one
// of a session that is known, else what the usual names give.
func (l *ledger) named(query string) string {
	values, _ := url.ParseQuery(query) // what can be read of it
	for _, list := range values {
		for _, v := range list {
			if s := l.sessions.all[v]; s != nil && s.pipe {
				return v
			}
		}
	}
	for _, name := range [...]string{"sessionId", "session_id"} {
		if v := values.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// label is what the session id of a carrier is called in evidence.
func (l *ledger) label(c *carrier) string {
	switch s := l.sessions.all[c.shown]; {
	case c.shown == "":
		return c.who.called()
	case s != nil:
		return s.called()
	}
	if _, leaked := l.leaked.all[c.shown]; leaked {
		return "an id that no initialize has given"
	}
	return "an unknown session id"
}

// questions notes what of a request is to be answered.
func (l *ledger) questions(c *carrier, a *act) {
	r := a.request
	shown := l.label(c)
	c.latest, c.begins = nil, nil
	for i := range r.Batch.Messages {
		m := &r.Batch.Messages[i]
		if m.Kind == jsonrpc.Response {
			continue
		}
		q := &question{id: string(m.ID), http: r.HTTP, method: strings.Clone(m.Method), at: a.at, by: c.who, shown: shown}
		if l.keys != nil {
			q.key = l.keys(m)
		}
		if m.Method == mcp.Initialize {
			if c.who == l.loose {
				c.who.begin()
			}
			c.begins = q
		}
		if q.id != "" && c.who.ids.add(q.id) && c.who.begun < 2 {
			r.SameID = true
		}
		c.who.ask(q)
		c.asks = append(c.asks, q)
	}
	if len(r.Batch.Messages) == 0 {
		c.asks = append(c.asks, &question{http: r.HTTP, at: a.at, by: c.who, shown: shown})
	}
	if len(c.asks) > 0 {
		c.latest = c.asks[0]
	}
	a.asks = append([]*question{}, c.asks...)
}

// resumes compares a Last-Event-ID with what the session was told.
func (l *ledger) resumes(c *carrier, a *act) {
	if n := len(c.who.cursors); n > 0 {
		a.last = c.who.cursors[n-1].last
	}
	given := a.request.Header[mcp.HeaderLastEventID]
	switch {
	case len(given) == 0:
	case c.who.take(given[0], c.on):
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
	case "refused":
		a.kind = refused
		if e.Note.Rule == scenarios.CheckSessionEnded || e.Note.Rule == scenarios.CheckSessionUnknown {
			l.over(c)
		}
	default:
		return
	}
	l.tell(a)
}

// over ends the session that a carrier showed the id of.
func (l *ledger) over(c *carrier) {
	if s := l.sessions.all[c.shown]; s != nil && !s.over {
		s.close()
	}
}
