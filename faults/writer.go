package faults

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Around is what a Writer asks of whoever performs the answer. Its methods may
// be called from several goroutines.
type Around interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function
	// that gives the wait up.
	After(d time.Duration) (passed <-chan time.Time, stop func())
	// Gone is closed when the client, or its session, is gone.
	Gone() <-chan struct{}
	// Leave tells whoever performs the answer to stop: nothing more is taken.
	Leave()
	Chance() float64
	Normal() float64
	// Rotated makes an id that names the session of the request from now on, or
	// returns "".
	Rotated() string
	// Elsewhere says a message on the client's standalone stream, if it listens.
	Elsewhere(message []byte)
	// Swapped gives an answer away for that of another request in flight, which
	// it waits for.
	Swapped(message []byte) []byte

	// What the client gets, in its order. A frame is nil for what is not on an
	// event stream.
	SaidHead(status int, header http.Header)
	Said(body []byte, frame *sse.Frame)
	SaidEnd(reset bool)
}

// A Writer is an http.ResponseWriter that edits an answer on its way to
// another. It is for one answer; Finish ends it.
type Writer struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	do     *scenarios.Action
	stream *scenarios.StreamEdit // of do; never nil
	around Around
	// ID and Token are those of the request, as JSON; Streams says that the
	// client takes event streams. They are set before the first use.
	ID, Token []byte
	Streams   bool
	// Primes says that the answer begins with an event that primes the client
	// to come back, and Last is the Last-Event-ID of a client that has.
	Primes bool
	Last   string

	mu      sync.Mutex // keepalive and Push write beside the handler
	status  int
	events  bool // the answer is an event stream
	headed  bool // it has come to its status line
	passed  bool // which has been passed on
	over    bool // nothing more is passed on
	cut     bool // the connection is broken
	ended   bool // that has been said
	kept    bool // it is not, and the answer is complete
	body    bytes.Buffer
	frames  sse.Splitter
	n       int    // events passed on
	latest  string // the id of the latest that had one
	bytes   int    // of the body passed on
	blank   []byte // a blank line that is still owed
	halved  bool   // the stall in the middle has been
	buffer  bytes.Buffer
	packed  *gzip.Writer
	expired atomic.Bool // the time of the answer is up
	beside  sync.WaitGroup
	done    chan struct{}
	once    sync.Once
}

// NewWriter returns a Writer that edits as do says.
func NewWriter(w http.ResponseWriter, do *scenarios.Action, around Around) *Writer {
	s := &Writer{w: w, rc: http.NewResponseController(w), do: do, around: around, stream: do.Stream, done: make(chan struct{})}
	if s.stream == nil {
		s.stream = &scenarios.StreamEdit{}
	}
	return s
}

// Header returns the header of the answer.
func (s *Writer) Header() http.Header { return s.w.Header() }

// Unwrap returns what is written to, for the deadlines of its connection.
func (s *Writer) Unwrap() http.ResponseWriter { return s.w }

// WriteHeader takes the status of the answer.
func (s *Writer) WriteHeader(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status != 0 || status < 200 {
		return
	}
	s.status = status
	if strings.HasPrefix(s.Header().Get("Content-Type"), "text/event-stream") {
		s.events = true
		s.head(-1)
	}
}

// Write takes a part of the answer's body. It fails once the answer is over
// for the client.
func (s *Writer) Write(p []byte) (int, error) {
	if s.status == 0 {
		s.WriteHeader(http.StatusOK)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.events {
		return s.body.Write(p)
	}
	for _, f := range s.frames.Feed(p) {
		s.frame(f)
	}
	if s.over {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

// FlushError sends what was written, where that may go out already.
func (s *Writer) FlushError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return io.ErrClosedPipe
	}
	if !s.events || s.do.Buffer {
		return nil
	}
	return s.rc.Flush()
}

// Flush is FlushError for those who do not ask.
func (s *Writer) Flush() { _ = s.FlushError() }

// Push says a message on the stream, beside the answer. It reports whether the
// stream is open.
func (s *Writer) Push(message []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.events || s.over {
		return false
	}
	s.event(own(message), nil)
	if m := jsonrpc.One(message); m.Kind == jsonrpc.Response && bytes.Equal(m.ID, s.ID) {
		s.around.Leave() // nothing is awaited any more
	}
	return !s.over
}

// Finish ends the answer: it says what is still to be said, and waits where the
// client is to wait. It reports whether the connection is to be given up,
// because it could not be broken off.
func (s *Writer) Finish() (abort bool) {
	if !s.events && s.status != 0 {
		s.whole()
	}
	s.mu.Lock()
	if !s.over && s.events {
		if rest := s.frames.Rest(); len(rest) > 0 { // a frame that was cut off
			s.put(rest, false)
			s.around.Said(rest, nil)
		}
		if s.stream.Hold && !s.expired.Load() {
			if !s.do.Buffer {
				_ = s.rc.Flush()
			}
			s.mu.Unlock()
			s.wait(0)
			s.mu.Lock()
		}
	}
	if s.expired.Load() && s.do.Drop == nil && !s.over {
		s.primeAgain(nil)
	}
	s.end()
	if s.gone() {
		s.sayEnd(false)
	}
	cut := s.cut
	s.mu.Unlock()
	s.once.Do(func() { close(s.done) })
	s.beside.Wait()
	return cut
}

// Whole reports whether a finished answer ended as it should, on a connection
// that can be used again.
func (s *Writer) Whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passed && s.kept
}

