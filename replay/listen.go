package replay

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"sort"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// listen answers GET: a standalone stream, as recorded, or the rest of a
// stream that broke off (2025-11-25 basic/transports, "Listening for Messages
// from the Server" and "Resumability and Redelivery").
func (q *visit) listen() {
	c := q.conv
	if q.resumesWrong() {
		return
	}
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
	standing := q.p.answers.standing(recorded, false)
	q.open(s, http.StatusOK, q.header(standing))
	q.prime(s, standing.lines)
	q.greet()
	q.stand(s)
}

// greet sends the comment with which the dialect begins every standalone
// stream, before anything that is on the tape.
func (q *visit) greet() {
	if opening := q.p.style.opening; opening != "" {
		q.say(&line{raw: true, frame: &sse.Frame{Comments: []string{" " + opening}}}, &run{})
	}
}

// opens reports whether a line is nothing but that comment.
func (l *line) opens(opening string) bool {
	return l.raw && l.cut == "" && l.frame != nil && !l.frame.HasData && !l.frame.HasID && slices.Equal(l.frame.Comments, []string{" " + opening})
}

// resumes returns the stream that a GET goes on with, and after which event;
// nil where it opens one.
func (q *visit) resumes() (*stream, int) {
	if last := q.HTTP.Header[mcp.HeaderLastEventID]; len(last) > 0 {
		return q.keptStream(last[0])
	}
	return nil, 0
}

// stand performs the standalone stream on this connection.
func (q *visit) stand(s *stream) {
	c := q.conv
	c.attend(1)
	how := q.p.stand(c, q)
	c.attend(-1)
	c.touch(q.p.clock.Now())
	if !c.leave(s, q) {
		c.forget(q)
	}
	q.release()
	q.saidEnd(cmp.Or(how, cassettes.EOF))
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
	for {
		standing, n := p.nextStanding(c, on)
		if standing == nil || !p.inTime(c, on, standing, n) {
			return ""
		}
		l := &standing.lines[n]
		switch p.standLine(c, on, standing, n) {
		case left:
			return ""
		case cut:
			return l.cut
		}
	}
}

// nextStanding waits until the next line of the standalone stream may be said.
// It returns nil where the client is gone.
func (p *Player) nextStanding(c *conversation, on stage) (standing *answer, n int) {
	p.wait(c, on, func() <-chan struct{} {
		if c.standing == nil || c.listened >= len(c.standing.lines) {
			return c.arrival(math.MaxInt)
		}
		return c.arrival(c.standing.lines[c.listened].after)
	}, func() bool {
		if c.standing == nil || c.listened >= len(c.standing.lines) || c.standing.lines[c.listened].after > c.reached {
			return false
		}
		standing, n = c.standing, c.listened
		return true
	})
	return standing, n
}

// standLine says the n-th line, unless another stage has done so meanwhile:
// each is said on one stage alone (2025-11-25 basic/transports, "Multiple
// Connections"). It counts as said when it has gone its way, so a stage that
// is taken over loses none.
func (p *Player) standLine(c *conversation, on stage, standing *answer, n int) result {
	select {
	case c.speaking <- struct{}{}:
		defer func() { <-c.speaking }()
	case <-on.gone():
		return left
	case <-c.ended:
		return left
	case <-p.closing:
		return left
	}
	c.mu.Lock()
	mine := c.standing == standing && c.listened == n
	c.mu.Unlock()
	if !mine {
		return allSaid
	}
	l := &standing.lines[n]
	r := &run{session: c.id, conv: c}
	switch {
	case l.cut != "":
		c.stood(standing, n)
		if on.cuts(true) {
			return cut
		}
		return allSaid
	case l.primes() && c.before(mcp.V20251125):
		c.stood(standing, n)
		return allSaid
	case l.kind == jsonrpc.Request:
		if r.question = c.ask(nil, on, l, p.recordedAnswer(l)); r.question == nil {
			on.note("noted", "capability", "the client lacks the capability for "+l.method+"; it was not asked")
			c.stood(standing, n)
			return allSaid
		}
	case l.method == mcp.ResourcesUpdated && p.taped.modern && !c.wantsUpdate(l):
		c.stood(standing, n)
		return allSaid
	case l.token != "":
		if r.token = c.token(l.token); r.token == nil { // nobody asked for this progress
			c.stood(standing, n)
			return allSaid
		}
	}
	taken, there := on.say(l, r)
	if taken {
		c.stood(standing, n)
	}
	if !there {
		return left
	}
	return allSaid
}

