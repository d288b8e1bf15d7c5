package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// resumesWrong answers a GET with Last-Event-ID as a fault has it, where one
// does. It reports whether that was the whole answer.
func (q *visit) resumesWrong() bool {
	if q.edits == nil || q.edits.Stream == nil || len(q.HTTP.Header[mcp.HeaderLastEventID]) == 0 {
		return false
	}
	s, _ := q.resumes()
	switch q.edits.Stream.Resume {
	case "empty":
		q.open(&stream{id: q.carrier, on: q}, http.StatusOK, q.w.Header())
		defer q.release()
		q.connection.flush()
		select {
		case <-q.gone():
		case <-q.conv.ended:
		case <-q.p.closing:
		}
		return true
	case "close":
		q.open(&stream{id: q.carrier, on: q}, http.StatusOK, q.w.Header())
		q.release()
		return true
	case "all":
		if s != nil {
			q.resume(s, q.conv.forgotten(s))
			return true
		}
	case "other":
		if other := q.conv.other(s); other != nil {
			q.resume(other, q.conv.forgotten(other))
			return true
		}
	}
	return false
}

// forgotten returns the latest event of a stream that can not be sent again.
func (c *conversation) forgotten(s *stream) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.gone
}

// other returns the latest stream that a client can come back to and that is
// not s, or nil.
func (c *conversation) other(s *stream) *stream {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.resumable) - 1; i >= 0; i-- {
		if o := c.streams[c.resumable[i]]; o != s {
			return o
		}
	}
	return nil
}
