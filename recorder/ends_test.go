package recorder

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
)

func TestProxyEndsWithItsClient(t *testing.T) {
	gone := make(chan struct{})
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-req.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", r.proxy.URL+"/mcp", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	resp.Body.Close()
	<-gone
	lines := r.tape.wait(t, ended)
	if want := []string{"1 client GET /mcp", "1 server 200", "1 client closed"}; !cmp.Equal(lines, want) {
		t.Errorf("the tape has %q, want %q", lines, want)
	}
}

func TestProxyWithoutUpstream(t *testing.T) {
	const down = "127.0.0.1:1" // where nobody can come to be in the meantime
	r := &rig{tape: newMemory(t)}
	r.start(t, "http://"+down)
	v := see(t, r.proxy.URL, post(ping))
	if v.Status != 502 || !strings.Contains(v.Body, "cannot reach the upstream http://"+down) || strings.Contains(v.Body, "\n\n") {
		t.Errorf("the client sees %+v", v)
	}
	events := r.tape.events(t)
	if len(events) != 2 || events[1].From != cassettes.Mcpmock || events[1].HTTP.Status != 502 || events[1].End != cassettes.EOF {
		t.Errorf("the tape has %q", r.tape.lines(t))
	}
}

// What net/http reads as a status and panics to write reaches neither the
// client nor the tape, which no reader would take.
func TestProxyOfStatusBelow100(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n"))
		conn.Close()
	})
	v := see(t, r.proxy.URL, post(ping))
	if v.Status != 502 || !strings.Contains(v.Body, "it answered with status 099, which HTTP does not have") {
		t.Errorf("the client sees %+v", v)
	}
	events := r.tape.events(t)
	if len(events) != 2 || events[1].From != cassettes.Mcpmock || events[1].HTTP.Status != 502 || events[1].End != cassettes.EOF {
		t.Errorf("the tape has %q", r.tape.lines(t))
	}
}

func TestFullDisk(t *testing.T) {
	var log bytes.Buffer
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, pong)
	}, WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	r.tape.fail = 5 // the second exchange fails with its last event
	for range 4 {
		if v := see(t, r.proxy.URL, post(ping)); v.Body != pong {
			t.Errorf("the client sees %+v", v)
		}
	}
	err := r.rec.Err()
	if !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "the last whole exchange on the tape is number 1 (ping)") {
		t.Errorf("error %v", err)
	}
	if n := strings.Count(log.String(), "recording failed"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &log)
	}
	if err := r.rec.Close(); !errors.Is(err, errDisk) {
		t.Errorf("Close: %v", err)
	}
}

func TestShutdown(t *testing.T) {
	release, asked := make(chan struct{}), make(chan struct{}, 3)
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body) // else the server does not see its client go
		asked <- struct{}{}
		switch {
		case req.Method == "GET":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: {}\n\n")
			w.(http.Flusher).Flush()
			<-req.Context().Done()
		case req.URL.Path == "/slow":
			select {
			case <-release:
			case <-req.Context().Done():
			}
			_, _ = io.WriteString(w, pong)
		default:
			<-req.Context().Done()
		}
	})
	get, slow, stuck := make(chan view, 1), make(chan view, 1), make(chan view, 1)
	ask := func(to chan view, raw string) {
		go func() { to <- see(t, r.proxy.URL, raw) }()
		<-asked
	}
	ask(get, "GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n")
	r.tape.wait(t, func(lines []string) bool { return len(lines) == 3 }) // the stream has begun, and its event is on its way
	ask(slow, strings.Replace(post(ping), "/mcp", "/slow", 1))
	ask(stuck, post(ping))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.rec.Shutdown(ctx) }()
	if v := <-get; v.Broken || v.Body != "data: {}\n\n" {
		t.Errorf("the stream's client sees %+v", v)
	}
	if v := see(t, r.proxy.URL, post(ping)); v.Status != 503 {
		t.Errorf("a client that comes too late sees %+v", v)
	}
	close(release)
	if v := <-slow; v.Body != pong {
		t.Errorf("the slow exchange's client sees %+v", v)
	}
	cancel()
	if v := <-stuck; v.Status != 503 {
		t.Errorf("the stuck exchange's client sees %+v", v)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := r.rec.Close(); err != nil {
		t.Error("a second Close:", err)
	}
	var ends []string
	for _, l := range r.tape.lines(t) {
		if strings.Contains(l, "mcpmock") {
			ends = append(ends, l)
		}
	}
	if want := []string{"1 mcpmock closed", "3 mcpmock closed"}; !cmp.Equal(ends, want) || !ended(r.tape.lines(t)) {
		t.Errorf("the tape has\n%s", strings.Join(r.tape.lines(t), "\n"))
	}
}
