package replay

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// How many streams there are: go test ./replay -run Streams -args -streams 9000.
// Each takes two files of the process, one at either end.
var manyStreams = flag.Int("streams", 1000, "open so `many` streams in TestStreamsEnd")

// However many clients listen, all of them see the end of a server that is
// closed: Close cuts what has not ended by itself, so a stream that ends whole did
// so. Nothing of the streams is left.
func TestStreamsEnd(t *testing.T) {
	for name, open := range map[string]func(testing.TB, *http.Client, *Server) io.ReadCloser{
		"Streamable HTTP": listenNew,
		"HTTP+SSE":        listenOld,
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			player, err := New(simple(t).tape(), WithTransport("auto"))
			if err != nil {
				t.Fatal(err)
			}
			srv, err := Listen("127.0.0.1:0", player)
			if err != nil {
				t.Fatal(err)
			}
			srv.parting = time.Minute // a busy machine takes its time
			client := &http.Client{Transport: &http.Transport{}}
			var heard sync.WaitGroup
			var whole atomic.Int64
			for range *manyStreams {
				body := open(t, client, srv)
				heard.Go(func() {
					defer body.Close()
					if _, err := io.Copy(io.Discard, body); err == nil {
						whole.Add(1)
					}
				})
			}
			srv.Close()
			heard.Wait()
			if n := whole.Load(); n != int64(*manyStreams) {
				t.Errorf("%d of %d streams ended, the others were cut", n, *manyStreams)
			}
			client.CloseIdleConnections()
			settle(t, before)
		})
	}
}

// listenNew begins a session and listens.
func listenNew(t testing.TB, client *http.Client, srv *Server) io.ReadCloser {
	t.Helper()
	resp := ask(t, client, "POST", srv.URL, "", fmt.Sprintf(initialize, 1, "2025-11-25", "tester"))
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return ask(t, client, "GET", srv.URL, resp.Header.Get("Mcp-Session-Id"), "").Body
}

// listenOld opens a stream of HTTP+SSE and begins its session.
func listenOld(t testing.TB, client *http.Client, srv *Server) io.ReadCloser {
	t.Helper()
	stream := ask(t, client, "GET", srv.SSE, "", "")
	events := bufio.NewReader(stream.Body)
	_, _ = events.ReadString('\n')
	line, err := events.ReadString('\n')
	endpoint, ok := strings.CutPrefix(line, "data: ")
	if err != nil || !ok {
		t.Fatalf("the first event: %q %v", line, err)
	}
	resp := ask(t, client, "POST", srv.base+strings.TrimSpace(endpoint), "", fmt.Sprintf(initialize, 1, "2024-11-05", "tester"))
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return struct {
		io.Reader
		io.Closer
	}{events, stream.Body}
}

// ask sends a request whose answer is taken to be good.
func ask(t testing.TB, client *http.Client, method, url, session, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"}}
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, url, resp.Status)
	}
	return resp
}

// settle waits until there are no more goroutines than before.
func settle(t testing.TB, before int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", n, before, bytes.TrimSpace(stacks[:runtime.Stack(stacks, true)]))
	}
}
