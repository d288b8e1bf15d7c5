package recorder

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"
)

// An early is what of an answer comes before it: informational responses (1xx),
// which pass on as they come and are not on the tape.
type early struct {
	ctx context.Context
	mu  sync.Mutex
	w   http.ResponseWriter // nil once the answer itself is there
}

// watching returns the context of a request whose informational responses go
// to w until over is called. Clients of HTTP/1.0 get none (RFC 9110, section
// 15.2): they would take the first for the answer.
func watching(ctx context.Context, w http.ResponseWriter, req *http.Request) (_ context.Context, over func()) {
	if !req.ProtoAtLeast(1, 1) {
		return ctx, func() {}
	}
	e := &early{ctx: ctx, w: w}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got1xxResponse: e.pass}), e.over
}

func (e *early) pass(status int, header textproto.MIMEHeader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.w == nil || status == http.StatusContinue { // which is between neighbours
		return nil
	}
	// A client that does not read must not hold up the end of its request.
	conn := http.NewResponseController(e.w)
	release := context.AfterFunc(e.ctx, func() {
		_ = conn.SetWriteDeadline(time.Now()) // a handler may be served without a connection
	})
	defer release()
	h := e.w.Header()
	copyEnd(h, http.Header(header))
	e.w.WriteHeader(status)
	for name := range header {
		delete(h, name) // it is none of the answer's
	}
	return nil
}

// over waits for what passes just now: the answer is written by another.
func (e *early) over() {
	e.mu.Lock()
	e.w = nil
	e.mu.Unlock()
}