// end ends an answer that has not ended otherwise.
func (s *Writer) end() {
	if s.expired.Load() && s.do.Drop != nil && !s.over {
		s.breakOff()
		return
	}
	if s.over {
		return
	}
	s.over, s.kept = true, true
	if s.blank != nil && !s.stream.NoBlank {
		s.out(s.blank)
	}
	if s.packed != nil {
		_ = s.packed.Close()
	}
	if s.buffer.Len() > 0 {
		_, _ = s.w.Write(s.buffer.Bytes())
	}
	if s.events {
		_ = s.rc.Flush()
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

// head passes the status line on, with the length of the body where that is
// known, after whatever comes before it. It reports whether the client is
// still to get something.
func (s *Writer) head(length int) bool {
	if s.headed || s.over {
		return !s.over
	}
	s.headed = true
	if d := s.do.Delay; d != nil && !s.wait(s.length(d)) {
		s.over = true
		return false
	}
	if st := s.do.Stall; st != nil && st.At == "before_headers" && !s.wait(st.For) {
		s.over = true
		return false
	}
	if d := s.do.Drop; d != nil && d.Bytes == 0 && d.Events == 0 && d.After == 0 {
		s.breakOff()
		return false
	}
	h := s.Header()
	if s.do.Status != 0 {
		s.status = s.do.Status
	}
	if s.do.RotateSession {
		if id := s.around.Rotated(); id != "" {
			h[mcp.HeaderSessionID] = []string{id}
		}
	}
	SetHeaders(h, s.do.Headers, nil)
	delete(h, "Content-Length")
	if s.do.Gzip {
		h["Content-Encoding"] = []string{"gzip"}
		s.packed = gzip.NewWriter(writerFunc(s.out))
	} else if length >= 0 && s.status != http.StatusNoContent && s.status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(length)}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // net/http must not guess one
	}
	s.w.WriteHeader(s.status)
	s.passed = true
	s.around.SaidHead(s.status, h)
	if st := s.do.Stall; st != nil && st.At == "after_headers" {
		_ = s.rc.Flush()
		if !s.wait(st.For) {
			s.over = true
			return false
		}
	}
	if s.events {
		s.begin()
	}
	return !s.over
}

// whole passes on an answer that is no event stream, or makes one of it.
func (s *Writer) whole() {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := s.body.Bytes()
	batch, err := jsonrpc.Parse(body)
	message := err == nil && !batch.Array && batch.Messages[0].Kind == jsonrpc.Response
	if message && s.Streams && (s.do.Stream != nil || s.do.Send != nil) {
		s.events = true
		s.Header()["Content-Type"] = []string{"text/event-stream"}
		if s.head(-1) {
			s.message(body, sse.Frame{Event: "message", HasEvent: true, HasData: true}, nil)
		}
		return
	}
	if message {
		if s.do.Swap {
			body = s.swapped(body)
		}
		body = bytes.Join(Message(s.do, body), nil)
	} else {
		body = replaced(s.do.Replace, body)
	}
	if s.do.BOM {
		body = append([]byte("\ufeff"), body...)
	}
	if s.do.Truncate > 0 && s.do.Truncate < len(body) {
		body = body[:s.do.Truncate]
	}
	length := len(body)
	if s.do.Drop != nil && length == 0 {
		length++ // for there must be something to miss
	}
	if !s.head(length) {
		return
	}
	s.around.Said(body, nil)
	s.put(body, len(body) > 0)
	if s.do.Drop != nil && !s.over {
		s.breakOff()
	}
}

type writerFunc func([]byte) bool

func (f writerFunc) Write(p []byte) (int, error) {
	if !f(p) {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}
