package replay

import (
	"net/http"
	"sort"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// listen answers GET: the standalone stream, as recorded
// (2025-11-25 basic/transports, "Listening for Messages from the Server").
func (q *probe) listen() {
	c := q.conv
	c.mu.Lock()
	recorded := c.recorded
	c.mu.Unlock()
	if !q.p.listens(recorded) {
		q.send(http.StatusMethodNotAllowed, http.Header{"Allow": {"POST, DELETE"}}, nil)
		q.note("synthesized", "", "no GET stream was recorded")
		q.said(http.StatusMethodNotAllowed, nil, nil)
		return
	}
	a := q.p.answers.standalone(recorded, q.p.index.Sessions[recorded])
	c.mu.Lock()
	c.listening++
	c.signal() // answers wait for questions that can now be asked
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.listening--
		c.signal()
		c.mu.Unlock()
		c.touch(q.p.now())
	}()
	s := q.stream(http.StatusOK, q.header(a))
	defer s.end()
	defer c.forget(q)
	r := &run{session: c.id}
	for {
		l, ok := q.nextStandalone(a)
		if !ok {
			return
		}
		if l.method == "" && l.raw && l.frame == nil {
			c.sentStandalone()
			return // the server ended the stream here
		}
		if l.kind == jsonrpc.Request {
			if r.question = c.ask(q, l, q.p.recordedAnswer(l)); r.question == nil {
				q.note("noted", "capability", "the client lacks the capability for "+l.method+"; it was not asked")
				c.sentStandalone()
				continue
			}
		}
		if l.token != "" {
			if r.token = c.token(l.token); r.token == nil { // nobody asked for this progress
				c.sentStandalone()
				continue
			}
		}
		there := s.send(l, r)
		c.sentStandalone()
		if !there {
			return
		}
	}
}

// sentStandalone counts a line of the standalone stream that was taken as
// sent, and wakes the answers that waited for it.
func (c *conversation) sentStandalone() {
	c.mu.Lock()
	c.sent++
	c.signal()
	c.mu.Unlock()
}

// nextStandalone waits for the next line of the standalone stream: until the
// client message that preceded it on the tape has come, or a later one.
func (q *probe) nextStandalone(a *answer) (*line, bool) {
	var next *line
	ok := q.wait(func(c *conversation) bool {
		if c.listened >= len(a.lines) || a.lines[c.listened].after > c.reached {
			return false
		}
		next = &a.lines[c.listened]
		c.listened++
		return true
	})
	return next, ok
}

// listens reports whether GET opens a stream: as recorded in that session,
// else in any, else where sessions are used.
func (p *Player) listens(session int) bool {
	s := p.index.Sessions[session]
	switch {
	case len(s.Listens) > 0:
		return true
	case s.NoListen:
		return false
	case p.index.listens != p.index.refuses:
		return p.index.listens
	}
	return p.mode == "required"
}

// standalone returns what a recorded session has on its GET streams, one
// after the other: the client of this run may open more or fewer of them.
func (a *answers) standalone(session int, s cassettes.Session) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ans := a.listens[session]; ans != nil {
		return ans
	}
	ans := &answer{session: session, status: http.StatusOK, stream: true}
	for i, opening := range s.Listens {
		a.collect(ans, opening, s.Label, i == len(s.Listens)-1)
	}
	a.listens[session] = ans
	return ans
}

// collect adds the lines of one recorded GET stream. Where the server ended
// it and the client opened another, a bare line stands for the end; the end of
// the last one went with the session.
func (a *answers) collect(ans *answer, opening int, label string, last bool) {
	replies, err := a.index.Carrier(opening)
	if err != nil {
		return // the tape cannot be read any more; the stream stays silent
	}
	for _, r := range replies {
		ans.take(r.Event)
		if r.From != cassettes.Server {
			continue
		}
		for _, l := range linesOf(r) {
			if l.kind == jsonrpc.Response {
				continue // of a resumed stream: it goes out as the answer to its request
			}
			l.stamp(nil, nil, label)
			ans.lines = append(ans.lines, l)
		}
		if r.End == cassettes.EOF && !last {
			ans.lines = append(ans.lines, line{raw: true, event: r.Index, after: r.After})
		}
	}
}

// standaloneDue reports whether something on the GET stream, which on the tape
// came between two events, is due but has not been sent, or is a question that
// has not been answered. The caller holds the conversation's mu.
func (p *Player) standaloneDue(c *conversation, from, until int) bool {
	if c.listening == 0 {
		return false
	}
	p.answers.mu.RLock()
	a := p.answers.listens[c.recorded]
	p.answers.mu.RUnlock()
	if a == nil {
		return false
	}
	// Lines are in the order of the tape.
	first := sort.Search(len(a.lines), func(i int) bool { return a.lines[i].event > from })
	for i := first; i < len(a.lines) && a.lines[i].event < until; i++ {
		l := &a.lines[i]
		if l.after > c.reached {
			return false // and so are all after it
		}
		if i >= c.sent || l.kind == jsonrpc.Request && l.answered >= 0 && l.answered < until && c.unanswered(nil, l.event) {
			return true
		}
	}
	return false
}

// recordedAnswer returns the client's answer to a question on the tape.
func (p *Player) recordedAnswer(l *line) []byte {
	if l.answered < 0 {
		return nil
	}
	e, err := p.index.Event(l.answered)
	if err != nil {
		return nil
	}
	return e.Message
}
