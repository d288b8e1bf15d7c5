package replay

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
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
	src := q.r.Body
	if src == nil || src == http.NoBody {
		src = http.NoBody
	} else {
		src = &hurried{src, http.NewResponseController(q.w)}
	}
	if q.verb != http.MethodPost {
		return src
	}
	var body bytes.Buffer
	if n := q.r.ContentLength; n > 0 {
		body.Grow(int(min(n, q.p.maxBody)) + bytes.MinRead)
	}
	n, err := body.ReadFrom(io.LimitReader(src, q.p.maxBody+1))
	switch {
	case err != nil:
		q.bodyErr = err
		return nil
	case n > q.p.maxBody:
		q.bodyErr = errTooLarge
		return &joined{io.MultiReader(&body, src), src}
	}
	q.body = body.Bytes()
	q.parse()
	return io.NopCloser(bytes.NewReader(q.body))
}

// A joined is a body of several parts.
type joined struct {
	io.Reader
	io.Closer
}

// mustNotPass reports whether the request names a session that the server may
// have and the client must not: a fault or a policy has ended it.
func (q *visit) mustNotPass() bool {
	return q.known == sessionUnknown || q.known == sessionEnded && q.why != deleted
}

// pass lets the live server answer.
func (q *visit) pass(body io.ReadCloser) {
	c := q.conv
	c.touch(q.began)
	if q.has(mcp.Initialized) {
		c.mu.Lock()
		c.ready = true
		c.mu.Unlock()
	}
	if q.verb == http.MethodGet && accepts(q.r, "text/event-stream", false) {
		q.attends() // a fault may have something to say there
		c.attend(1)
		defer func() {
			c.attend(-1)
			c.touch(q.p.clock.Now())
		}()
	}
	if q.edited != nil {
		q.passEdited(body)
		return
	}
	q.passOn(body)
}

// upstreams returns the request as the live server gets it.
func (q *visit) upstreams(ctx context.Context, body io.ReadCloser) *http.Request {
	r := q.r.WithContext(ctx)
	r.Header = q.r.Header.Clone()
	r.Header["Accept-Encoding"] = []string{"identity"}
	if q.session != nil && q.id != q.session.id { // which it has never heard of
		r.Header[mcp.HeaderSessionID] = []string{q.session.id}
	}
	r.Body = body
	if turned := q.turnedBack(q.body); turned != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(turned)), int64(len(turned))
	}
	return r
}

// turnedBack returns a message without the cursor that a fault has made up, or
// nil where it has none.
func (q *visit) turnedBack(text []byte) []byte {
	if !q.post() || q.batch.Array || len(q.batch.Messages) != 1 {
		return nil
	}
	params := q.batch.Messages[0].Params
	if bytes.Equal(q.turnBack(params), params) {
		return nil
	}
	out, err := sjson.DeleteBytes(bytes.Clone(text), "params.cursor")
	if err != nil {
		return nil
	}
	return out
}

// caught has the upstream answer, and returns what it panicked with.
func (q *visit) caught(w http.ResponseWriter, r *http.Request) (why any) {
	defer func() { why = recover() }()
	q.p.upstream.ServeHTTP(w, r)
	return nil
}

// A begun is an edited answer of the live server, of which is known whether it
// has begun.
type begun struct {
	*faults.Writer
	is bool
}

func (b *begun) WriteHeader(status int) {
	b.is = b.is || status >= 200
	b.Writer.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.is = true
	return b.Writer.Write(p)
}

// passEdited has the live server answer through what the faults do. An answer
// that they, or the end of its session, have ended ends as they have it; one
// that the server has broken off is broken off for the client, too.
func (q *visit) passEdited(body io.ReadCloser) {
	w := &begun{Writer: q.edited}
	why := q.caught(w, q.upstreams(q.r.Context(), body))
	ours := q.r.Context().Err() != nil && q.gave.Err() == nil // we have left the server, not the client us
	if why == nil || q.edited.Over() || ours && (!w.is || isEventStream(w.Header())) {
		q.finish()
		return
	}
	q.edited.Abort()
	q.leave()
	panic(why)
}

// passOn has the live server answer, and only listens. The answer ends early
// where its session or the player does: a stream cleanly, for so a server ends
// it.
func (q *visit) passOn(body io.ReadCloser) {
	ctx, _, left := q.lasts()
	t := &tee{ResponseWriter: q.w, q: q, ctx: ctx}
	why := q.caught(t, q.upstreams(ctx, body))
	cut := t.over()
	if why == nil && t.status == 0 && !cut {
		t.WriteHeader(http.StatusOK) // an answer of nothing at all
	}
	left()
	switch {
	case cut && t.status == 0:
		q.brokenOff(nil)
		return
	case q.felled():
		t.end(true)
		return // the connection is broken off
	case cut && t.events:
		why = nil
	}
	t.end(why != nil)
	if why != nil {
		panic(why)
	}
}
