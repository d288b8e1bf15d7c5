package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A posting is one line of the client, POSTed, with all that answers it.
type posting struct {
	c       *caller
	body    []byte
	batch   jsonrpc.Batch
	hello   bool   // it is the handshake
	version string // of a request of the modern era, which names it, and whose stream nobody resumes
	listens bool   // a subscription, whose answer may never come
	ctx     context.Context
	cancel  context.CancelFunc
	once    sync.Once
	sent    chan struct{} // closed when the server has the message
	settled chan struct{} // closed when every request has its answer
	ended   chan struct{} // closed at its end

	// Guarded by the caller's mutex.
	waits map[string][]byte // requests without an answer, as their ids are spelled
	given bool              // the server has taken the message
	muted bool              // the client does not wait any more
}

// newPosting prepares the POST of one line.
func (c *caller) newPosting(batch jsonrpc.Batch, line []byte) *posting {
	k := &posting{
		c: c, body: line, batch: batch, waits: map[string][]byte{},
		sent: make(chan struct{}), settled: make(chan struct{}), ended: make(chan struct{}),
	}
	k.ctx, k.cancel = context.WithCancel(c.work)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[k] = true
	for _, m := range batch.Messages {
		if m.Kind == jsonrpc.Request {
			k.waits[idKey(m.ID)] = m.ID
			c.postings[idKey(m.ID)] = k
		}
		k.hello = k.hello || m.Method == mcp.Initialize
		k.listens = k.listens || m.Method == mcp.Listen
	}
	if k.version = modernVersion(batch); k.version != "" && batch.Messages[0].Method != mcp.Discover { // which a server of the legacy era refuses
		c.modern = true
	}
	if k.hello { // a new session, by a request without an id
		c.session, c.version, c.modern = "", "", false
	}
	return k
}

func (k *posting) run() {
	defer k.over()
	ctx, heard := k.c.whenSent(k.ctx, k.isSent)
	defer heard()
	resp, err := k.c.send(ctx, http.MethodPost, k.header(), k.body)
	k.isSent()
	if err != nil {
		k.fail(k.c.unreachable(err))
		return
	}
	if k.mismatched(resp) {
		if resp, err = k.c.send(k.ctx, http.MethodPost, k.header(), k.body); err != nil {
			k.fail(k.c.unreachable(err))
			return
		}
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		k.refused(resp)
		return
	}
	k.accepted(resp)
	switch {
	case k.c.old:
		k.awaitStream()
	case isEventStream(resp.Header.Get("Content-Type")):
		k.follow(resp)
	default:
		k.whole(resp)
	}
	k.fail(fmt.Sprintf("the server answered %s and said nothing to this request", resp.Status))
}

// accepted notes what a good status line tells.
func (k *posting) accepted(resp *http.Response) {
	k.c.mu.Lock()
	if id := resp.Header.Get(mcp.HeaderSessionID); k.hello {
		k.c.session = id
	}
	k.given = true
	k.c.mu.Unlock()
	for _, m := range k.batch.Messages {
		switch {
		case m.Kind != jsonrpc.Notification:
		case m.Method == mcp.Initialized:
			<-k.c.listen() // the next message may make the server say something there
		case m.Method == mcp.Cancelled:
			k.c.cancelled(m)
		}
	}
	k.settle()
}

// whole reads an answer that is no stream.
func (k *posting) whole(resp *http.Response) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, partSize+1))
	if err != nil {
		k.fail(fmt.Sprintf("the server's answer broke off: %v", cause(err)))
		return
	}
	batch, err := jsonrpc.Parse(body)
	switch {
	case len(body) > partSize:
		k.fail(fmt.Sprintf("the server's answer is longer than %d MiB", partSize>>20))
	case errors.Is(err, jsonrpc.ErrEmpty):
	case err != nil:
		k.fail(fmt.Sprintf("the server's answer is %v: %s", err, excerptOf(resp, body)))
	}
	for _, m := range batch.Messages {
		k.hear(m)
	}
}

// hear passes a message of the server on.
func (k *posting) hear(m jsonrpc.Message) {
	if m.Kind != jsonrpc.Response {
		k.c.say(m.Raw)
		return
	}
	k.c.mu.Lock()
	raw, key := m.Raw, idKey(m.ID)
	if m.ID == nil && len(k.waits) == 1 {
		// The server could not read whose answer it is, but it can be no other.
		for key = range k.waits {
			raw = passError(k.waits[key], m.Error)
		}
	}
	if k.waits[key] != nil {
		k.settleOne(key)
		if k.hello {
			k.c.version = gjson.GetBytes(m.Result, "protocolVersion").Str
		}
	}
	muted := k.muted
	k.c.mu.Unlock()
	if !k.batch.Array && k.batch.Messages[0].Method == mcp.ToolsList {
		k.c.learn(m.Result)
	}
	if !muted {
		k.c.say(raw)
	}
	k.settle()
}

