package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// How a caller asks for a stream again: after a second, then ever more
// seldom, and a few times only where nothing comes.
const (
	firstPause = time.Second
	longPause  = 30 * time.Second
	maxPause   = time.Hour // whatever the server asks for
	maxTries   = 5
)

// A place is how far a stream has been read, which is what it takes to read
// on (2025-11-25 basic/transports, "Resumability and Redelivery").
type place struct {
	last  string        // the last event id
	retry time.Duration // how long to wait, where the server says so
	said  bool          // it said how long
	tries int           // since something came
}

// read reads a stream to its end and hands on its messages.
func (c *caller) read(resp *http.Response, at *place, hear func(jsonrpc.Message)) error {
	return readFrames(resp.Body, func(f sse.Frame) {
		at.tries = 0
		c.frame(f, at, hear)
	})
}

// readFrames reads a stream to its end, which is no error.
func readFrames(body io.Reader, each func(sse.Frame)) error {
	var splitter sse.Splitter
	buf := make([]byte, 32<<10)
	for {
		n, err := body.Read(buf)
		for _, frame := range splitter.Feed(buf[:n]) {
			each(sse.Parse(frame))
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case len(splitter.Rest()) > partSize:
			return fmt.Errorf("an event is longer than %d MiB", partSize>>20)
		}
	}
}

func (c *caller) frame(f sse.Frame, at *place, hear func(jsonrpc.Message)) {
	if f.HasID && !strings.ContainsRune(f.ID, 0) {
		at.last = f.ID
	}
	if ms, err := strconv.ParseUint(f.Retry, 10, 31); f.HasRetry && err == nil {
		at.retry, at.said = min(time.Duration(ms)*time.Millisecond, maxPause), true
	}
	if len(f.Data) == 0 || f.Event != "" && f.Event != "message" {
		return
	}
	batch, err := jsonrpc.Parse(f.Data)
	if err != nil {
		c.rec.log.Warn("an event of the server is no message, and is not passed on", "reason", err)
		return
	}
	for _, m := range batch.Messages {
		hear(m)
	}
}

// follow reads the stream that answers a line. One that breaks off before it
// has answered is read on, where the server gave its events ids; but in the
// modern era none is (2026-07-28 basic/transports/streamable-http, "Receiving
// Messages").
func (k *posting) follow(resp *http.Response) {
	var at place
	err := k.c.read(resp, &at, k.hear)
	for !k.isSettled() {
		if at.last == "" || k.version != "" {
			if err != nil {
				k.fail(fmt.Sprintf("the server's stream broke off before the answer: %v", cause(err)))
			}
			k.fail("the server ended its stream without an answer")
			return
		}
		more, rerr := k.c.resume(k.ctx, &at)
		if rerr != nil {
			k.fail(fmt.Sprintf("the server's stream ended before the answer, and could not be resumed: %v", rerr))
			return
		}
		err = k.c.read(more, &at, k.hear)
		_ = more.Body.Close()
	}
}

// resume asks for a stream, from its place on, until the server gives it.
func (c *caller) resume(ctx context.Context, at *place) (*http.Response, error) {
	for {
		if !at.pause(ctx) {
			return nil, fmt.Errorf("nothing came, %d times", maxTries)
		}
		resp, err := c.stream(ctx, at)
		if err == nil {
			return resp, nil
		}
		if _, none := errors.AsType[*noStream](err); none {
			return nil, err
		}
	}
}

// pause waits before the next try, and reports whether there shall be one.
func (p *place) pause(ctx context.Context) bool {
	if p.tries++; p.tries > maxTries {
		return false
	}
	d := p.retry
	if !p.said {
		d = min(firstPause<<(p.tries-1), longPause)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// noStream is the answer of a server that has no stream to give.
type noStream struct{ reason string }

func (n *noStream) Error() string { return n.reason }

// stream asks for a stream once. The error is a *noStream where asking again
// is of no use.
func (c *caller) stream(ctx context.Context, at *place) (*http.Response, error) {
	extra := http.Header{}
	if at.last != "" {
		extra.Set(mcp.HeaderLastEventID, at.last)
	}
	resp, err := c.send(ctx, http.MethodGet, extra, nil)
	if errors.Is(err, ErrStopped) {
		return nil, &noStream{err.Error()}
	} else if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK && isEventStream(resp.Header.Get("Content-Type")) {
		return resp, nil
	}
	_ = resp.Body.Close()
	if reason := "the server answered " + resp.Status; resp.StatusCode < 500 {
		return nil, &noStream{reason}
	} else {
		return nil, errors.New(reason)
	}
}

// listen opens the GET stream, on which a server says what answers nothing.
// Servers need not have one (2025-11-25 basic/transports, "Listening for
// Messages from the Server"). What it returns is closed when the request for
// it has been sent.
func (c *caller) listen() <-chan struct{} {
	if c.old {
		return closed()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listening != nil { // that of a former session
		c.listening()
	}
	ctx, cancel := context.WithCancel(c.work)
	c.listening = cancel
	asked := make(chan struct{})
	c.others.Go(func() {
		defer cancel()
		var at place
		first, over := c.whenSent(ctx, sync.OnceFunc(func() { close(asked) }))
		resp, err := c.stream(first, &at)
		over()
		for {
			if _, none := errors.AsType[*noStream](err); none {
				return
			}
			if resp != nil {
				// However it ends, it is asked for again.
				_ = c.read(resp, &at, func(m jsonrpc.Message) { c.say(m.Raw) })
				_ = resp.Body.Close()
			}
			if resp, err = c.resume(ctx, &at); err != nil {
				return
			}
		}
	})
	return asked
}
