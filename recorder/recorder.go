// Package recorder writes the tape: what an MCP client and a server say to
// each other, over HTTP or over stdio, while they say it.
//
// A Recorder is an http.RoundTripper, for a client program in Go, and the
// source of a reverse proxy, for any other:
//
//	file, err := cassettes.Create("weather.cassette", cassettes.Header{
//		Transport: "http", Redact: []string{cassettes.RedactSecrets},
//	})
//	rec, err := recorder.New(file)
//	go http.Serve(listener, rec.Proxy(upstream))
//	...
//	err = rec.Shutdown(ctx) // then file.Close()
//
// A server that speaks over stdio it runs between the two ends of its client,
// on a tape that other recorders may write at the same time:
//
//	file, err := cassettes.Share("weather.cassette", cassettes.Header{
//		Transport: "stdio", Redact: []string{cassettes.RedactSecrets},
//	})
//	rec, err := recorder.New(file)
//	code, err := rec.Command(ctx, exec.Command("weather"), os.Stdin, os.Stdout, os.Stderr)
//
// The tape is written ahead: a request is on it before it goes upstream, and
// each message of an answer before its last byte is handed on. Killing the
// process loses nothing that either side has read whole. When the tape cannot
// be written, traffic passes on all the same; Err says so.
//
// What this does not do: it judges nothing and repairs nothing, so a request
// that no MCP server understands is passed on and recorded like any other. It
// follows no redirect, and passes no protocol upgrade on (WebSocket).
// Informational responses (1xx) pass, to clients of HTTP/1.1, and are not on the
// tape, with none of their fields. A body of more than 16 MiB is on it in parts,
// as bytes, in which a secret is found by its name or shape alone. A compressed
// event stream whose server does not flush the compressor after each event passes
// on only as far as its events can be told.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A Tape is what events are written to; a *cassettes.File is one. Write is
// called from many goroutines, and the event is only valid during the call.
type Tape interface {
	Write(*cassettes.Event) error
}

// A Recorder writes what passes it to a tape. It is safe for concurrent use.
type Recorder struct {
	tape    Tape
	redact  *cassettes.Redactor
	now     func() time.Duration
	since   time.Duration // what an appended tape lasted before
	waits   patience
	log     *slog.Logger
	extra   http.Header // headers towards the upstream alone
	hosts   []string
	origins []string
	anyone  bool // Host and Origin are not looked at

	transport http.RoundTripper
	fresh     http.RoundTripper // never reuses a connection
	idle      []func()          // closes the connections of our own transports

	carriers  atomic.Int64
	processes atomic.Int64
	exchanges atomic.Int64
	events    atomic.Int64
	before    int64         // exchanges that an appended tape had before
	ahead     time.Duration // how far another recorder's time on the tape is before ours

	mu       sync.Mutex
	open     map[*carrier]bool
	visits   map[*visit]bool // requests in the proxy
	stopping bool            // nothing new is let in
	cutting  bool            // and what is open is cut
	quiet    chan struct{}   // closed when nothing is open any more
	last     exchange        // the last one that is whole on the tape
	err      error
	failed   atomic.Bool
}

// An exchange is a request by its number on the tape and its method.
type exchange struct {
	number int64
	method string
}

// ErrStopped is what a request gets after Shutdown or Close.
var ErrStopped = errors.New("recorder: stopped: start another one to record more")

// An Option is a choice about a Recorder.
type Option func(*Recorder)

// WithTransport sends requests upstream by t in place of a transport of the
// recorder's own. The recorder makes one call to it for each request; it is
// up to t not to send one twice, as an http.Transport may where a kept
// connection turns out to be dead.
func WithTransport(t http.RoundTripper) Option {
	return func(r *Recorder) { r.transport, r.fresh = t, t }
}

