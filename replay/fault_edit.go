package replay

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// edit puts what the faults do to the answer between it and the client; instead
// is what one of them has in its place, or nil.
func (q *visit) edit(instead *scenarios.Action) {
	if id := q.cancels(); id != nil && len(q.edits.Send) > 0 {
		q.answerCancelled(id)
		return
	}
	if q.pipe != nil {
		q.pipe.edit(q.Requests(), q.edits, q.members)
		return
	}
	if q.cut { // there is nothing left to edit
		return
	}
	edits := q.edits
	if q.old && q.Verb == http.MethodPost && q.Standing == gate.SessionKnown && !(instead != nil && instead.Responds()) {
		// What is said comes on the stream, once the POST is accepted.
		if edits = (&scenarios.Action{Status: edits.Status, Headers: edits.Headers}); !edits.Edits() {
			return
		}
	}
	edits = q.filled(edits)
	ctx, leave, left := q.lasts()
	q.HTTP = q.HTTP.WithContext(ctx)
	if edits.Stream != nil && edits.Stream.Resume == "duplicate" && len(q.HTTP.Header[mcp.HeaderLastEventID]) > 0 {
		twice := *edits
		twice.Duplicate = true
		edits = &twice
	}
	w := faults.NewWriter(q.w, edits, &around{visit: q, ctx: ctx, leave: leave})
	if requests := q.Requests(); len(requests) > 0 {
		w.ID, w.Token = requests[0].ID, jsonrpc.ProgressToken(requests[0].Params)
	}
	w.Streams, w.Bare, w.Several, w.Apart = q.takesStreams(), q.Verb == http.MethodHead, q.Batch.Array, q.members
	w.Primes, w.Last = q.primes(), q.HTTP.Header.Get(mcp.HeaderLastEventID)
	q.w, q.edited, q.leave = w, w, left
	q.flies(w)
	if q.Verb == http.MethodGet && !q.old {
		q.conv.hears(w)
	}
}

// lasts returns how long an edited answer, or a live server's, is performed: until its client
// leaves, its session ends, the player closes, or leave is called. What ends its
// session itself is answered all the same: a DELETE; a request that is refused,
// where the dialect forgets the session which it had made for it; and a POST of
// HTTP+SSE, on whose stream that session may end by what answers it. left leaves,
// and waits until nobody watches any more.
func (q *visit) lasts() (ctx context.Context, leave, left context.CancelFunc) {
	ctx, leave = context.WithCancel(q.HTTP.Context())
	ended := q.conv.ended
	if q.Verb == http.MethodDelete || q.p.dialect.Session.Forget && q.minted != "" || q.old && q.Verb == http.MethodPost {
		ended = nil
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-ended:
		case <-q.p.closing:
		case <-ctx.Done():
		}
		leave()
	}()
	return ctx, leave, func() {
		leave()
		<-watched
	}
}

// filled is an action with the variables of its headers filled in.
func (q *visit) filled(do *scenarios.Action) *scenarios.Action {
	if !slices.ContainsFunc(do.Headers, func(h scenarios.Header) bool { return strings.Contains(h.Value, "${") }) {
		return do
	}
	fill := q.filler(&scenarios.Response{Headers: do.Headers}, "")
	with := *do
	with.Headers = slices.Clone(do.Headers)
	for i := range with.Headers {
		with.Headers[i].Value = fill.Replace(with.Headers[i].Value)
	}
	return &with
}

// attends edits nothing, but lets a GET stream say what faults send there.
func (q *visit) attends() {
	if q.edited == nil && q.Verb == http.MethodGet && q.p.faults.Elsewhere() {
		q.edits = &scenarios.Action{}
		q.edit(nil)
	}
}

// left undoes what a request has left behind, and lets the faults act where
// its client has left before the answer was complete.
func (q *visit) left() {
	if q.p.faults.Len() == 0 {
		return
	}
	if q.edited != nil && q.Verb == http.MethodGet {
		q.conv.deaf(q.edited)
	}
	q.lands()
	if q.gave.Err() != nil {
		q.did(faults.Disconnects)
	}
}

// finish ends an answer that was edited. The connection of one that could not
// be broken off otherwise is given up.
func (q *visit) finish() {
	if q.edited == nil {
		return
	}
	defer q.leave()
	if q.edited.Finish() {
		panic(http.ErrAbortHandler)
	}
	if after := q.edits.CloseIdle; after > 0 && q.edited.Whole() {
		q.lands() // nothing is in flight while the connection is idle
		q.closeIdle(after, q.edited.Unwrap())
	}
}
