package recorder

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A client that stops in the middle of its body is not waited for for ever,
// one that gets on is; and no deadline is left while its answer is waited for.
func TestBodiesGetOn(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for real connections")
	}
	rec, err := New(newMemory(t))
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		n, _ := io.Copy(io.Discard, req.Body)
		time.Sleep(2 * testPause) // longer than a body may pause
		fmt.Fprint(w, n)
	}))
	defer upstream.Close()
	u, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	rec.pause = testPause
	proxy := httptest.NewServer(rec.Proxy(u))
	bridge := newBridge(rec, io.Discard, answering(echo))
	bridged := httptest.NewServer(bridge)
	for why, server := range map[string]*httptest.Server{"the proxy": proxy, "a bridge": bridged} {
		begin := time.Now()
		conn := sending(t, server, 100)
		if _, err := bufio.NewReader(conn).ReadByte(); err != io.EOF {
			t.Errorf("%s, and a body that stops: %v", why, err)
		}
		if took := time.Since(begin); took < testPause {
			t.Errorf("%s waited for %v alone", why, took)
		}
		conn.Close()
	}
	conn := sending(t, proxy, 10)
	for range 9 {
		time.Sleep(testPause / 4)
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
	proxy.Close()
	bridged.Close()
	noGoroutines(t)
}

const testPause = 200 * time.Millisecond

// sending is a connection on which one byte of a body has been sent.
func sending(t *testing.T, server *httptest.Server, length int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\nx", length); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	return conn
}