// WithHeader adds a header field to each request towards the upstream, in
// place of the client's own field of that name; Host is the one that the
// upstream is asked by. It is not on the tape. It may be given several times.
func WithHeader(name, value string) Option {
	return func(r *Recorder) { r.extra.Add(name, value) }
}

// WithLog tells l what a person should know: that the recording failed, that
// a foreign request was refused. The default is to tell nobody; Err has the
// failure in any case.
func WithLog(l *slog.Logger) Option { return func(r *Recorder) { r.log = l } }

// WithClock takes the time since the recording began from now, which must
// never go backwards.
func WithClock(now func() time.Duration) Option { return func(r *Recorder) { r.now = now } }

// WithHosts lets the proxy serve requests for other names than loopback ones
// and its own address.
func WithHosts(hosts ...string) Option {
	return func(r *Recorder) { r.hosts = append(r.hosts, hosts...) }
}

// WithOrigins lets the proxy serve web pages of other origins than loopback
// ones, such as https://app.example.
func WithOrigins(origins ...string) Option {
	return func(r *Recorder) { r.origins = append(r.origins, origins...) }
}

// WithAnyone lets the proxy and the bridge serve requests of every Host and
// Origin. It is for a handler that stands before them and has checked both.
func WithAnyone() Option { return func(r *Recorder) { r.anyone = true } }

// WithRedactor redacts by rd. It is needed where the tape is no
// *cassettes.File, whose header has the rules; the default there is the
// built-in rules.
func WithRedactor(rd *cassettes.Redactor) Option { return func(r *Recorder) { r.redact = rd } }

// New returns a Recorder that writes to tape. Where that is a
// *cassettes.File, or for Command alone a *cassettes.Shared, its header says
// what to redact, and carriers, sessions and time go on from what it held
// before. The error is a redaction rule that cannot be understood.
func New(tape Tape, opts ...Option) (*Recorder, error) {
	begin := time.Now()
	r := &Recorder{
		tape:   tape,
		waits:  usual(),
		now:    func() time.Duration { return time.Since(begin) },
		log:    slog.New(slog.DiscardHandler),
		extra:  http.Header{},
		open:   map[*carrier]bool{},
		visits: map[*visit]bool{},
		quiet:  make(chan struct{}),
	}
	for _, o := range opts {
		o(r)
	}
	rules := []string{cassettes.RedactSecrets}
	var had cassettes.Had
	switch file := tape.(type) {
	case *cassettes.File:
		rules, had = file.Header.Redact, file.Had
	case *cassettes.Shared:
		rules, had = file.Header.Redact, file.Had
	}
	if r.redact == nil {
		var err error
		if r.redact, err = cassettes.NewRedactor(rules); err != nil {
			return nil, fmt.Errorf("recorder: %w", err)
		}
	}
	r.redact.Continue(had)
	for name, values := range r.extra {
		for _, value := range values {
			r.redact.HideHeader(name, value)
		}
	}
	r.since = had.Last
	r.before = int64(had.Exchanges)
	r.carriers.Store(int64(had.Carriers))
	if r.transport == nil {
		r.ownTransport()
	}
	return r, nil
}

// ownTransport makes the transports. An http.Transport repeats a request
// where a kept connection turns out to be dead: one that is idempotent even
// after it was sent. So those get a connection of their own; all others are
// repeated only where nothing of them was sent.
func (r *Recorder) ownTransport() {
	kept := http.DefaultTransport.(*http.Transport).Clone()
	kept.DisableCompression = true
	kept.MaxIdleConns = 0
	kept.MaxIdleConnsPerHost = 1024
	kept.IdleConnTimeout = 2 * time.Second // well below what servers keep
	fresh := kept.Clone()
	fresh.MaxIdleConnsPerHost = -1
	r.transport, r.fresh = kept, fresh
	r.idle = append(r.idle, kept.CloseIdleConnections, fresh.CloseIdleConnections)
}

