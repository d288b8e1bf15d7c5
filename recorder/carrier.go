package recorder

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A carrier is one HTTP request with its response, or one stdio process, while
// it is open.
type carrier struct {
	rec     *Recorder
	on      int
	listens bool                    // a GET or a subscription: a stream that may stay open for ever
	asked   exchange                // the first request it carries
	client  context.Context         // of whoever asks
	cancel  context.CancelCauseFunc // ends the upstream's request, or the process
	process *process                // nil over HTTP

	mu    sync.Mutex
	ended bool
	waits map[string]exchange // a process's requests without an answer, by id
}

// A request is what a client asked, as it goes on the tape.
type request struct {
	method string
	path   string
	query  string
	header http.Header
	body   []byte
	part   bool // more of the body follows
}

// listens reports whether the answer is a stream that may stay open for ever.
func (q *request) listens() bool {
	return q.method == http.MethodGet ||
		bytes.Contains(q.body, []byte("listen")) && !q.part && jsonrpc.One(q.body).Method == mcp.Listen
}

// begin puts a request on the tape as a new carrier. It returns nil where the
// recorder has stopped.
func (r *Recorder) begin(ctx context.Context, cancel context.CancelCauseFunc, q *request) *carrier {
	c := &carrier{rec: r, listens: q.listens(), client: ctx, cancel: cancel}
	r.mu.Lock()
	if r.cutting || r.stopping && (c.listens || len(r.visits) == 0) {
		r.mu.Unlock()
		return nil
	}
	r.open[c] = true
	r.mu.Unlock()
	c.on = int(r.carriers.Add(1))
	if r.failed.Load() {
		return c
	}
	e := cassettes.Event{From: cassettes.Client}
	for name, values := range q.header { // first: a message may repeat one
		r.redact.HideCredentials(name, values)
	}
	if q.part {
		e.Raw = r.redact.Raw(q.header.Get("Content-Type"), q.body)
	} else {
		c.said(&e, q.header.Get("Content-Type"), q.body, true)
	}
	// After the message, so that what is a secret there is one in a header.
	e.HTTP = &cassettes.HTTP{
		Method: q.method,
		Path:   r.redact.Path(q.path),
		Query:  r.redact.Query(q.query),
		Header: r.redact.RequestHeader(q.header, messageIn(&e, q.body), e.Message),
	}
	c.write(&e)
	return c
}

// messageIn returns the body that an event has as its one message, or nil.
func messageIn(e *cassettes.Event, body []byte) []byte {
	if e.Message == nil {
		return nil
	}
	return body
}

// said puts a whole body into an event: as messages where it is JSON-RPC.
func (c *carrier) said(e *cassettes.Event, contentType string, body []byte, count bool) {
	if len(body) == 0 {
		return
	}
	batch, err := jsonrpc.Parse(body)
	if err != nil {
		e.Raw = c.rec.redact.Raw(contentType, body)
		return
	}
	if count {
		c.count(batch)
	}
	if !batch.Array {
		e.Message = c.rec.redact.Message(body)
		return
	}
	e.Messages = make([]json.RawMessage, len(batch.Messages))
	for i, m := range batch.Messages {
		e.Messages[i] = c.rec.redact.Message(m.Raw)
	}
}

// count numbers the requests of a body.
func (c *carrier) count(batch jsonrpc.Batch) {
	for _, m := range batch.Messages {
		if m.Kind != jsonrpc.Request {
			continue
		}
		n := c.rec.exchanges.Add(1)
		if c.asked.number == 0 {
			c.asked = exchange{c.rec.before + n, m.Method}
		}
	}
}

// write puts an event of this carrier on the tape. After the carrier's end it
// does nothing.
func (c *carrier) write(e *cassettes.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	if c.process != nil {
		c.take(e, nil)
	} else {
		e.On = c.on
		e.At = c.rec.since + c.rec.now()
		c.rec.write(e)
	}
	if e.End == "" {
		return
	}
	c.ended = true
	c.rec.mu.Lock()
	defer c.rec.mu.Unlock()
	delete(c.rec.open, c)
	if e.End == cassettes.EOF && c.asked.number > 0 && c.rec.err == nil {
		c.rec.last = c.asked
	}
	c.rec.settle()
}

func (c *carrier) end(from cassettes.From, end cassettes.End) {
	c.write(&cassettes.Event{From: from, End: end})
}

// broke ends the carrier where the upstream's side failed: by the client that
// went away, or by the upstream itself.
func (c *carrier) broke() {
	if c.client.Err() != nil {
		c.end(cassettes.Client, cassettes.Closed)
		return
	}
	c.end(cassettes.Server, cassettes.Reset)
}

// stop ends the carrier because the recorder stops. A process has last words,
// and ends with its exit.
func (c *carrier) stop() {
	if c.process == nil {
		c.end(cassettes.Mcpmock, cassettes.Closed)
	}
	c.cancel(ErrStopped)
}
