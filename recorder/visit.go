package recorder

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// A visit is one request in the proxy or in a bridge, or one process.
type visit struct {
	w     http.ResponseWriter
	waits patience
	stop  func() // ends a process

	mu  sync.Mutex
	was bool // it was cut
}

// cut frees a handler that waits for its client, and ends a process.
func (v *visit) cut() {
	if v.stop != nil {
		v.stop()
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.was = true
	conn := http.NewResponseController(v.w)
	now := time.Now()
	_ = conn.SetReadDeadline(now)
	_ = conn.SetWriteDeadline(now.Add(v.waits.parting))
}

// hurried is the body of a request whose client must get on with it. While
// its answer is waited for there is no deadline.
func (v *visit) hurried(body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	return &hurriedBody{v, body}
}

type hurriedBody struct {
	v   *visit
	src io.ReadCloser
}

func (b *hurriedBody) Read(p []byte) (int, error) {
	b.v.until(time.Now().Add(b.v.waits.chunk))
	n, err := b.src.Read(p)
	b.v.until(time.Time{})
	return n, err
}

func (b *hurriedBody) Close() error {
	b.v.until(time.Now().Add(b.v.waits.chunk)) // what is left of the body is read
	err := b.src.Close()
	b.v.until(time.Time{})
	return err
}

// until sets the deadline for what the client sends, unless it was cut.
func (v *visit) until(deadline time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.was {
		_ = http.NewResponseController(v.w).SetReadDeadline(deadline) // a handler may be served without a connection
	}
}
