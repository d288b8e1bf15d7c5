package replay

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/sjson"
)

// maxChunkWait is how long a client may take for the next part of its body.
const maxChunkWait = 10 * time.Second

// A hurried is a body whose client must get on with it.
type hurried struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *hurried) Read(p []byte) (int, error) {
	_ = b.conn.SetReadDeadline(time.Now().Add(maxChunkWait)) // a test's response has none
	n, err := b.ReadCloser.Read(p)
	_ = b.conn.SetReadDeadline(time.Time{})
	return n, err
}

// readLive takes in the body of a POST as far as it is looked at, and returns
// the body that is to be passed on; nil where the client has left before it was
// there.
func (q *visit) readLive() io.ReadCloser {
	src := q.HTTP.Body
	if src == nil || src == http.NoBody {
		src = http.NoBody
	} else {
		src = &hurried{src, http.NewResponseController(q.w)}
	}
	if q.Verb != http.MethodPost {
		return src
	}
	var body bytes.Buffer
	if n := q.HTTP.ContentLength; n > 0 {
		body.Grow(int(min(n, q.p.maxBody)) + bytes.MinRead)
	}
	n, err := body.ReadFrom(io.LimitReader(src, q.p.maxBody+1))
	switch {
	case err != nil:
		q.BodyErr = err
		return nil
	case n > q.p.maxBody:
		q.BodyErr = gate.ErrTooLarge
		return &joined{io.MultiReader(&body, src), src}
	}
	q.Body = body.Bytes()
	q.parse()
	return io.NopCloser(bytes.NewReader(q.Body))
}

// A joined is a body of several parts.
type joined struct {
	io.Reader
	io.Closer
}

// mustNotPass reports whether the request names a session that the server may
// have and the client must not: a fault or a policy has ended it.
func (q *visit) mustNotPass() bool {
	return q.Standing == gate.SessionUnknown || q.Standing == gate.SessionEnded && q.Why != deleted && q.Why != streamClosed
}

// refused refuses a request that must not pass, and reports whether it has.
func (q *visit) refused() bool {
	if q.old {
		return q.sessionless()
	}
	return !q.admitted(gate.OverHTTP)
}

// pass lets the live server answer.
func (q *visit) pass(body io.ReadCloser) {
	c := q.conv
	c.touch(q.began)
	q.passes()
	if q.Verb == http.MethodGet && accepts(q.HTTP, "text/event-stream", false) {
		q.attends() // a fault may have something to say there
		c.attend(1)
		defer func() {
			c.attend(-1)
			c.touch(q.p.clock.Now())
		}()
	}
	if q.old && q.Standing == gate.SessionKnown {
		q.passPosted(body)
		return
	}
	q.passOn(body)
}

// passOn has the live server answer, and returns with which status; 0 is none.
func (q *visit) passOn(body io.ReadCloser) (status int) {
	if q.edited != nil {
		return q.passEdited(body)
	}
	return q.passWhole(body)
}

// upstreams returns the request as the live server gets it.
func (q *visit) upstreams(ctx context.Context, body io.ReadCloser) *http.Request {
	r := q.HTTP.WithContext(ctx)
	r.Header = q.HTTP.Header.Clone()
	r.Header["Accept-Encoding"] = []string{"identity"}
	if q.session != nil && !q.old && q.ID != q.session.id { // which it has never heard of
		r.Header[mcp.HeaderSessionID] = []string{q.session.id}
	}
	r.Body = body
	if turned := q.turnedBack(q.Body); turned != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(turned)), int64(len(turned))
	}
	return r
}

// turnedBack returns a message without what a fault has made up and the server has
// never heard of: a cursor, or what a retry has because the fault has asked for
// input. It returns nil where there is nothing of that.
func (q *visit) turnedBack(text []byte) []byte {
	if !q.Post() || q.Batch.Array || len(q.Batch.Messages) != 1 {
		return nil
	}
	m := q.Batch.Messages[0]
	params := q.turnBack(m.Params)
	if t, again := matching.RetryOf(m.Method, params); again && q.p.staged.answers(&t) {
		params = t.Original
	}
	if bytes.Equal(params, m.Params) {
		return nil
	}
	out, err := sjson.SetRawBytes(bytes.Clone(text), "params", params)
	if err != nil {
		return nil
	}
	return out
}

// caught has the upstream answer, which leave ends, and returns what it panicked
// with, and the answer as a stream of HTTP+SSE, which it may have become.
func (q *visit) caught(w http.ResponseWriter, r *http.Request, leave func()) (why any, s *oldStream) {
	s = &oldStream{ResponseWriter: w, q: q, ctx: r.Context(), leave: leave, other: !q.mayOpenOld()}
	defer func() {
		why = recover()
		s.close()
	}()
	q.p.upstream.ServeHTTP(s, r)
	return nil, s
}

// A begun is an edited answer of the live server, of which is known with which
// status it has begun; 0 is not yet.
type begun struct {
	*faults.Writer
	status int
}

func (b *begun) WriteHeader(status int) {
	if b.status == 0 && status >= 200 {
		b.status = status
	}
	b.Writer.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	if b.status == 0 {
		b.status = http.StatusOK
	}
	return b.Writer.Write(p)
}

// passEdited has the live server answer through what the faults do. An answer
// that they, or the end of its session, have ended ends as they have it; one
// that the server has broken off is broken off for the client, too.
func (q *visit) passEdited(body io.ReadCloser) (status int) {
	w := &begun{Writer: q.edited}
	why, stream := q.caught(w, q.upstreams(q.HTTP.Context(), body), q.leave)
	ours := q.HTTP.Context().Err() != nil && q.gave.Err() == nil // we have left the server, not the client us
	if stream.broken {
		defer stream.hangUp()
	}
	if why == nil || stream.broken || q.edited.Over() || ours && (w.status == 0 || isEventStream(w.Header())) {
		q.finish()
		return w.status
	}
	q.edited.Abort()
	q.leave()
	panic(why)
}

// passWhole has the live server answer, and only listens. The answer ends early
// where its session or the player does: a stream cleanly, for so a server ends
// it.
func (q *visit) passWhole(body io.ReadCloser) (status int) {
	ctx, leave, left := q.lasts()
	t := &tee{ResponseWriter: q.w, q: q, ctx: ctx}
	why, stream := q.caught(t, q.upstreams(ctx, body), leave)
	cut := t.over()
	if why == nil && t.status == 0 && !cut {
		t.WriteHeader(http.StatusOK) // an answer of nothing at all
	}
	left()
	switch {
	case cut && t.status == 0:
		q.brokenOff(nil)
		return 0
	case q.felled(), stream.broken:
		t.end(true)
		stream.hangUp()
		return t.status
	case cut && t.events:
		why = nil
	}
	t.end(why != nil)
	if why != nil {
		panic(why)
	}
	return t.status
}
