package recorder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// memory is a tape in memory. What it returns has been through the format.
type memory struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	w    *cassettes.Writer
	more chan struct{} // gets a value, if there is room, after each event
	fail int           // how many events may be written, -1 for all
}

func newMemory(t testing.TB) *memory {
	t.Helper()
	m := &memory{more: make(chan struct{}, 1), fail: -1}
	var err error
	if m.w, err = cassettes.NewWriter(&m.buf, cassettes.Header{Transport: "http"}, cassettes.Compact); err != nil {
		t.Fatal(err)
	}
	return m
}

var errDisk = errors.New("disk full")

func (m *memory) Write(e *cassettes.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == 0 {
		return errDisk
	}
	if m.fail > 0 {
		m.fail--
	}
	if err := m.w.Write(e); err != nil {
		return err
	}
	select {
	case m.more <- struct{}{}:
	default:
	}
	return nil
}

func (m *memory) events(t testing.TB) []*cassettes.Event {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := cassettes.NewReader(bytes.NewReader(m.buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var events []*cassettes.Event
	for {
		e, err := r.Next()
		if err == io.EOF {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
}

// lines is the tape in words, one event a line.
func (m *memory) lines(t testing.TB) []string {
	t.Helper()
	var lines []string
	for _, e := range m.events(t) {
		lines = append(lines, line(e))
	}
	return lines
}

func line(e *cassettes.Event) string {
	s := fmt.Sprintf("%d %s", e.On, e.From)
	add := func(format string, args ...any) { s += " " + fmt.Sprintf(format, args...) }
	if h := e.HTTP; h != nil && h.Method != "" {
		add("%s %s", h.Method, h.Path)
		if h.Query != "" {
			s += "?" + h.Query
		}
	} else if h != nil {
		add("%d", h.Status)
	}
	if f := e.SSE; f != nil {
		add("sse")
		if f.Event != "" {
			add("event=%s", f.Event)
		}
		if f.HasID {
			add("id=%s", f.ID)
		}
		if f.Retry != "" {
			add("retry=%s", f.Retry)
		}
		for _, c := range f.Comment {
			add("comment=%q", c)
		}
		if f.CRLF {
			add("crlf")
		}
		if f.Frame != "" {
			add("frame=%q", f.Frame)
		}
	}
	switch {
	case e.Message != nil:
		add("%s", jsonrpc.Compact(e.Message))
	case e.Messages != nil:
		add("batch of %d", len(e.Messages))
	case len(e.Raw) > 36:
		add("raw of %d bytes", len(e.Raw))
	case e.Raw != nil:
		add("raw %q", e.Raw)
	}
	if e.End != "" {
		add("%s", e.End)
	}
	return s
}

// wait returns the tape's lines once ok holds of them.
func (m *memory) wait(t testing.TB, ok func(lines []string) bool) []string {
	t.Helper()
	for {
		if lines := m.lines(t); ok(lines) {
			return lines
		}
		select {
		case <-m.more:
		case <-t.Context().Done():
			t.Fatalf("the tape never got so far:\n%s", strings.Join(m.lines(t), "\n"))
		}
	}
}

// ended reports that every carrier of the tape has ended.
func ended(lines []string) bool {
	open := map[string]bool{}
	for _, l := range lines {
		f := strings.Fields(l)
		open[f[0]] = true
		switch f[len(f)-1] {
		case "eof", "reset", "closed":
			delete(open, f[0])
		}
	}
	return len(lines) > 0 && len(open) == 0
}

// noGoroutines fails where code of the recorder still runs.
func noGoroutines(t testing.TB) {
	t.Helper()
	buf := make([]byte, 1<<20)
	for range 100_000 {
		left := ""
		for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(g, "mcpmock/recorder.(*") && !strings.Contains(g, "testing.tRunner") {
				left = g
			}
		}
		if left == "" {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("goroutines are left:\n%s", buf[:runtime.Stack(buf, true)])
}
