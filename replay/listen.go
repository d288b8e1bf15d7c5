package replay

import (
	"math"
	"net/http"
	"sort"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// listen answers GET: a standalone stream, as recorded, or the rest of a
// stream that broke off (2025-11-25 basic/transports, "Listening for Messages
// from the Server" and "Resumability and Redelivery").
func (q *probe) listen() {
	c := q.conv
	if s, n := q.resumes(); s != nil {
		q.resume(s, n)
		return
	}
	c.mu.Lock()
	recorded := c.recorded
	c.mu.Unlock()
	if !q.p.listens(recorded) {
		q.send(http.StatusMethodNotAllowed, http.Header{"Allow": {"POST, DELETE"}}, nil)
		q.note("synthesized", "", "no GET stream was recorded")
		q.said(http.StatusMethodNotAllowed, nil, nil)
		return
	}
	s := &stream{id: q.carrier, on: q}
	q.open(s, http.StatusOK, q.header(q.p.standing(recorded)))
	q.stand(s)
}

// resumes returns the stream that a GET goes on with, and after which event;
// nil where it opens one.
func (q *probe) resumes() (*stream, int) {
	if last := q.r.Header[mcp.HeaderLastEventID]; len(last) > 0 {
		return q.conv.stream(last[0])
	}
	return nil, 0
}

// stand performs the standalone stream on this connection.
func (q *probe) stand(s *stream) {
	c := q.conv
	c.attend(1)
	how := q.p.stand(c, q)
	c.attend(-1)
	c.touch(q.p.clock.Now())
	if !c.leave(s, q) {
		c.forget(q)
	}
	q.release()
	if how == cassettes.Reset {
		panic(http.ErrAbortHandler)
	}
}

// attend notes that the client begins to listen, or ends: answers wait for
// what it can then be told and asked.
func (c *conversation) attend(n int) {
	c.mu.Lock()
	c.listening += n
	c.signal()
	c.mu.Unlock()
}

// stand says what the recorded session has on its standalone stream, each
// line when the client message that preceded it on the tape has come, or a
// later one. It returns how the connection is to end where the tape says so.
func (p *Player) stand(c *conversation, on stage) cassettes.End {
	r := &run{session: c.id}
	for {
		l, n := p.nextStanding(c, on)
		if l == nil {
			return ""
		}
		if l.cut != "" {
			c.stood()
			if on.cuts(true) {
				return l.cut
			}
			continue
		}
		if !p.inTime(c, on, n) {
			return ""
		}
		if l.kind == jsonrpc.Request {
			if r.question = c.ask(nil, on, l, p.recordedAnswer(l)); r.question == nil {
				on.note("noted", "capability", "the client lacks the capability for "+l.method+"; it was not asked")
				c.stood()
				continue
			}
		}
		if l.token != "" {
			if r.token = c.token(l.token); r.token == nil { // nobody asked for this progress
				c.stood()
				continue
			}
		}
		taken, there := on.say(l, r)
		if !taken {
			c.untake(n)
			return ""
		}
		c.stood()
		if !there {
			return ""
		}
	}
}

// nextStanding waits for the next line of the standalone stream. It returns
// nil where the client is gone.
func (p *Player) nextStanding(c *conversation, on stage) (next *line, n int) {
	due := func() bool {
		if c.standing == nil || c.listened >= len(c.standing.lines) || c.standing.lines[c.listened].after > c.reached {
			return false
		}
		next, n = &c.standing.lines[c.listened], c.listened
		c.listened++
		return true
	}
	p.wait(c, on, func() <-chan struct{} {
		if c.standing == nil || c.listened >= len(c.standing.lines) {
			return c.arrival(math.MaxInt)
		}
		return c.arrival(c.standing.lines[c.listened].after)
	}, due)
	return next, n
}

// inTime waits for the recorded time of a line of the standalone stream: that
// since the line before it, or since the client message before it where that
// was later.
func (p *Player) inTime(c *conversation, on stage, n int) bool {
	if p.pace == 0 {
		return true
	}
	c.mu.Lock()
	l, since, at := &c.standing.lines[n], c.heard, time.Duration(0)
	if l.after >= 0 {
		at = l.asked
	}
	if n > 0 && c.standing.lines[n-1].at > at {
		since, at = c.spoke, c.standing.lines[n-1].at
	}
	c.mu.Unlock()
	if since.IsZero() {
		since = p.clock.Now()
	}
	if d := p.gap(l.at-at) - p.clock.Now().Sub(since); d > 0 && !p.pause(c, on, d) {
		return false
	}
	c.mu.Lock()
	c.spoke = p.clock.Now()
	c.mu.Unlock()
	return true
}

// stood counts a line of the standalone stream that was taken as sent, and
// wakes the answers that waited for it.
func (c *conversation) stood() {
	c.mu.Lock()
	c.sent++
	c.signal()
	c.mu.Unlock()
}

// untake gives a line back that another connection is to send.
func (c *conversation) untake(n int) {
	c.mu.Lock()
	if c.listened == n+1 {
		c.listened = n
		c.arrive()
	}
	c.mu.Unlock()
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

// standing returns what a recorded session has on its standalone streams, one
// after the other: the client of this run may open more or fewer of them.
func (p *Player) standing(session int) *answer {
	return p.answers.standing(session, p.index.Sessions[session])
}

func (a *answers) standing(session int, s cassettes.Session) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ans := a.listens[session]; ans != nil {
		return ans
	}
	ans := &answer{session: session, status: http.StatusOK, stream: true}
	for i, opening := range s.Listens {
		a.collect(ans, opening, s, i == len(s.Listens)-1)
	}
	if a.style.resumable {
		ans.identify()
	}
	a.listens[session] = ans
	return ans
}

// collect adds the lines of one recorded stream. Where the server ended it and
// the client opened another, a line stands for the end; the end of the last
// one went with the session.
func (a *answers) collect(ans *answer, opening int, s cassettes.Session, last bool) {
	replies, err := a.index.Chain(opening)
	if err != nil {
		return // the tape cannot be read any more; the stream stays silent
	}
	asked := -1
	var at time.Duration
	for _, r := range replies {
		if !s.Piped {
			ans.take(r.Event)
		}
		if r.From != cassettes.Server {
			continue
		}
		if r.After >= 0 && r.After != asked {
			if e, err := a.index.Event(r.After); err == nil {
				asked, at = r.After, e.At
			}
		}
		for _, l := range linesOf(r) {
			if l.kind == jsonrpc.Response {
				continue // to nothing that was asked
			}
			l.stamp(nil, nil, s.Label)
			l.asked = at
			ans.lines = append(ans.lines, l)
		}
		if (r.End == cassettes.EOF || r.End == cassettes.Reset) && !last {
			ans.lines = append(ans.lines, line{raw: true, event: r.Index, at: r.At, asked: at, after: r.After, cut: r.End})
		}
	}
}

// standingDue reports whether something on the standalone stream, which on
// the tape came between two events, is due but has not been sent, or is a
// question that has not been answered. The caller holds mu.
func (c *conversation) standingDue(from, until int) bool {
	if c.listening == 0 || c.standing == nil || len(c.standing.lines) == 0 {
		return false
	}
	lines := c.standing.lines // in the order of the tape
	first := sort.Search(len(lines), func(i int) bool { return lines[i].event > from })
	for i := first; i < len(lines) && lines[i].event < until; i++ {
		l := &lines[i]
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
