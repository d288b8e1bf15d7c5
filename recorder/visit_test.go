package recorder

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

// A client that stops in the middle of its body is not waited for for ever,
// one that gets on is; and no deadline is left while its answer is waited for.
func TestBodiesGetOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		upstream := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			n, _ := io.Copy(io.Discard, req.Body)
			time.Sleep(2 * usual().chunk) // longer than a body may pause
			fmt.Fprint(w, n)
		})
		rec, err := New(newMemory(t), WithTransport(within{upstream}))
		if err != nil {
			t.Fatal(err)
		}
		bridge := newBridge(rec, io.Discard, answering(echo))
		proxy, bridged := newWire(rec.Proxy(&url.URL{Scheme: "http", Host: "upstream.example"})), newWire(bridge)
		for why, wire := range map[string]*wire{"the proxy": proxy, "a bridge": bridged} {
			begin := time.Now()
			conn := wire.sending(t, 100)
			if _, err := bufio.NewReader(conn).ReadByte(); err != io.EOF {
				t.Errorf("%s, and a body that stops: %v", why, err)
			}
			if took := time.Since(begin); took < usual().chunk || took > 2*usual().chunk+time.Second {
				t.Errorf("%s waited for %v", why, took)
			}
			conn.Close()
		}
		conn := proxy.sending(t, 10)
		for range 9 {
			time.Sleep(usual().chunk - time.Second)
			if _, err := io.WriteString(conn, "x"); err != nil {
				t.Fatal(err)
			}
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); string(body) != "10" || err != nil {
			t.Errorf("a slow body: %q, %v", body, err)
		}
		conn.Close()
		_ = bridge.Close()
		_ = rec.Close()
		proxy.end()
		bridged.end()
	})
}

// A wire is a server without a network, so that time can be made up.
type wire struct {
	server *http.Server
	conns  chan net.Conn
	closed chan struct{}
	served chan error
}

func newWire(h http.Handler) *wire {
	w := &wire{&http.Server{Handler: h}, make(chan net.Conn), make(chan struct{}), make(chan error, 1)}
	go func() { w.served <- w.server.Serve(w) }()
	return w
}

func (w *wire) end() {
	_ = w.server.Close()
	<-w.served
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case conn := <-w.conns:
		return conn, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { close(w.closed); return nil }
func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "wire", Net: "unix"} }

// sending is a connection on which one byte of a body has been sent.
func (w *wire) sending(t *testing.T, length int) net.Conn {
	t.Helper()
	conn, theirs := net.Pipe()
	w.conns <- theirs
	if _, err := fmt.Fprintf(conn, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\nx", length); err != nil {
		t.Fatal(err)
	}
	return conn
}
