package recorder

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// A client of HTTP/1.0 knows no informational responses: it would take the first
// for the answer.
func TestNoHintsForOldClients(t *testing.T) {
	for _, c := range []struct {
		why, version string
		hints        int
	}{
		{"HTTP/1.1 has them", "HTTP/1.1", 1},
		{"HTTP/1.0 has not", "HTTP/1.0", 0},
	} {
		r := newRig(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			_, _ = io.WriteString(w, pong)
		}))
		got := see(t, r.proxy.URL, strings.Replace(post(ping), "HTTP/1.1", c.version, 1))
		if len(got.Early) != c.hints || got.Body != pong {
			t.Errorf("%s: %d hints, want %d, and %q", c.why, len(got.Early), c.hints, got.Body)
		}
	}
}

// A client that leaves without reading the hints of its server ends its request
// all the same.
func TestHintsThatNobodyReads(t *testing.T) {
	stuck := make(chan error, 1)
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer upstream.Close()
	go func() {
		stuck <- func() error {
			conn, err := upstream.Accept()
			if err != nil {
				return err
			}
			defer conn.Close()
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil { // what comes before it answers nothing
				return err
			}
			hint := "HTTP/1.1 103 Early Hints\r\nLink: </" + strings.Repeat("a", 1<<16) + ">\r\n\r\n"
			for err == nil {
				_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
				_, err = io.WriteString(conn, hint)
			}
			return err
		}()
	}()
	rec, err := New(newMemory(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := rec.Proxy(&url.URL{Scheme: "http", Host: upstream.Addr().String()})
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer close(over)
		proxy.ServeHTTP(w, req)
	}))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, post(ping)); err != nil {
		t.Fatal(err)
	}
	if err := <-stuck; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the upstream ended by %v", err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case <-over:
	case <-ctx.Done():
		t.Error("the request goes on after its client has left")
	}
	conn.Close()
	_ = rec.Close()
	server.Close()
	noGoroutines(t)
}