// settleOne takes a request off those that wait. It is called with mu held.
func (k *posting) settleOne(key string) {
	delete(k.waits, key)
	if k.c.postings[key] == k {
		delete(k.c.postings, key)
	}
}

// refused gives each request the reason why the server would not take it.
func (k *posting) refused(resp *http.Response) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what came of it
	if batch, err := jsonrpc.Parse(body); err == nil && !batch.Array {
		m := batch.Messages[0]
		k.c.mu.Lock()
		fits := m.Error != nil && (m.ID == nil || k.waits[idKey(m.ID)] != nil)
		k.c.mu.Unlock()
		if fits && k.failWith(func(id []byte) []byte { return passError(id, m.Error) }) {
			return
		}
	}
	k.fail(fmt.Sprintf("the server answered %s: %s", resp.Status, excerptOf(resp, body)))
}

// fail gives each request that has no answer an error.
func (k *posting) fail(reason string) {
	stopped := k.c.work.Err() != nil
	switch {
	case stopped && errors.Is(context.Cause(k.c.work), errGone):
		reason = "the server ended its stream without an answer"
	case stopped:
		reason = "the recording ended before the server answered"
	}
	asked := k.failWith(func(id []byte) []byte { return errorTo(id, mcp.InternalError, reason) })
	if !asked && !k.given && !stopped {
		k.c.rec.log.Warn("a message of the client did not reach the server", "reason", reason)
	}
}

// failWith reports whether there were requests in the line.
func (k *posting) failWith(message func(id []byte) []byte) bool {
	k.c.mu.Lock()
	var errs [][]byte
	asked := false
	for _, m := range k.batch.Messages {
		asked = asked || m.Kind == jsonrpc.Request
		if key := idKey(m.ID); m.Kind == jsonrpc.Request && k.waits[key] != nil {
			errs = append(errs, message(m.ID))
			k.settleOne(key)
		}
	}
	muted := k.muted || k.listens && k.c.work.Err() != nil // a client that ends knows that its subscriptions do
	k.c.mu.Unlock()
	for _, e := range errs {
		if !muted {
			k.c.say(e)
		}
	}
	return asked
}

func (k *posting) isSent() { k.once.Do(func() { close(k.sent) }) }

// settle notices that nothing is waited for any more.
func (k *posting) settle() {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	if len(k.waits) == 0 && k.given && !k.isSettled() {
		close(k.settled)
	}
}

func (k *posting) isSettled() bool {
	select {
	case <-k.settled:
		return true
	default:
		return false
	}
}

// over forgets the posting.
func (k *posting) over() {
	k.cancel()
	k.isSent()
	k.c.mu.Lock()
	k.given = true
	for key := range k.waits {
		k.settleOne(key)
	}
	delete(k.c.open, k)
	k.c.mu.Unlock()
	k.settle()
	close(k.ended)
}

// cancelled ends the posting of a request that the client cancelled: it gets
// no answer (2025-11-25 basic/utilities/cancellation, "Behavior
// Requirements").
func (c *caller) cancelled(m jsonrpc.Message) {
	c.mu.Lock()
	k := c.postings[idKey([]byte(gjson.GetBytes(m.Params, "requestId").Raw))]
	if k == nil || k.hello || len(k.batch.Messages) > 1 {
		c.mu.Unlock()
		return
	}
	k.muted = true
	c.mu.Unlock()
	k.cancel()
}

// cancelsByClosing ends the posting of a cancelled request of the modern era:
// a server over HTTP learns of it by the end of the stream, and is sent
// nothing (2026-07-28 basic/transports/streamable-http, "Cancellation").
func (c *caller) cancelsByClosing(m jsonrpc.Message) bool {
	c.mu.Lock()
	modern := c.modern
	if k := c.postings[idKey([]byte(gjson.GetBytes(m.Params, "requestId").Raw))]; k != nil {
		modern = k.version != ""
	}
	c.mu.Unlock()
	if modern {
		c.cancelled(m)
	}
	return modern
}
