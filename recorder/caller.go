package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
)

// maxSilence is how long a message is waited for that others wait behind.
const maxSilence = time.Minute

// Stdio gives a client on stdio a server that speaks HTTP, and records what it
// says to that server: each line of stdin is POSTed to upstream, and what the
// server says is a line on stdout, where nothing else is written. With sse the
// server is one of HTTP+SSE (2024-11-05), else of Streamable HTTP.
//
// Session id, protocol version, the GET stream and the resuming of a stream
// that broke off are dealt with here; a client on stdio knows none of them.
// A request that gets no answer over HTTP gets a JSON-RPC error that says why.
// The headers in which requests of 2026-07-28 repeat their body are made here;
// those for arguments of tools (x-mcp-header) as the latest tools/list has them.
//
// Stdio returns nil when stdin ends or ctx is done, after it has ended the
// session; and an error when stdin cannot be read, stdout cannot be written,
// or an HTTP+SSE server is not there or ends its stream. As with Command, a
// pending Read of stdin is made to return by a deadline or by Close; the
// goroutine of any other Read ends with that Read.
func (r *Recorder) Stdio(ctx context.Context, upstream *url.URL, sse bool, stdin io.Reader, stdout io.Writer) error {
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	c := &caller{
		rec:      r,
		target:   *upstream,
		out:      &lineWriter{w: stdout},
		work:     work,
		stop:     stop,
		open:     map[*posting]bool{},
		postings: map[string]*posting{},
		tools:    map[string][]mirror.Argument{},
		heard:    make(chan struct{}),
	}
	if c.target.Path == "" {
		c.target.Path = "/" // what a request line has
	}
	c.hide(upstream)
	if sse {
		if err := c.connect(ctx); err != nil {
			stop(nil)
			c.others.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	err := c.converse(ctx, stdin)
	c.hangUp(ctx, err == nil)
	if wake(stdin) {
		<-c.heard
	}
	if cause := context.Cause(work); errors.Is(cause, errGone) {
		return errors.Join(err, cause)
	}
	return err
}

// errGone is why a caller cannot go on: one of the two sides is not there any
// more.
var errGone = errors.New("recorder: bridging ended")

// A caller calls a server over HTTP for a client on stdio.
type caller struct {
	rec    *Recorder
	target url.URL // where requests go, without a user
	auth   string  // Authorization for the user in the upstream's URL
	old    bool    // the server's answers come on its one stream
	out    *lineWriter
	work   context.Context // of all that is under way
	stop   context.CancelCauseFunc
	heard  chan struct{}  // closed when the client's messages are read no more
	posts  sync.WaitGroup // the client's messages under way
	others sync.WaitGroup // all else that runs

	mu        sync.Mutex
	session   string // the session id, once there is one
	version   string // the revision that the handshake agreed on
	modern    bool   // each request says its revision, and there is no handshake
	open      map[*posting]bool
	postings  map[string]*posting          // of them, who waits for the answer to an id
	tools     map[string][]mirror.Argument // those with arguments in the header
	listening context.CancelFunc           // ends the GET stream
}

// hide keeps the secrets that an upstream's URL may have off the tape and out
// of messages.
func (c *caller) hide(upstream *url.URL) {
	for _, values := range upstream.Query() {
		for _, v := range values {
			c.rec.redact.Hide(v)
		}
	}
	if upstream.User == nil {
		return
	}
	c.target.User = nil
	password, _ := upstream.User.Password()
	q := http.Request{Header: http.Header{}}
	q.SetBasicAuth(upstream.User.Username(), password)
	c.auth = q.Header.Get("Authorization")
	c.rec.redact.HideHeader("Authorization", c.auth)
	c.rec.redact.Hide(password)
}

// name is the upstream in messages for people.
func (c *caller) name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return (&url.URL{Scheme: c.target.Scheme, Host: c.target.Host, Path: c.target.Path}).String()
}

// converse passes on what the client says until it says no more.
func (c *caller) converse(ctx context.Context, stdin io.Reader) error {
	said := make(chan []byte)
	over := make(chan error, 1)
	tell := func(line []byte) error {
		select {
		case said <- slices.Clone(line):
			return nil
		case <-ctx.Done():
		case <-c.work.Done():
		}
		return errGone
	}
	go func() {
		defer close(c.heard)
		l := &lines{each: tell, tooLong: func() error { return tell(nil) }}
		_, err := io.Copy(l, stdin)
		if err == nil {
			err = l.end() // a last line may lack its end
		}
		over <- err
	}()
	next, passed := said, (<-chan struct{})(nil) // one of the two is waited for
	late := time.NewTimer(maxSilence)
	defer late.Stop()
	for {
		select {
		case line := <-next:
			next, passed = nil, c.take(line)
			late.Reset(maxSilence)
		case <-passed:
			next, passed = said, nil
		case <-late.C:
			next, passed = said, nil
		case err := <-over:
			if err != nil && !errors.Is(err, errGone) {
				return fmt.Errorf("recorder: reading the client's messages: %w", err)
			}
			return nil
		case <-ctx.Done():
			return nil
		case <-c.work.Done():
			return nil
		}
	}
}

// take passes one line of the client on, and returns what is closed when the
// next one may follow.
//
// POSTs travel on connections of their own, and so in no order. What the
// server must know before it hears more is waited for: a notification or a
// response until it is accepted, and the handshake until it is answered. All
// others are sent in their order and answered in any.
func (c *caller) take(line []byte) <-chan struct{} {
	var batch jsonrpc.Batch
	err := errTooLong
	if line != nil {
		batch, err = jsonrpc.Parse(line)
	}
	if err != nil {
		code, id := mcp.ParseError, []byte(nil)
		if envelope, ok := errors.AsType[*jsonrpc.EnvelopeError](err); ok {
			code, id = mcp.InvalidRequest, envelope.ID
		}
		c.say(errorTo(id, code, err.Error()+": a line must be one JSON-RPC message"))
		return closed()
	}
	if m := batch.Messages[0]; m.Method == mcp.Cancelled && c.cancelsByClosing(m) {
		return closed()
	}
	k := c.newPosting(batch, line)
	await := k.sent
	if k.hello || len(k.waits) == 0 {
		await = k.settled
	}
	c.posts.Go(k.run)
	return await
}

// errTooLong is about a line that lines passes over.
var errTooLong = fmt.Errorf("longer than %d MiB", partSize>>20)

func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// say writes a message to the client; where it has no ears any more, all ends.
func (c *caller) say(message []byte) {
	if err := c.out.say(message); err != nil {
		c.stop(fmt.Errorf("%w: writing to the client: %w", errGone, err))
	}
}

// hangUp ends what is under way, and the session. Where the client has said
// all it had to say, the answers in progress may come.
func (c *caller) hangUp(ctx context.Context, patient bool) {
	if patient {
		c.mu.Lock()
		open := slices.DeleteFunc(slices.Collect(maps.Keys(c.open)), func(k *posting) bool { return k.listens })
		c.mu.Unlock()
		c.await(ctx, c.rec.waits.answers, func(k *posting) <-chan struct{} { return k.settled }, open)
		c.await(ctx, c.rec.waits.frames, func(k *posting) <-chan struct{} { return k.ended }, open)
	}
	c.stop(nil)
	c.posts.Wait()
	c.others.Wait()
	c.endSession(ctx)
}

// await waits for all of some postings, for a while.
func (c *caller) await(ctx context.Context, d time.Duration, done func(*posting) <-chan struct{}, open []*posting) {
	late := time.NewTimer(d)
	defer late.Stop()
	for _, k := range open {
		select {
		case <-done(k):
		case <-late.C:
			return
		case <-ctx.Done():
			return
		case <-c.work.Done():
			return
		}
	}
}

// endSession tells the server that the session is over; one that does not
// want to know answers 405 (2025-11-25 basic/transports, "Session Management").
func (c *caller) endSession(ctx context.Context) {
	c.mu.Lock()
	session := c.session
	c.mu.Unlock()
	if session == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.rec.waits.farewell)
	defer cancel()
	resp, err := c.send(ctx, http.MethodDelete, nil, nil)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRefusal)) // its words do not matter
	_ = resp.Body.Close()
}
