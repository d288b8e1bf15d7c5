package recorder

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// inside sends a request to a bridge without a network, so that time can be made
// up.
func inside(ctx context.Context, b *Bridge, method, path, session, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	req.Host = "localhost"
	req.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, req)
	return w
}

func newTestBridge(t *testing.T, run runner, opts ...Option) *Bridge {
	t.Helper()
	rec, err := New(newMemory(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return newBridge(rec, io.Discard, run)
}

// stubborn is a server that does not end with its input.
func stubborn(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	code, err := answering(echo)(ctx, stdin, stdout, stderr)
	<-ctx.Done()
	return code, err
}

// A server that does not end with its input is killed after a grace, whoever
// ended the session.
func TestBridgeKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTestBridge(t, stubborn)
		id := inside(t.Context(), b, "POST", "/mcp", "", hello).Header().Get("Mcp-Session-Id")
		if w := inside(t.Context(), b, "DELETE", "/mcp", id, ""); w.Code != http.StatusNoContent {
			t.Error("DELETE gets", w.Code)
		}
		if w := inside(t.Context(), b, "POST", "/mcp", id, ping); w.Code != http.StatusNotFound {
			t.Error("a request to a session that ends gets", w.Code)
		}
		begin := time.Now()
		b.running.Wait()
		if d := time.Since(begin); d != b.rec.waits.leaving {
			t.Errorf("killed after %v", d)
		}
		inside(t.Context(), b, "POST", "/mcp", "", hello)
		for range 2 {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
		if d := time.Since(begin); d != 2*b.rec.waits.leaving {
			t.Errorf("closed after %v", d-b.rec.waits.leaving)
		}
		if w := inside(t.Context(), b, "POST", "/mcp", "", hello); w.Code != http.StatusServiceUnavailable {
			t.Error("after Close a request gets", w.Code)
		}
	})
}

// A session that is not used ends; one with a stream open is used. There are
// only so many.
func TestBridgeIdleAndCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTestBridge(t, answering(echo))
		defer b.Close()
		var sessions []string
		for range maxSessions {
			w := inside(t.Context(), b, "POST", "/mcp", "", hello)
			sessions = append(sessions, w.Header().Get("Mcp-Session-Id"))
		}
		if w := inside(t.Context(), b, "POST", "/mcp", "", hello); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "end a session by DELETE") {
			t.Errorf("one session too many gets %d %s", w.Code, w.Body)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var streams sync.WaitGroup
		streams.Go(func() { inside(ctx, b, "GET", "/mcp", sessions[0], "") })
		time.Sleep(maxIdle - time.Second)
		inside(t.Context(), b, "POST", "/mcp", sessions[1], calling("1", "{}"))
		time.Sleep(time.Second)
		synctest.Wait()
		for i, want := range []int{200, 200, 404, 404} {
			if w := inside(t.Context(), b, "POST", "/mcp", sessions[i], calling("1", "{}")); w.Code != want {
				t.Errorf("session %d: a request gets %d, want %d", i, w.Code, want)
			}
		}
		cancel()
		streams.Wait()
		time.Sleep(maxIdle)
		synctest.Wait()
		if n := len(b.sessions); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

// A stuckWriter is a client that does not read.
type stuckWriter struct {
	header http.Header
	cut    chan struct{}
}

func (w *stuckWriter) Header() http.Header              { return w.header }
func (w *stuckWriter) WriteHeader(int)                  {}
func (w *stuckWriter) Flush()                           {}
func (w *stuckWriter) SetReadDeadline(time.Time) error  { return nil }
func (w *stuckWriter) SetWriteDeadline(time.Time) error { close(w.cut); return nil }
func (w *stuckWriter) Write(p []byte) (int, error)      { <-w.cut; return 0, io.ErrClosedPipe }
func (w *stuckWriter) serve(b *Bridge, r *http.Request) { b.ServeHTTP(w, r) }

// A client that does not read holds nobody up but itself, not even Close.
func TestBridgeStuckClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTestBridge(t, answering(func(say func(string, ...any), m jsonrpc.Message) {
			for range 10 {
				say("%s", ready)
			}
		}))
		stuck, other := "", ""
		for _, id := range []*string{&stuck, &other} {
			*id = inside(t.Context(), b, "POST", "/mcp", "", hello).Header().Get("Mcp-Session-Id")
		}
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/mcp", strings.NewReader(ping))
		req.Host = "localhost"
		req.Header.Set("Accept", "text/event-stream")
		req.Header.Set("Mcp-Session-Id", stuck)
		var client sync.WaitGroup
		client.Go(func() { (&stuckWriter{http.Header{}, make(chan struct{})}).serve(b, req) })
		synctest.Wait()
		if w := inside(t.Context(), b, "POST", "/mcp", other, ready); w.Code != http.StatusAccepted {
			t.Error("another session gets", w.Code)
		}
		begin := time.Now()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		client.Wait()
		if d := time.Since(begin); d != b.rec.waits.leaving {
			t.Errorf("closed after %v", d)
		}
	})
}

// What is held for a client that never listens is bounded; the newest stays.
func TestBridgeHoldsSoMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		n := 0
		b := newTestBridge(t, answering(func(say func(string, ...any), _ jsonrpc.Message) {
			for range 600 {
				n++
				say(`{"jsonrpc":"2.0","method":"n%d"}`, n)
			}
		}), WithLog(slog.New(slog.NewTextHandler(&log, nil))))
		id := inside(t.Context(), b, "POST", "/mcp", "", hello).Header().Get("Mcp-Session-Id")
		for range 2 {
			inside(t.Context(), b, "POST", "/mcp", id, ready)
			synctest.Wait()
		}
		ctx, cancel := context.WithCancel(t.Context())
		var client sync.WaitGroup
		var got *httptest.ResponseRecorder
		client.Go(func() { got = inside(ctx, b, "GET", "/mcp", id, "") })
		synctest.Wait()
		cancel()
		client.Wait()
		frames := strings.Split(strings.TrimSuffix(got.Body.String(), "\n\n"), "\n\n")
		first, last := fmt.Sprintf(`{"jsonrpc":"2.0","method":"n%d"}`, 201), `{"jsonrpc":"2.0","method":"n1200"}`
		if len(frames) != maxHeld || !strings.HasSuffix(frames[0], first) || !strings.HasSuffix(frames[maxHeld-1], last) {
			t.Errorf("%d events from %q to %q", len(frames), frames[0], frames[len(frames)-1])
		}
		if lost := strings.Count(log.String(), "a message of the server is lost"); lost != 200 {
			t.Errorf("%d messages are said to be lost", lost)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}
