package recorder

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/mirror"
)

// The limits of a bridge.
const (
	maxSessions = 100       // each is a process
	maxIdle     = time.Hour // of a session that nobody asks and nobody listens to
)

// A Bridge gives clients that speak HTTP a server that speaks over stdio, and
// records what that server and its clients say over its pipes. Each session
// has a process of its own, so clients are as apart as they are over stdio.
//
//	client ─ POST, GET ─► session ─ a line ─► tape ─► server
//	client ◄─ a frame ── session ◄─ tape ◄─ a line ─ server
//
// It is an http.Handler: of Streamable HTTP at /mcp, and of HTTP+SSE
// (2024-11-05) at /sse, for clients that are older. It keeps the rules of
// those transports, since the server cannot; all else is the server's affair.
//
// Requests of the modern era, which has no sessions, go to one server for each
// client, by the name and the capabilities that they say; see admit.
//
// What this does not do: streams have no event ids and cannot be resumed.
type Bridge struct {
	rec    *Recorder
	run    runner
	stderr io.Writer

	running sync.WaitGroup // what sessions run
	serving sync.WaitGroup // requests

	mu       sync.Mutex
	closed   bool
	sessions map[string]*session // until their servers have exited
	visits   map[*visit]bool
	guests   map[string][]*session        // of the modern era, by who asks
	tools    map[string][]mirror.Argument // those with arguments in the header
	era      era                          // of the server, once it has said so
}

// A runner runs a server between the ends of a client, as Recorder.Command
// does.
type runner func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (code int, err error)

// Bridge returns a handler that runs a command for each session and records
// it. The function makes the command, not started and without Stdin, Stdout
// and Stderr. What servers write to their stderr goes to stderr as well as on
// the tape. Each server is a process group of its own, where the system has
// such, and is ended with its children.
//
// The bridge must be closed before the recorder is.
func (r *Recorder) Bridge(command func() *exec.Cmd, stderr io.Writer) *Bridge {
	return newBridge(r, stderr, func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
		p := newProcess(command())
		p.group = true
		return r.command(ctx, p, stdin, stdout, stderr)
	})
}

func newBridge(r *Recorder, stderr io.Writer, run runner) *Bridge {
	return &Bridge{
		rec:      r,
		run:      run,
		stderr:   &locked{w: stderr},
		sessions: map[string]*session{},
		visits:   map[*visit]bool{},
		guests:   map[string][]*session{},
		tools:    map[string][]mirror.Argument{},
	}
}

// Close ends all sessions and returns when their servers have exited and no
// request is being served any more. Servers get the end of their input, and
// have two seconds to finish what they work on; then SIGTERM, and are killed
// where they have not ended two seconds later. It may be called twice.
func (b *Bridge) Close() error {
	b.mu.Lock()
	b.closed = true
	for _, s := range b.sessions {
		s.end("the recording has ended")
	}
	b.mu.Unlock()
	b.running.Wait()
	b.mu.Lock()
	for v := range b.visits { // whose clients do not read, or do not write
		v.cut()
	}
	b.mu.Unlock()
	b.serving.Wait()
	return nil
}

func (b *Bridge) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if reason := b.rec.foreign(req); reason != "" {
		b.rec.log.Warn("refused a foreign request", "reason", reason)
		refuse(http.StatusForbidden, "%s", reason).write(w)
		return
	}
	v := b.enter(w)
	if v == nil {
		refuse(http.StatusServiceUnavailable, "%v", ErrStopped).write(w)
		return
	}
	defer b.leave(v)
	req.Body = v.hurried(req.Body)
	switch req.URL.Path {
	case "/mcp":
		b.serveStreamable(w, req)
	case "/sse":
		b.serveStream(w, req)
	case "/messages":
		b.serveMessages(w, req)
	default:
		refuse(http.StatusNotFound, "nothing is here: the server is at /mcp, and for clients of 2024-11-05 at /sse").write(w)
	}
}

func (b *Bridge) enter(w http.ResponseWriter) *visit {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	v := &visit{w: w, waits: b.rec.waits}
	b.visits[v] = true
	b.serving.Add(1)
	return v
}

func (b *Bridge) leave(v *visit) {
	b.mu.Lock()
	delete(b.visits, v)
	b.mu.Unlock()
	b.serving.Done()
}

// open begins a session and starts its server. It counts as in use.
func (b *Bridge) open(old bool) (*session, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, refuse(http.StatusServiceUnavailable, "%v", ErrStopped)
	case len(b.sessions) >= maxSessions:
		return nil, refuse(http.StatusServiceUnavailable, "too many sessions: %d servers run: end a session by DELETE, or wait until one is idle for %v", maxSessions, maxIdle)
	}
	s := newSession(b, rand.Text(), old)
	b.sessions[s.id] = s
	b.running.Go(s.run)
	b.running.Go(s.watch)
	return s, nil
}

// session finds a session for a request, which must release it.
func (b *Bridge) session(id string, old bool) *session {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sessions[id]
	if s == nil || s.old != old || s.isGuest() || !s.use() {
		return nil
	}
	return s
}

func (b *Bridge) forget(s *session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sessions, s.id)
	b.leaves(s)
}

// locked is a writer for several servers.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
