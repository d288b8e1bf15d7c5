package recorder

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
)

// An early is what of an answer comes before it: informational responses (1xx),
// which pass on as they come and are not on the tape.
type early struct {
	mu sync.Mutex
	w  http.ResponseWriter // nil once the answer itself is there
}

// watching returns the context of a request whose informational responses go
// to w until over is called.
func watching(ctx context.Context, w http.ResponseWriter) (_ context.Context, over func()) {
	e := &early{w: w}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got1xxResponse: e.pass}), e.over
}

func (e *early) pass(status int, header textproto.MIMEHeader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.w == nil || status == http.StatusContinue { // which is between neighbours
		return nil
	}
	h := e.w.Header()
	copyEnd(h, http.Header(header))
	e.w.WriteHeader(status)
	for name := range header {
		delete(h, name) // it is none of the answer's
	}
	return nil
}

func (e *early) over() {
	e.mu.Lock()
	e.w = nil
	e.mu.Unlock()
}
