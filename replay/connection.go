package replay

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// A connection is the response to an HTTP request while it is an event
// stream.
type connection struct {
	ctx     context.Context
	stop    context.CancelFunc // for another connection takes over
	rc      *http.ResponseController
	buf     []byte
	head    bool      // the headers are on their way
	bounded time.Time // when the write deadline was set
	pinged  time.Time // when the last ping was due, or the stream was opened
}

// open begins an event stream. Its headers go out with the first line, or as
// soon as there is something to wait for.
func (q *visit) open(s *stream, status int, h http.Header) {
	q.stream = s
	q.connection = connection{rc: http.NewResponseController(q.w)}
	q.connection.ctx, q.connection.stop = context.WithCancel(q.HTTP.Context())
	h["Content-Type"] = contentStream
	q.w.WriteHeader(status)
	q.saidHead(status, h)
	q.unbind()
}

// writeTimeout is how long a client that does not read holds up a stream.
const writeTimeout = 30 * time.Second

// flush sends what was written. It reports whether that worked.
func (c *connection) flush() bool {
	c.head = true
	return c.rc.Flush() == nil
}

// transmit writes a frame and flushes it. It reports whether that worked. Where
// the answer is edited, that may wait, and bounds each write itself.
func (q *visit) transmit(frame []byte) bool {
	c := &q.connection
	if now := time.Now(); q.edited == nil && now.Sub(c.bounded) > time.Second {
		c.bounded = now
		_ = c.rc.SetWriteDeadline(now.Add(writeTimeout))
	}
	if q.edited != nil && c.ctx.Err() != nil { // superseded: no deadline of ours stops the write
		return false
	}
	_, err := q.w.Write(frame)
	return err == nil && c.flush() && c.ctx.Err() == nil
}

// release lets the connection be used again.
func (q *visit) release() {
	q.connection.stop()
	if !q.connection.bounded.IsZero() {
		_ = q.connection.rc.SetWriteDeadline(time.Time{})
	}
}

// supersede makes the connection let go of its stream. It must still carry
// it: then its handler has not returned.
func (q *visit) supersede() {
	q.connection.stop()
	_ = q.connection.rc.SetWriteDeadline(time.Now())
}

// say sends a line of the stream that this connection carries.
func (q *visit) say(l *line, r *run) (taken, there bool) {
	n, mine := q.conv.keep(q.stream, q, l, r)
	return mine, mine && q.repeat(l, r, n)
}

// repeat sends a line as the n-th event of its stream.
func (q *visit) repeat(l *line, r *run, n int) bool {
	var message []byte
	if !l.raw {
		message = l.append(nil, r)
	}
	id := ""
	if l.frame != nil && l.frame.HasID {
		id = q.p.eventID(q.stream.id, n)
	}
	q.connection.buf = q.p.framing.append(q.connection.buf[:0], l.frame, message, id)
	q.saidFrame(l, message, id) // before the client can act on it
	return q.transmit(q.connection.buf)
}

func (q *visit) gone() <-chan struct{} {
	if q.stream != nil {
		return q.connection.ctx.Done()
	}
	return q.HTTP.Context().Done()
}

// apart is short: each answer has a connection of its own.
func (q *visit) apart() time.Duration { return 5 * time.Millisecond }

// silent is never closed: a client may always send another request.
func (q *visit) silent() <-chan struct{} { return nil }

// cuts reports whether the connection ends before its stream does.
func (q *visit) cuts(standalone bool) bool {
	return q.p.mode != "stateless" && (standalone || q.conv.canResume(q.stream))
}

// hold prepares for a wait: the client gets the headers of its stream, and
// the time for reading the request no longer bounds the answer.
func (q *visit) hold() {
	if q.stream != nil && !q.connection.head {
		q.connection.flush()
	}
	q.unbind()
}

// unbind lifts the server's ReadTimeout, which would end a long answer too.
func (q *visit) unbind() {
	if !q.unbound {
		_ = http.NewResponseController(q.w).SetReadDeadline(time.Time{})
	}
	q.unbound = true
}

// eventID makes the id of an event: its stream's number, and which of the
// stream's events it is (2025-11-25 basic/transports, "Resumability and
// Redelivery").
func (p *Player) eventID(stream, n int) string {
	if p.dialect.Session.Events != "base32" {
		return strconv.Itoa(stream) + "-" + strconv.Itoa(n)
	}
	b := p.salt
	binary.BigEndian.PutUint32(b[len(b)-4:], uint32(stream))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]) + "_" + strconv.Itoa(n-1)
}

// eventOf takes an event's id apart: the number of its stream, and which of
// the stream's events it is.
func (p *Player) eventOf(id string) (stream, n int, ok bool) {
	if p.dialect.Session.Events != "base32" {
		first, second, _ := strings.Cut(id, "-")
		stream, err := strconv.Atoi(first)
		if err != nil {
			return 0, 0, false
		}
		n, err := strconv.Atoi(second)
		return stream, n, err == nil
	}
	first, second, _ := strings.Cut(id, "_")
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(first)
	n, err2 := strconv.Atoi(second)
	if err != nil || err2 != nil || len(b) != len(p.salt) || !bytes.Equal(b[:len(b)-4], p.salt[:len(b)-4]) {
		return 0, 0, false
	}
	return int(binary.BigEndian.Uint32(b[len(b)-4:])), n + 1, true
}

// messageFrame is a frame as servers make it that keep no ids.
var messageFrame = sse.Frame{Event: "message", HasEvent: true}
