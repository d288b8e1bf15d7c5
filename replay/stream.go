package replay

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// A stream is an event stream to the client.
type stream struct {
	q       *probe
	ctx     context.Context
	rc      *http.ResponseController
	buf     []byte
	head    bool      // the headers are on their way
	bounded time.Time // when the write deadline was set
}

// stream begins an event stream. Its headers go out with the first line, or as
// soon as there is something to wait for.
func (q *probe) stream(status int, h http.Header) *stream {
	s := &stream{q: q, ctx: q.r.Context(), rc: http.NewResponseController(q.w)}
	h["Content-Type"] = contentStream
	q.w.WriteHeader(status)
	q.saidHead(status, h)
	q.streaming = s
	q.unbind()
	return s
}

// writeTimeout is how long a client that does not read holds up a stream.
const writeTimeout = 30 * time.Second

// flush sends what was written. It reports whether that worked.
func (s *stream) flush() bool {
	s.head = true
	return s.rc.Flush() == nil
}

// send writes one line and flushes it. It reports whether the client is still
// there.
func (s *stream) send(l *line, r *run) bool {
	var message []byte
	if !l.raw {
		message = l.append(nil, r)
	}
	s.buf = s.q.appendFrame(s.buf[:0], l.frame, message)
	if now := time.Now(); now.Sub(s.bounded) > time.Second {
		s.bounded = now
		_ = s.rc.SetWriteDeadline(now.Add(writeTimeout))
	}
	if _, err := s.q.w.Write(s.buf); err != nil || !s.flush() {
		return false
	}
	s.q.saidFrame(l, message)
	return s.ctx.Err() == nil
}

// end lets the connection be used again.
func (s *stream) end() {
	if !s.bounded.IsZero() {
		_ = s.rc.SetWriteDeadline(time.Time{})
	}
}

// appendFrame writes a frame around a message. Where the frame was recorded
// with an id it gets one of this run: unique in the session, and telling the
// stream (2025-11-25 basic/transports, "Resumability and Redelivery").
func (q *probe) appendFrame(dst []byte, recorded *sse.Frame, message []byte) []byte {
	if recorded == nil {
		recorded = &sse.Frame{Event: "message", HasEvent: true}
	}
	f := *recorded
	if f.HasID {
		q.frames++
		f.ID = strconv.Itoa(q.carrier) + "-" + strconv.Itoa(q.frames)
	}
	if message != nil {
		f.Data, f.HasData = message, true
	}
	return f.Append(dst)
}
