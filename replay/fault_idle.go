package replay

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// closeIdle resets the connection of an answer that is complete when nothing
// has come on it for so long. Until then it is the client's to use: what comes
// on it goes to the same server, as if nothing had been. Only a connection of
// HTTP/1.1 that the client means to keep has such a time.
func (q *visit) closeIdle(after time.Duration, w http.ResponseWriter) {
	server, _ := q.HTTP.Context().Value(http.ServerContextKey).(*http.Server)
	if server == nil || !q.HTTP.ProtoAtLeast(1, 1) || q.HTTP.ProtoMajor != 1 || q.HTTP.Close {
		return
	}
	chunked := q.edited.Chunked() && q.Verb != http.MethodHead
	rc := http.NewResponseController(w)
	if rc.Flush() != nil {
		return
	}
	conn, both, err := rc.Hijack()
	if err != nil {
		return
	}
	if chunked {
		_, _ = both.WriteString("0\r\n\r\n") // net/http does not end what was taken from it
		_ = both.Flush()
	}
	came := make(chan error, 1)
	go func() {
		_, err := both.Reader.Peek(1)
		came <- err
	}()
	passed, stop := q.p.clock.After(after)
	defer stop()
	select {
	case err := <-came:
		if err != nil {
			_ = conn.Close()
			return
		}
		stop()
		back := &handed{Conn: conn, r: both.Reader}
		if server.Serve(&once{conn: back, addr: conn.LocalAddr()}) == http.ErrServerClosed {
			_ = conn.Close()
		}
		return
	case <-passed:
		if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
			_ = tcp.SetLinger(0)
		}
	case <-q.p.closing:
	}
	_ = conn.Close()
	<-came
}

// A handed connection is given back to the server, with what was read of it.
type handed struct {
	net.Conn
	r *bufio.Reader
}

func (h *handed) Read(p []byte) (int, error) { return h.r.Read(p) }

// SetLinger is that of a TCP connection.
func (h *handed) SetLinger(seconds int) error {
	if tcp, ok := h.Conn.(interface{ SetLinger(int) error }); ok {
		return tcp.SetLinger(seconds)
	}
	return nil
}

// once is a listener for one connection.
type once struct {
	conn net.Conn
	addr net.Addr
}

func (o *once) Accept() (net.Conn, error) {
	if o.conn == nil {
		return nil, io.EOF
	}
	conn := o.conn
	o.conn = nil
	return conn, nil
}

func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return o.addr }
