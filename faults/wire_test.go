package faults

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A wire is what is sent of an answer: each piece that is flushed on its own,
// with the time since it began.
type wire struct {
	began  time.Time
	mu     sync.Mutex
	header http.Header
	piece  bytes.Buffer
	log    []string
	gone   bool
	limit  time.Time // for what is written
}

func (w *wire) Header() http.Header { return w.header }

func (w *wire) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(fmt.Sprint(status))
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone {
		return 0, io.ErrClosedPipe
	}
	if !w.limit.IsZero() && time.Now().After(w.limit) {
		return 0, os.ErrDeadlineExceeded
	}
	return w.piece.Write(p)
}

func (w *wire) SetWriteDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit = t
	return nil
}

func (w *wire) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.piece.Len() > 0 {
		w.note(w.piece.String())
		w.piece.Reset()
	}
}

func (w *wire) note(text string) {
	at := ""
	if d := time.Since(w.began); d > 0 {
		at = d.String() + " "
	}
	w.log = append(w.log, at+text)
}

func (w *wire) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return &wireEnd{w: w, how: "fin"}, nil, nil
}

// A wireEnd is the connection of an answer, taken over to break it off.
type wireEnd struct {
	net.Conn
	w   *wire
	how string
}

func (e *wireEnd) SetLinger(seconds int) error {
	if seconds == 0 {
		e.how = "rst"
	}
	return nil
}

func (e *wireEnd) Close() error {
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	e.w.gone = true
	e.w.note(e.how)
	return nil
}

// A bystander is what is around an answer, written down.
type bystander struct {
	w         *wire
	ctx       context.Context
	leave     context.CancelFunc
	said      []string
	elsewhere []string
}

func (b *bystander) Now() time.Time { return time.Now() }

func (b *bystander) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

func (b *bystander) Gone() <-chan struct{} { return b.ctx.Done() }
func (b *bystander) Leave()                { b.leave() }
func (b *bystander) Chance() float64       { return 0.5 }
func (b *bystander) Normal() float64       { return 1 }
func (b *bystander) Rotated() string       { return "rotated" }
func (b *bystander) Elsewhere(m []byte)    { b.elsewhere = append(b.elsewhere, string(m)) }

func (b *bystander) Swapped(m []byte) []byte {
	time.Sleep(3 * time.Second)
	return []byte(strings.Replace(string(m), "rain", "swapped", 1))
}

func (b *bystander) SaidHead(status int, _ http.Header) { b.said = append(b.said, fmt.Sprint(status)) }

func (b *bystander) Said(body []byte, frame *sse.Frame) {
	if frame != nil && len(body) == 0 {
		body = []byte(frame.ID + strings.Join(frame.Comments, ""))
	}
	b.said = append(b.said, string(body))
}

func (b *bystander) SaidEnd(reset bool) {
	if reset {
		b.said = append(b.said, "reset")
	} else {
		b.said = append(b.said, "end")
	}
}

const (
	rain = `{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"rain"}]}}`
	half = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}`
)

func ev(m string) string { return "event: message\ndata: " + m + "\n\n" }

// whole answers with JSON, streamed with an event stream, each event in its
// time, for as long as it is taken.
func whole(body string) func(*Writer) {
	return func(w *Writer) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(200)
		_, _ = io.WriteString(w, body)
	}
}

// later is whole after a while, unless it is not wanted any more.
func later(d time.Duration, body string) func(*Writer) {
	return func(w *Writer) {
		select {
		case <-time.After(d):
			whole(body)(w)
		case <-w.around.Gone():
		}
	}
}

func streamed(frames ...string) func(*Writer) {
	return func(w *Writer) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(200)
		w.Flush()
		for _, f := range frames {
			if d, err := time.ParseDuration(f); err == nil {
				select {
				case <-time.After(d):
				case <-w.around.Gone():
					return
				}
				continue
			}
			if _, err := io.WriteString(w, f); err != nil {
				return
			}
			w.Flush()
		}
	}
}

// answers lets an answer pass through a Writer, to a client that stays for a
// minute.
func answers(t *testing.T, do *scenarios.Action, answer func(*Writer)) (log, said []string) {
	out := &wire{began: time.Now(), header: http.Header{}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := &bystander{w: out, ctx: ctx, leave: cancel}
	w := NewWriter(out, do, b)
	w.ID, w.Token, w.Streams = []byte("7"), []byte(`"t"`), true
	answer(w)
	if w.Finish() {
		t.Error("the connection is to be given up, and could be broken off")
	}
	out.Flush()
	if !out.gone {
		out.note("end")
	}
	for _, m := range b.elsewhere {
		out.log = append(out.log, "elsewhere "+m)
	}
	return out.log, b.said
}
