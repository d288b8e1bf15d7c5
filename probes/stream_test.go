package probes

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// dialled connects to a server that says one thing to whatever it is asked, and
// then what comes.
func dialled(says string, more <-chan string) Option {
	return WithDial(func(context.Context, string) (net.Conn, error) {
		mine, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			_, _ = io.WriteString(theirs, strings.ReplaceAll(says, "\n", "\r\n"))
			for text := range more {
				if _, err := io.WriteString(theirs, text); err != nil {
					return
				}
			}
		}()
		return mine, nil
	})
}

const streams = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nConnection: close\n\n"

// TestOpen holds that a stream is heard frame by frame, for longer than an answer may
// take, and that it says how it ended.
func TestOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		more := make(chan string)
		c, err := NewClient("http://127.0.0.1:8000/sse", dialled(streams, more))
		if err != nil {
			t.Fatal(err)
		}
		s, a := c.Open(t.Context(), Listen())
		if s == nil || a.Status != 200 || a.Err != nil {
			t.Fatalf("%+v", a)
		}
		defer s.Close()
		for _, part := range []string{"event: endpoint\nda", "ta: /messages\n\n: a com", "ment\n\n"} {
			time.Sleep(time.Minute)
			more <- part
		}
		for _, want := range []string{"event: endpoint\ndata: /messages\n\n", ": a comment\n\n"} {
			if got := string(<-s.Events); got != want {
				t.Errorf("%q, not %q", got, want)
			}
		}
		close(more)
		if _, ok := <-s.Events; ok || s.Err() != nil {
			t.Errorf("it goes on: %v, or ended by %v", ok, s.Err())
		}
	})
}

// TestOpenAndClose holds that a stream ends with its context, or by Close, also
// where nobody listens.
func TestOpenAndClose(t *testing.T) {
	for why, end := range map[string]func(s *Stream, cancel func()){
		"it is closed, twice": func(s *Stream, _ func()) { s.Close(); s.Close() },
		"its context is done": func(_ *Stream, cancel func()) { cancel() },
	} {
		synctest.Test(t, func(t *testing.T) {
			more := make(chan string)
			defer close(more)
			c, err := NewClient("http://127.0.0.1:8000/sse", dialled(streams+strings.Repeat("data: x\n\n", 200), more))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, a := c.Open(ctx, Listen())
			if s == nil {
				t.Fatalf("%s: %+v", why, a)
			}
			end(s, cancel)
			for range s.Events {
			}
			if s.Err() == nil {
				t.Errorf("%s, and yet it ended as it should", why)
			}
		})
	}
}

// TestOpenRefused holds that what is no stream is an answer.
func TestOpenRefused(t *testing.T) {
	for _, c := range []struct {
		why, says string
		status    int
		body      string
	}{
		{"a refusal", "HTTP/1.1 404 Not Found\nContent-Length: 2\n\nno", 404, "no"},
		{"a page", "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 4\n\n<br>", 200, "<br>"},
		{"a refusal that is a stream", "HTTP/1.1 400 Bad Request\nContent-Type: text/event-stream\nContent-Length: 9\n\ndata: no\n", 400, "data: no\r\n"[:9]},
	} {
		synctest.Test(t, func(t *testing.T) {
			more := make(chan string)
			close(more)
			client, err := NewClient("http://127.0.0.1:8000/sse", dialled(c.says, more))
			if err != nil {
				t.Fatal(err)
			}
			s, a := client.Open(t.Context(), Listen())
			if s != nil || a.Status != c.status || string(a.Body) != c.body || a.Err != nil {
				t.Errorf("%s: %v, %d %q %v", c.why, s, a.Status, a.Body, a.Err)
			}
		})
	}
}

// TestOpenSilent holds that a server which says nothing is waited for as long
// as the client is patient.
func TestOpenSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		more := make(chan string)
		defer close(more)
		c, err := NewClient("http://127.0.0.1:8000/sse", dialled("", more), WithPatience(7*time.Second, time.Second))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		s, a := c.Open(t.Context(), Listen())
		if s != nil || a.Err == nil || a.Err.Error() != "no answer for 7s" || time.Since(began) != 7*time.Second {
			t.Errorf("%v after %s", a.Err, time.Since(began))
		}
		if errors.Is(a.Err, net.ErrClosed) {
			t.Error("it says that it closed the connection itself")
		}
	})
}
