package replay

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// An oldStream passes the answer to a request on, and becomes the stream of a
// session of HTTP+SSE where its first event is that of one: it says where to post
// to. From then on it passes event by event, as a pipe, so that what the faults do
// to the answer of a POST meets the event that answers it. Any other answer passes
// as it comes.
type oldStream struct {
	http.ResponseWriter // which has the journal hear what is written
	q                   *visit
	ctx                 context.Context // of the request upstream
	leave               func()          // ends it

	other  bool // it is no stream of HTTP+SSE, or goes on unseen
	status int
	events sse.Splitter
	relay  *relay // once it is one
	out    *frames
	failed error // of a write
	broken bool  // a fault has broken it off, when it is closed
}

// mayOpenOld reports whether a request may open a stream of HTTP+SSE.
func (q *visit) mayOpenOld() bool {
	return q.Verb == http.MethodGet && accepts(q.HTTP, "text/event-stream", false) && len(q.HTTP.Header[mcp.HeaderSessionID]) == 0
}

func (s *oldStream) WriteHeader(status int) {
	if s.status == 0 && status >= 200 {
		s.status = status
		s.other = s.other || status != http.StatusOK || !isEventStream(s.Header()) || len(s.Header()["Content-Encoding"]) > 0
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *oldStream) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.WriteHeader(http.StatusOK)
	}
	if s.other && s.relay == nil {
		return s.ResponseWriter.Write(p)
	}
	for _, event := range s.events.Feed(p) {
		s.event(bytes.Clone(event))
	}
	if s.other || len(s.events.Rest()) > maxLine {
		s.other = true
		s.rest()
	}
	if s.relay != nil && s.ctx.Err() != nil {
		return 0, io.ErrClosedPipe
	}
	return len(p), s.failed
}

// event passes one whole event on.
func (s *oldStream) event(raw []byte) {
	f := sse.Parse(raw)
	switch {
	case s.relay != nil && s.relay.ctx.Err() != nil: // it is over
	case s.relay != nil && !s.other:
		s.relay.says(f.Data, &f, func() bool { return s.whole(raw) })
	case s.other || s.relay != nil || f.Event != "endpoint" || !s.open(raw, f):
		s.other = s.other || f.HasData
		s.pass(raw)
	}
}

// pass passes on what no fault concerns.
func (s *oldStream) pass(raw []byte) {
	if s.relay != nil {
		s.relay.aloud(false, func() bool { return s.whole(raw) })
	} else if s.failed == nil {
		_, s.failed = s.ResponseWriter.Write(raw)
	}
}

// whole says what no fault concerns on a pipe, unless that is over by now. The
// caller has the floor.
func (s *oldStream) whole(raw []byte) bool {
	select {
	case <-s.relay.gone():
		return false
	case <-s.relay.conv.ended:
		return false
	default:
		return s.out.raw(raw)
	}
}

// rest passes on what has come of an event that is not whole.
func (s *oldStream) rest() {
	if rest := bytes.Clone(s.events.Rest()); len(rest) > 0 {
		s.events = sse.Splitter{}
		s.pass(rest)
	}
}

// FlushError sends what was passed on. A pipe does that itself.
func (s *oldStream) FlushError() error {
	if s.relay != nil {
		return s.ctx.Err()
	}
	return http.NewResponseController(s.ResponseWriter).Flush()
}

// Flush is FlushError for those who do not ask.
func (s *oldStream) Flush() { _ = s.FlushError() }

// Unwrap returns what is written to, for the deadlines of its connection.
func (s *oldStream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// endpointID is what the session is called that an endpoint event names: all of
// the URL that may tell one from another, which is the query with most servers
// and the path with some.
func endpointID(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }

// open makes the stream that of a session, and passes on the event that names
// where to post to. It reports false where that is no URL.
func (s *oldStream) open(raw []byte, f sse.Frame) bool {
	q, p := s.q, s.q.p
	at, err := q.HTTP.URL.Parse(string(f.Data))
	if err != nil {
		return false
	}
	if q.edited != nil {
		q.conv.deaf(q.edited) // it is no standalone stream
	}
	if wrong := q.wrongEndpoint(); wrong != "" {
		f.Data = []byte(wrong)
		raw = f.Append(nil)
	}
	c := newConversation(endpointID(at), q.space, p.clock.Now())
	c.stream = q.HTTP.URL.Path
	q.old, q.session, q.conv = true, c, c
	s.out = &frames{w: s.ResponseWriter, rc: http.NewResponseController(s.ResponseWriter), edited: true}
	pp := p.newPipe(s.ctx, c, q.carrier, s.out)
	pp.told = true // by what is written to
	s.relay = pp.relays()
	c.attend(1)
	p.sessions.opens(c) // from now on it can be posted to
	pp.begin(func() {
		select {
		case <-c.ended:
		case <-pp.gone():
		}
		s.leave()
	})
	do := pp.meets(faults.Connects)
	if pp.ctx.Err() == nil && pp.aloud(false, func() bool { return s.whole(raw) }) {
		pp.acts(do)
	}
	return true
}

// close ends the session with its stream.
func (s *oldStream) close() {
	if s.rest(); s.relay == nil {
		return
	}
	pp := s.relay.pipe
	s.q.p.sessions.end(pp.conv, streamClosed)
	pp.end()
	pp.wait()
	s.out.close()
	pp.conv.attend(-1)
	select {
	case <-pp.crashed:
		s.broken = true
		s.q.broke.Store(true)
	default:
	}
}

// hangUp breaks the connection of a stream off that a fault has broken off.
func (s *oldStream) hangUp() {
	if s.broken && !faults.Hangup(s.q.w, s.relay.resets.Load()) {
		panic(http.ErrAbortHandler)
	}
}

// postsOld reports whether a request is a POST to a session of HTTP+SSE that
// there is, or was.
func (q *visit) postsOld() bool {
	if q.Verb != http.MethodPost || len(q.HTTP.Header[mcp.HeaderSessionID]) > 0 {
		return false
	}
	c, why := q.p.sessions.find(q.space, endpointID(q.HTTP.URL), q.began)
	return c != nil || why != ""
}

// passPosted passes a POST of HTTP+SSE on. What the faults do to its answer is
// the stream's before the server can have answered, and it is in flight until
// that has come.
func (q *visit) passPosted(body io.ReadCloser) {
	pp, requests, accepted := q.conv.pipe, q.Requests(), false
	pp.relay.owed.asks(q)
	if q.edits != nil && len(requests) > 0 {
		pp.edit(requests, q.edits, q.members)
	}
	defer func() {
		if !accepted {
			pp.unedit(requests)
			pp.relay.owed.gave(requests)
			return
		}
		if q.edited != nil {
			q.conv.alights(q.edited)
		}
		q.came = nil
	}()
	accepted = q.passOn(body)/100 == 2
	if accepted && q.edits != nil && len(requests) == 0 && !q.besideCancelled() {
		pp.edit(nil, q.edits, nil)
	}
}
