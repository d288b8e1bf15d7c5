package replay

import (
	"bytes"
	"maps"
	"net/http"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/tidwall/gjson"
)

// cancels returns the id of the request that a cancellation means, as JSON, or
// nil where the message is none (2025-11-25 basic/utilities/cancellation,
// "Cancellation Flow").
func (q *visit) cancels() []byte {
	if !q.Post() || len(q.Batch.Messages) != 1 || q.Batch.Messages[0].Method != mcp.Cancelled {
		return nil
	}
	id := gjson.GetBytes(q.Batch.Messages[0].Params, "requestId")
	if !id.Exists() {
		return nil
	}
	return []byte(id.Raw)
}

// callOff ends the wait for an answer that the client wants no longer. It
// reports whether the cancellation is one of this conversation, and may stand
// for a recorded one. Over a pipe it need not say of which era it is, so the
// request is looked for in the other, too: the ids are those of one client
// (2026-07-28 basic/patterns/cancellation, "Transport-Specific Cancellation").
func (q *visit) callOff(m jsonrpc.Message) (own bool) {
	id := gjson.GetBytes(m.Params, "requestId").Raw
	own = true
	called := q.conv.cancel(id)
	if other := q.pipe.other(q.conv); !called && other != nil {
		called = other.cancel(id)
		own = !called && q.Initialized
	}
	if called && q.pipe != nil { // the id is free for another request, with which the faults have nothing to do
		q.pipe.editsOf([]string{id})
	}
	tape := q.p.taped
	return own && (tape.legacy || !tape.modern) // what is recorded of the other era alone is that one's
}

// other returns the conversation that the client has in the other era, or nil.
func (pp *pipe) other(than *conversation) *conversation {
	if pp == nil {
		return nil
	}
	if than != pp.conv {
		return pp.conv
	}
	pp.mu.Lock()
	defer pp.mu.Unlock()
	return pp.modern
}

// answerCancelled sends what an action has beside the answer, where it acts on
// a cancellation: on the stream of the cancelled request, whose id and token
// the messages name. Where that stream is over, or was none, they go nowhere.
func (q *visit) answerCancelled(id []byte) {
	if pp := q.pipe; pp != nil {
		pp.emit(q.edits, id)
		pp.out.flush()
		return
	}
	if q.old && q.Standing == gate.SessionKnown {
		q.conv.pipe.emit(q.edits, id)
		return
	}
	w := q.conv.flight(id)
	for i := range q.edits.Send {
		m := &q.edits.Send[i]
		var token []byte
		if w != nil {
			token = w.Token
		}
		text := faults.Sent(m, id, token)
		if text == nil {
			continue
		}
		if m.On == "get" || m.On == "both" {
			(&around{visit: q}).Elsewhere(text)
		}
		if m.On != "get" && w != nil {
			w.Push(text)
		}
	}
}

// flies notes a request whose answer is edited, for as long as that goes on.
func (q *visit) flies(w *faults.Writer) {
	if q.Verb != http.MethodPost || w.ID == nil {
		return
	}
	w.ID, w.Token = bytes.Clone(w.ID), bytes.Clone(w.Token)
	c := q.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights == nil {
		c.flights = map[string]*faults.Writer{}
	}
	for _, m := range q.Requests() {
		c.flights[string(m.ID)] = w
	}
}

// flight returns what edits the answer to the request of that id, or nil.
func (c *conversation) flight(id []byte) *faults.Writer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flights[string(id)]
}

// alights takes back flies.
func (c *conversation) alights(w *faults.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.flights, func(_ string, other *faults.Writer) bool { return other == w })
}

// besideCancelled reports whether what the faults send is for the request that
// this message cancels: then it has been sent.
func (q *visit) besideCancelled() bool { return len(q.edits.Send) > 0 && q.cancels() != nil }

// lands undoes what a request has left behind in the conversation that it came
// in, which is not the one that an initialize has opened.
func (q *visit) lands() {
	c := q.came
	if c == nil {
		return
	}
	q.came = nil // it lands once
	if q.edited != nil {
		c.alights(q.edited)
	}
	if n := len(q.Requests()); n > 0 {
		c.landed(n)
	}
}
