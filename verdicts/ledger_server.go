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
)

// said takes in what the server said on a carrier.
func (l *ledger) said(c *carrier, e *cassettes.Event) {
	if c.who == nil { // a server that speaks first, or a request that was forgotten
		return
	}
	if e.HTTP != nil && e.HTTP.Status != 0 {
		l.status(c, e)
	}
	if e.SSE != nil && e.SSE.Event == "endpoint" && c.verb == http.MethodGet && !c.pipe {
		l.endpoint(c, string(e.Raw))
		return
	}
	if e.SSE != nil && e.SSE.ID != "" && !c.who.gone {
		if c.cursor == nil || c.cursor.on != c.on { // the client may have gone on elsewhere
			c.cursor = c.who.cursorOf(c.on)
		}
		c.cursor.add(e.SSE.ID)
	}
	if e.Message != nil {
		l.message(c, e.Message, e.At)
	}
	for _, raw := range e.Messages {
		l.message(c, raw, e.At)
	}
	if e.HTTP != nil && says(e) && !c.who.pipe { // a whole response: what it does not answer is not answered
		for _, q := range c.asks {
			l.dropped(q.by, q)
		}
	}
}

// status takes in a status line.
func (l *ledger) status(c *carrier, e *cassettes.Event) {
	status := e.HTTP.Status
	c.status = status
	good := status < 400
	c.stream = good && !says(e) && strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
	l.shows(c, e.HTTP)
	switch s := l.sessions.all[c.shown]; {
	case s == nil || s.pipe && !c.dies:
	case good && c.verb == http.MethodDelete, s.pipe:
		s.close()
		s.closed = good
	case status == http.StatusNotFound || c.dies:
		l.over(s, c, e.At)
	case status/100 == 2 && s.over: // it lives after all
		c.who = s
		s.over, s.gone, s.initialized, s.ready = false, false, true, true
	}
	for _, q := range c.asks {
		switch {
		case !good:
			l.answered(c, q, e.At, false)
		case q.id == "":
			l.answered(c, q, e.At, status/100 == 2)
		case !c.who.pipe && !c.stream && !says(e) && status != http.StatusOK:
			l.dropped(c.who, q) // accepted, and never answered
		}
	}
}

// shows takes in the session id of a response: that of initialize opens a
// session, any other gives away an id that is none.
func (l *ledger) shows(c *carrier, h *cassettes.HTTP) {
	id := h.Header.Get(mcp.HeaderSessionID)
	if id == "" || l.sessions.all[id] != nil {
		return
	}
	if c.rotate && c.who.number > 0 {
		l.leaked.remove(id)
		l.sessions.add(strings.Clone(id), c.who)
		return
	}
	if c.begins == nil || h.Status/100 != 2 {
		l.leaked.add(strings.Clone(id), struct{}{})
		return
	}
	s := l.open(c, strings.Clone(id))
	l.given = true
	for _, q := range c.asks {
		if q.method == mcp.Initialize && q.by == l.loose {
			l.loose.shaking--
		}
		delete(c.who.open, q.id)
		q.by = s
		s.ids.add(q.id)
		s.ask(q)
	}
	c.who, c.shown = s, ""
	l.tell(&act{kind: opened, at: c.asks[0].at, on: c, who: s, asks: c.asks})
}

// open opens a session with an id, which begins with a carrier.
func (l *ledger) open(c *carrier, id string) *session {
	l.begun++
	s := &session{number: l.begun, id: id, used: true, first: c.asks[0].at, last: c.asks[0].at}
	l.leaked.remove(id)
	l.sessions.add(id, s)
	return s
}

// endpoint makes the stream of HTTP+SSE a pipe. The URL names the session.
func (l *ledger) endpoint(c *carrier, endpoint string) {
	u, err := url.Parse(endpoint)
	if err != nil || len(c.asks) == 0 {
		return
	}
	id := endpoint
	for _, values := range u.Query() {
		if len(values) == 1 && values[0] != "" {
			id = values[0]
		}
	}
	s := l.open(c, strings.Clone(id))
	s.pipe, c.pipe, c.who, c.old = true, true, s, true
	l.tell(&act{kind: did, at: c.asks[0].at, on: c, who: s, request: &faults.Request{HTTP: c.verb, Client: faults.Connects}})
}

// message takes in a message of the server. Only answers matter.
func (l *ledger) message(c *carrier, raw []byte, at time.Duration) {
	m := jsonrpc.One(raw)
	if m.Kind != jsonrpc.Response || m.ID == nil {
		return
	}
	id := bounded(m.ID)
	q := c.who.open[id]
	for _, own := range c.asks { // clients without sessions may have the same ids
		if own.id == id && !own.over {
			q = own
		}
	}
	if q != nil {
		if l.rounds != nil {
			l.rounds.answered(q, m.Result)
		}
		l.answered(c, q, at, m.Error == nil)
	}
}

// answered tells that a question got its answer.
func (l *ledger) answered(c *carrier, q *question, at time.Duration, ok bool) {
	if q.over {
		return
	}
	l.dropped(q.by, q)
	q.had = true
	switch {
	case q.method != mcp.Initialize:
	case ok:
		q.by.initialized = true
	case q.by == l.loose:
		l.loose.shaking--
	}
	l.tell(&act{kind: answered, at: at, on: c, who: q.by, of: q, ok: ok})
}

// dropped forgets a question.
func (l *ledger) dropped(s *session, q *question) {
	q.over = true
	if s.open[q.id] == q {
		delete(s.open, q.id)
	}
}

// ends takes in the end of a carrier. What was not answered on it never will
// be, unless it is a stream that the client can come back to.
func (l *ledger) ends(c *carrier, e *cassettes.Event) {
	if c.ended || c.who == nil {
		return
	}
	c.ended = true
	if c.cursor != nil && c.cursor.on == c.on && e.From == cassettes.Server && e.End == cassettes.EOF {
		c.cursor.arrived()
	}
	left := e.From == cassettes.Client && (c.pipe || c.stream || c.status == 0 || !c.who.pipe && !c.settled())
	if c.cursor == nil && !c.who.pipe || c.status == 0 && c.verb != "" {
		for _, q := range c.asks {
			if !q.over && q.by == l.loose && q.method == mcp.Initialize {
				l.loose.shaking--
			}
			l.dropped(q.by, q)
		}
	}
	if left || c.pipe && e.From != cassettes.Client {
		r := &faults.Request{HTTP: c.verb, Client: faults.Disconnects}
		if c.verb == "" {
			r.Client = faults.Closes
		}
		// A process ends well where its stdin does, unless a fault ends it.
		if left || e.End == cassettes.Exit && e.Code == 0 && !c.quits {
			l.tell(&act{kind: did, at: e.At, on: c, who: c.who, request: r, of: c.latest})
		}
	}
	if c.pipe {
		c.who.close()
		if c.verb == "" {
			l.pipes--
		}
	}
}
