package replay

import (
	"net/http"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// frames is the voice of HTTP+SSE: a message is a frame.
type frames struct {
	mu      sync.Mutex
	w       http.ResponseWriter // nil once the stream has ended
	rc      *http.ResponseController
	edited  bool // it is a faults.Writer, which bounds its own writes
	buf     []byte
	bounded time.Time // when the write deadline was set
}

func (f *frames) speak(message []byte) bool { return f.frame("message", message) }

// frame sends an event. It reports whether the client is still there.
func (f *frames) frame(event string, data []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w == nil {
		return false
	}
	f.bound()
	frame := messageFrame
	frame.Event, frame.Data, frame.HasData = event, data, true
	f.buf = frame.Append(f.buf[:0])
	_, err := f.w.Write(f.buf)
	return err == nil && f.rc.Flush() == nil
}

// raw sends bytes that are no event.
func (f *frames) raw(p []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w == nil {
		return false
	}
	f.bound()
	_, err := f.w.Write(p)
	return err == nil && f.rc.Flush() == nil
}

// bound bounds how long a client that does not read holds up the next write.
// The caller holds mu.
func (f *frames) bound() {
	if now := time.Now(); !f.edited && now.Sub(f.bounded) > time.Second {
		f.bounded = now
		_ = f.rc.SetWriteDeadline(now.Add(writeTimeout))
	}
}

func (f *frames) dress(_ *scenarios.Action, framed, _ []byte) []byte { return framed }

// shut has nothing to close: the stream goes with its session.
func (f *frames) shut() bool { return false }

// flush has nothing to do: each frame is on its way when it is written.
func (f *frames) flush() {}

// close lets the response go: whoever speaks afterwards speaks to nobody.
func (f *frames) close() {
	f.mu.Lock()
	if !f.bounded.IsZero() {
		_ = f.rc.SetWriteDeadline(time.Time{})
	}
	f.w = nil
	f.mu.Unlock()
}
