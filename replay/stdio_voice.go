package replay

import (
	"bufio"
	"io"
	"sync"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/scenarios"
)

// lines is the voice of stdio: a message is a line.
type lines struct {
	broken func()

	mu     sync.Mutex
	w      *bufio.Writer
	out    io.Closer // or nil
	closed bool
}

func (l *lines) speak(message []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return true
	}
	_, _ = l.w.Write(message) // an error stays until flush
	return l.w.WriteByte('\n') == nil
}

// raw sends bytes that are no line.
func (l *lines) raw(p []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return true
	}
	_, _ = l.w.Write(p)
	if l.w.Flush() != nil {
		l.broken()
		return false
	}
	return true
}

func (l *lines) dress(do *scenarios.Action, _, message []byte) []byte {
	return faults.Lines(do, message)
}

// shut closes what is written to, where it can be closed.
func (l *lines) shut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != nil && !l.closed {
		_ = l.out.Close()
	}
	l.closed = true
	return true
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed && l.w.Flush() != nil {
		l.broken()
	}
}
