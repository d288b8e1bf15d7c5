package recorder

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A session is one HTTP client of a bridge with the server that is its own.
type session struct {
	b      *Bridge
	id     string
	old    bool // of HTTP+SSE: all that the server says goes to its one stream
	in     *input
	ctx    context.Context    // of the server
	kill   context.CancelFunc // ends it by force
	cut    chan struct{}      // closed when nobody may wait for its client any more
	exited chan struct{}      // closed when the server has exited, and all it said is handed on

	mu      sync.Mutex
	guests  bool        // it is of the modern era, and no client knows its id
	users   int         // requests that are served
	idle    *time.Timer // runs while there are none
	reason  string      // why it ended, once it has
	version string      // the revision that was agreed on
	waiting map[string]*inquiry
	tokens  map[string]*inquiry      // by progress token
	posts   []*inquiry               // whose answers are streams, oldest first
	spent   map[string]chan struct{} // ids of requests that were cancelled just now
	stream  *outlet                  // the GET stream
	held    [][]byte                 // what no stream could take
	size    int                      // of held, in bytes
}

func newSession(b *Bridge, id string, old bool) *session {
	s := &session{
		b: b, id: id, old: old, in: newInput(),
		cut: make(chan struct{}), exited: make(chan struct{}),
		users: 1, idle: time.NewTimer(maxIdle),
		waiting: map[string]*inquiry{}, tokens: map[string]*inquiry{}, spent: map[string]chan struct{}{},
	}
	s.idle.Stop()
	s.ctx, s.kill = context.WithCancel(context.Background())
	if old {
		s.stream = newOutlet()
	}
	return s
}

// run runs the server.
func (s *session) run() {
	defer s.kill()
	said := &lines{
		each: func(line []byte) error { s.hear(line); return nil },
		tooLong: func() error {
			s.b.rec.log.Warn("a line of the server is too long, and is not passed on", "limit", partSize)
			return nil
		},
	}
	code, err := s.b.run(s.ctx, s.in, said, s.b.stderr)
	_ = said.end() // a last line may lack its end; handing it on has no error
	s.mu.Lock()
	if s.reason == "" {
		s.reason = fmt.Sprintf("the server exited with code %d", code)
		if err != nil {
			s.reason = strings.TrimPrefix(err.Error(), "recorder: ")
		}
		s.b.rec.log.Warn("a session has lost its server", "reason", s.reason)
	}
	s.mu.Unlock()
	_ = s.in.Close()
	s.b.forget(s)
	close(s.exited)
}

// watch ends the session when it is idle; and when it has ended, the server
// that does not end with its input (2025-11-25 basic/lifecycle, "Shutdown").
func (s *session) watch() {
	defer s.idle.Stop()
	select {
	case <-s.exited:
		return
	case <-s.idle.C:
		s.end(fmt.Sprintf("the session was idle for %v", maxIdle))
	case <-s.in.closed:
	}
	late := time.NewTimer(s.b.rec.waits.leaving)
	defer late.Stop()
	select {
	case <-s.exited:
	case <-late.C:
		close(s.cut)
		s.kill()
	}
}

// end ends the session: the server gets no more input.
func (s *session) end(reason string) {
	s.mu.Lock()
	if s.reason == "" {
		s.reason = reason
	}
	s.mu.Unlock()
	_ = s.in.Close()
}

// why returns why the session has ended, or "" while it goes on.
func (s *session) why() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

func (s *session) isGuest() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guests
}

// use keeps the session from being idle, and reports whether it goes on.
func (s *session) use() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reason != "" {
		return false
	}
	s.users++
	s.idle.Stop()
	return true
}

func (s *session) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 {
		s.idle.Reset(maxIdle)
	}
}

// tell gives the server a message. It reports false where the session has
// ended or the client has gone before the server took it.
func (s *session) tell(ctx context.Context, m jsonrpc.Message) bool {
	select {
	case s.in.lines <- asLine(m):
		return true
	case <-s.in.closed:
	case <-ctx.Done():
	}
	return false
}

// asLine is a message as a server reads it.
func asLine(m jsonrpc.Message) []byte {
	return append(bytes.Clone(oneLine(m.Raw)), '\n')
}

// An input is the stdin of a server: lines, one after the other.
type input struct {
	lines  chan []byte
	closed chan struct{}
	once   sync.Once
	rest   []byte // of the current line
}

func newInput() *input {
	return &input{lines: make(chan []byte), closed: make(chan struct{})}
}

func (i *input) Read(p []byte) (int, error) {
	if len(i.rest) == 0 {
		select {
		case i.rest = <-i.lines:
		case <-i.closed:
			return 0, io.EOF
		}
	}
	n := copy(p, i.rest)
	i.rest = i.rest[n:]
	return n, nil
}

// Close ends the input after the current line.
func (i *input) Close() error {
	i.once.Do(func() { close(i.closed) })
	return nil
}
