package faults

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A Writer is an http.ResponseWriter that edits an answer on its way to
// another. It is for one answer; Finish ends it, and must be called.
//
// Who performs the answer, Push and the Writer's own comments take turns. A
// turn may last as long as a fault waits; Push alone does not wait for it.
type Writer struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	do     *scenarios.Action
	stream *scenarios.StreamEdit // of do; never nil
	around Around
	// ID and Token are those of the request, as JSON; Streams says that the
	// client takes event streams, Bare that it asked for the head alone, and
	// Several that it sent a batch. They are set before the first use.
	ID, Token              []byte
	Streams, Bare, Several bool
	// Apart is what is done to some answers to a batch alone.
	Apart Apart
	// Primes says that the answer begins with an event that primes the client
	// to come back, and Last is the Last-Event-ID of a client that has.
	Primes bool
	Last   string

	turn    chan struct{} // holds one while somebody writes
	events  atomic.Bool   // the answer is an event stream
	over    atomic.Bool   // nothing more is passed on
	expired atomic.Bool   // the time of the answer is up

	mu     sync.Mutex
	pushed []*push // messages that wait for a turn
	shut   bool    // no more are taken

	// What follows belongs to whoever has the turn.
	status   int
	headed   bool // the answer has come to its status line
	passed   bool // which has been passed on
	bodyless bool // and nothing can follow it
	cut      bool // the connection could not be broken off
	ended    bool // the end has been said
	kept     bool // the answer is complete
	lost     bool // the client takes no more
	body     bytes.Buffer
	frames   sse.Splitter
	n        int    // events passed on
	messages int    // those of them that have one
	latest   string // the id of the latest that had one
	plain    int    // bytes of the body, as the answer has them
	bytes    int    // as the client gets them
	blank    []byte // a blank line that is still owed
	halved   bool   // the stall in the middle has been
	held     bytes.Buffer
	holds    []telling // what is in held
	meant    bool      // which has a message
	packed   *gzip.Writer
	packs    bytes.Buffer

	beside sync.WaitGroup
	done   chan struct{}
	once   sync.Once
}

// NewWriter returns a Writer that edits as do says.
func NewWriter(w http.ResponseWriter, do *scenarios.Action, around Around) *Writer {
	s := &Writer{w: w, rc: http.NewResponseController(w), do: do, around: around, stream: do.Stream,
		turn: make(chan struct{}, 1), done: make(chan struct{})}
	if s.stream == nil {
		s.stream = &scenarios.StreamEdit{}
	}
	if do.Drop != nil && do.Drop.After > 0 {
		s.expire(do.Drop.After)
	}
	return s
}

// expire has the answer's time be up after that long.
func (s *Writer) expire(after time.Duration) {
	s.beside.Go(func() {
		if s.wait(after) {
			s.expired.Store(true)
			s.around.Leave()
		}
	})
}

// Header returns the header of the answer.
func (s *Writer) Header() http.Header { return s.w.Header() }

// Unwrap returns what is written to, for the deadlines of its connection.
func (s *Writer) Unwrap() http.ResponseWriter { return s.w }

// WriteHeader takes the status of the answer.
func (s *Writer) WriteHeader(status int) {
	s.enter()
	defer s.leave()
	s.begun(status)
}

func (s *Writer) begun(status int) {
	if s.status != 0 || status < 200 {
		return
	}
	s.status = status
	if strings.HasPrefix(strings.ToLower(s.Header().Get("Content-Type")), "text/event-stream") && !s.Bare {
		s.events.Store(true)
		s.head(-1)
	}
}

