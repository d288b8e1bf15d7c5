package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A stream is what the server says on one event stream: the answer to a POST,
// or what a GET listens to. Where its events carry ids it outlives its
// connection, and the client can come back for what it has not got
// (2025-11-25 basic/transports, "Resumability and Redelivery").
type stream struct {
	id   int    // of the request that opened it; the ids of its events begin with it
	turn *turn  // what it is the answer of; nil for a standalone stream
	on   *visit // whose connection carries it, or nil; under the conversation's mu
	over bool   // nothing more will be said; likewise
	said []kept // likewise
	gone int    // events that are too old to be repeated; likewise
}

// kept is an event that can be sent again.
type kept struct {
	l               *line
	token, question []byte
}

// The bounds of what a client can come back for: streams of a conversation,
// and events of each.
const (
	maxStreams = 256
	maxKept    = 4096
)

// keep takes note of an event that is about to be sent on a stream, and
// returns its number. It says false where another connection carries the
// stream by now.
func (c *conversation) keep(s *stream, by *visit, l *line, r *run) (n int, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.on != by {
		return 0, false
	}
	if l.frame == nil || !l.frame.HasID {
		return 0, true
	}
	if len(s.said) == 0 && s.gone == 0 {
		c.remember(s)
	}
	if len(s.said) >= maxKept {
		old := len(s.said) / 2
		s.said = append([]kept{}, s.said[old:]...)
		s.gone += old
	}
	s.said = append(s.said, kept{l, r.token, r.question})
	return s.gone + len(s.said), true
}

// remember makes a stream one that a client can come back to. The caller
// holds mu.
func (c *conversation) remember(s *stream) {
	if c.streams == nil {
		c.streams = map[int]*stream{}
	}
	if len(c.resumable) >= maxStreams {
		old := c.streams[c.resumable[0]]
		delete(c.streams, c.resumable[0])
		c.resumable = c.resumable[1:]
		if old.on == nil && old.turn != nil {
			c.dropLocked(old.turn)
		}
	}
	c.streams[s.id] = s
	c.resumable = append(c.resumable, s.id)
}

// keptStream returns the stream of which an event id tells, and which of its
// events that is; nil where it is the id of none that is kept.
func (q *visit) keptStream(id string) (s *stream, n int) {
	of, n, ok := q.p.eventOf(id)
	if !ok {
		return nil, 0
	}
	c := q.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	s = c.streams[of]
	if s == nil || n <= s.gone || n > s.gone+len(s.said) {
		return nil, 0
	}
	return s, n
}

// leave takes a connection off its stream. It reports whether the stream
// lives on: its client can come back, or has done so.
func (c *conversation) leave(s *stream, by *visit) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.on != by {
		return true
	}
	s.on = nil
	return c.streams[s.id] == s && (s.turn == nil || !s.turn.cancelled)
}

// finish ends a stream's turn.
func (s *stream) finish() {
	c := s.turn.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	s.over, s.on = true, nil
	c.dropLocked(s.turn)
}

// canResume reports whether the client has got an event of the stream that it
// can come back with.
func (c *conversation) canResume(s *stream) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[s.id] == s
}

// resume goes on with a stream after event n on this connection: what was
// sent after it is sent again, and then the rest.
func (q *visit) resume(s *stream, n int) {
	c := q.conv
	q.open(s, http.StatusOK, q.header(&answer{}))
	c.mu.Lock()
	if s.on != nil {
		s.on.supersede()
	}
	s.on = q
	again := append([]kept{}, s.said[n-s.gone:]...)
	over := s.over
	c.mu.Unlock()
	r := run{session: c.id}
	if s.turn != nil {
		r.id = s.turn.run.id
	}
	for i, k := range again {
		r.token, r.question = k.token, k.question
		if !q.repeat(k.l, &r, n+i+1) {
			c.leave(s, q)
			q.release()
			return
		}
	}
	switch {
	case s.turn == nil:
		q.stand(s)
	case over:
		c.leave(s, q)
		q.release()
		q.saidEnd(cassettes.EOF)
	default:
		q.goOn(s)
	}
}