// Stats counts what a Recorder has written.
type Stats struct {
	Sessions  int // session ids seen, and stdio processes
	Exchanges int // requests of clients, in the sense of JSON-RPC
	Events    int
	Redacted  int // distinct secrets replaced
}

// Stats returns the counts so far, without those of a tape appended to.
func (r *Recorder) Stats() Stats {
	return Stats{
		Sessions:  r.redact.Sessions() + int(r.processes.Load()),
		Exchanges: int(r.exchanges.Load()),
		Events:    int(r.events.Load()),
		Redacted:  r.redact.Redacted(),
	}
}

// Err returns the failure that ended the recording, or nil. It names the last
// exchange that is whole on the tape.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close ends the recording at once: what is open gets an end from mcpmock on
// the tape, and its connections are cut. It may be called twice. It does not
// close the tape.
func (r *Recorder) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return r.Shutdown(ctx)
}

// Shutdown ends the recording: new requests are refused, GET streams and
// subscriptions end, and
// exchanges in progress may finish until ctx is done. It returns when nothing
// is left open, with the failure of the recording as Err has it.
func (r *Recorder) Shutdown(ctx context.Context) error {
	r.mu.Lock()
	if !r.stopping {
		r.stopping = true
		r.settle()
	}
	listening := r.carriersThat(func(c *carrier) bool { return c.listens })
	running := r.carriersThat(func(c *carrier) bool { return c.process != nil })
	r.mu.Unlock()
	for _, c := range listening {
		c.stop()
	}
	for _, c := range running {
		_ = c.process.in.Close() // it may be closed already
	}
	select {
	case <-r.quiet:
	case <-ctx.Done():
		r.cut()
		<-r.quiet
	}
	for _, closeIdle := range r.idle {
		closeIdle()
	}
	return r.Err()
}

// cut ends all that is open.
func (r *Recorder) cut() {
	r.mu.Lock()
	r.cutting = true
	rest := r.carriersThat(func(*carrier) bool { return true })
	r.mu.Unlock()
	// The carriers first: a connection whose deadline has passed looks to its
	// handler like a client that has gone, and who goes is told nothing.
	for _, c := range rest {
		c.stop()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for v := range r.visits {
		v.cut()
	}
}

func (r *Recorder) carriersThat(ok func(*carrier) bool) []*carrier {
	var cs []*carrier
	for c := range r.open {
		if ok(c) {
			cs = append(cs, c)
		}
	}
	return cs
}

// enter lets a request into the proxy, unless the recorder is stopping.
func (r *Recorder) enter(w http.ResponseWriter) *visit {
	v := &visit{w: w, waits: r.waits}
	if !r.admit(v) {
		return nil
	}
	return v
}

func (r *Recorder) admit(v *visit) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopping {
		r.visits[v] = true
	}
	return !r.stopping
}

func (r *Recorder) leave(v *visit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.visits, v)
	r.settle()
}

// settle notices that nothing is left. It is called with mu held.
func (r *Recorder) settle() {
	if r.stopping && len(r.visits) == 0 && len(r.open) == 0 {
		select {
		case <-r.quiet:
		default:
			close(r.quiet)
		}
	}
}

// write puts an event on the tape, unless an earlier one failed.
func (r *Recorder) write(e *cassettes.Event) {
	if r.failed.Load() {
		return
	}
	if err := r.tape.Write(e); err != nil {
		r.fail(err)
		return
	}
	r.events.Add(1)
}

// fail ends the recording; traffic goes on.
func (r *Recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	last := "no exchange is whole on the tape"
	if r.last.number > 0 {
		last = fmt.Sprintf("the last whole exchange on the tape is number %d (%s)", r.last.number, r.last.method)
	}
	r.err = fmt.Errorf("recorder: recording failed, traffic passes on unrecorded; %s: %w", last, err)
	r.failed.Store(true)
	r.log.Error("recording failed, traffic passes on unrecorded", "last", last, "err", err)
}