// Write takes a part of the answer's body. It fails once the answer is over
// for the client.
func (s *Writer) Write(p []byte) (int, error) {
	s.enter()
	defer s.leave()
	s.begun(http.StatusOK)
	if !s.events.Load() {
		return s.body.Write(p)
	}
	for _, f := range s.frames.Feed(p) {
		s.frame(f)
	}
	if s.over.Load() {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// FlushError sends what was written, where that may go out already.
func (s *Writer) FlushError() error {
	s.enter()
	defer s.leave()
	if s.over.Load() {
		return io.ErrClosedPipe
	}
	if !s.events.Load() || s.do.Buffer {
		return nil
	}
	return s.flush()
}

// Flush is FlushError for those who do not ask.
func (s *Writer) Flush() { _ = s.FlushError() }

// Finish ends the answer: it says what is still to be said, and waits where the
// client is to wait. It reports whether the connection is to be given up,
// because it could not be broken off.
func (s *Writer) Finish() (abort bool) {
	s.enter()
	if !s.events.Load() && !s.over.Load() {
		if s.status == 0 && s.gone() { // nobody answers any more
			s.breakOff()
		} else {
			s.begun(http.StatusOK)
			s.whole(false)
		}
	}
	if s.events.Load() && !s.over.Load() {
		if rest := bytes.Clone(s.frames.Rest()); len(rest) > 0 { // a frame that was cut off
			s.put(rest, false, telling{body: rest})
		}
		if s.stream.Hold && !s.expired.Load() && !s.over.Load() {
			if !s.do.Buffer {
				_ = s.flush()
			}
			s.leave()
			s.wait(0)
			s.enter()
		}
	}
	switch {
	case s.over.Load():
	case s.expired.Load() && s.do.Drop != nil:
		s.breakOff()
	case s.expired.Load():
		s.primeAgain(nil)
	}
	s.end()
	return s.close()
}

// Abort breaks the answer off where it is, instead of ending it: the client
// gets what has come of it, and then the connection breaks. Finish may still be
// called, and reports whether the connection is to be given up.
func (s *Writer) Abort() {
	s.enter()
	switch {
	case s.over.Load():
	case s.events.Load():
		if rest := bytes.Clone(s.frames.Rest()); len(rest) > 0 {
			s.put(rest, false, telling{body: rest})
		}
	case s.status != 0:
		s.whole(true)
	}
	s.breakOff()
	s.close()
}

// close lets go of what is beside the answer, and of the turn.
func (s *Writer) close() (abort bool) {
	if s.gone() {
		s.sayEnd(false)
	}
	if s.kept && s.bytes > buffered {
		_ = s.flush()
	} else if s.kept || !s.passed {
		s.unbound()
	}
	abort = s.cut
	s.mu.Lock()
	s.shut, s.pushed = true, nil
	s.mu.Unlock()
	s.leave()
	s.once.Do(func() { close(s.done) })
	s.beside.Wait()
	return abort
}

// Over reports whether the Writer itself has ended the answer, so that what
// performs it was told to stop before its end.
func (s *Writer) Over() bool { return s.over.Load() || s.expired.Load() }

// Whole reports whether a finished answer ended as it should, on a connection
// that can be used again.
func (s *Writer) Whole() bool {
	s.enter()
	defer s.leave()
	return s.passed && s.kept
}

// Chunked reports whether a finished answer was sent in chunks over HTTP/1.1,
// so that a last one ends it.
func (s *Writer) Chunked() bool {
	s.enter()
	defer s.leave()
	return s.passed && !s.bodyless && len(s.Header()["Content-Length"]) == 0
}

// end ends an answer that has not ended otherwise.
func (s *Writer) end() {
	if s.over.Load() {
		return
	}
	s.release()
	if s.packed != nil && !s.over.Load() {
		_ = s.packed.Close()
		s.pass(s.taken(), false, nil)
	}
	if s.over.Load() {
		return
	}
	s.over.Store(true)
	s.kept = true
	if s.events.Load() {
		_ = s.flush()
		s.sayEnd(false)
	}
}

// sayEnd says, once, that the answer has ended.
func (s *Writer) sayEnd(reset bool) {
	if !s.ended {
		s.ended = true
		s.around.SaidEnd(reset)
	}
}

func (s *Writer) gone() bool {
	select {
	case <-s.around.Gone():
		return true
	default:
		return false
	}
}