// wantsUpdate reports whether a client that is told of changes on a tape of the
// modern era has subscribed to the resource.
func (c *conversation) wantsUpdate(l *line) bool {
	uri := stringOf(jsonrpc.One(l.text).Params, "uri")
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.standing.exchange != noExchange || c.follows[uri]
}

// inTime waits for the recorded time of a line of the standalone stream: that
// since the line before it, or since the client message before it where that
// was later.
func (p *Player) inTime(c *conversation, on stage, standing *answer, n int) bool {
	if p.pace == 0 {
		return true
	}
	c.mu.Lock()
	l, since, at := &standing.lines[n], c.heard, time.Duration(0)
	if l.after >= 0 {
		at = l.asked
	}
	if n > 0 && standing.lines[n-1].at > at {
		since, at = c.spoke, standing.lines[n-1].at
	}
	c.mu.Unlock()
	if since.IsZero() {
		since = p.clock.Now()
	}
	d := p.gap(l.at-at) - p.clock.Now().Sub(since)
	return d <= 0 || p.pause(c, on, d)
}

// stood counts the n-th line of the standalone stream as said, and wakes the
// answers that waited for it.
func (c *conversation) stood(standing *answer, n int) {
	c.mu.Lock()
	if c.standing == standing {
		c.listened, c.spoke = n+1, c.space.now()
	}
	c.signal()
	c.arrive()
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
	case p.index.Listens != p.index.Refuses:
		return p.index.Listens
	}
	return p.mode == "required"
}

// standing returns what a recorded session has on its standalone streams, one
// after the other: the client of this run may open more or fewer of them. On a
// pipe progress is left to the answers that it is about.
func (a *answers) standing(session int, piped bool) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ans := a.listens[session]; ans != nil {
		return ans.on(piped)
	}
	s := a.index.Sessions[session]
	ans := &answer{session: session, status: http.StatusOK, stream: true}
	for i, opening := range s.Listens {
		a.collect(ans, opening, s, i == len(s.Listens)-1)
	}
	if a.style.opening != "" {
		ans.lines = slices.DeleteFunc(ans.lines, func(l line) bool { return l.opens(a.style.opening) })
	}
	if ans.header == nil { // none was recorded
		ans.header = http.Header{}
		a.framing.headers(ans.header)
	}
	if a.style.resumable {
		ans.identify(a.framing.plain)
	}
	for i := range ans.lines {
		if ans.lines[i].token == "" {
			ans.piped = append(ans.piped, ans.lines[i])
		}
		a.listening += 256 + len(ans.lines[i].text)
	}
	if a.listening > keepAnswers {
		clear(a.listens)
		a.listening = 0
	}
	both := &standingAnswer{stream: ans, pipe: &answer{session: session, lines: ans.piped}}
	a.listens[session] = both
	return both.on(piped)
}

// A standingAnswer is a standalone stream, as a GET and as a pipe has it.
type standingAnswer struct{ stream, pipe *answer }

func (s *standingAnswer) on(piped bool) *answer {
	if piped {
		return s.pipe
	}
	return s.stream
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
// the tape came between two events, is due but has not been said, or is a
// question that has not been answered. The caller holds mu.
func (c *conversation) standingDue(from, until int) bool {
	if c.listening == 0 || c.standing == nil || len(c.standing.lines) == 0 {
		return false
	}
	for _, q := range c.questions {
		if q.turn == nil && q.event > from && q.event < until && q.answered >= 0 && q.answered < until {
			return true
		}
	}
	lines := c.standing.lines // in the order of the tape
	first := sort.Search(len(lines), func(i int) bool { return lines[i].event > from })
	next := max(first, c.listened)
	return next < len(lines) && lines[next].event < until && lines[next].after <= c.reached
}

// recordedAnswer returns the client's answer to a question on the tape.
func (p *Player) recordedAnswer(l *line) []byte {
	if l.answered < 0 || l.input != nil {
		return l.reply
	}
	e, err := p.index.Event(l.answered)
	if err != nil {
		return nil
	}
	return e.Message
}
