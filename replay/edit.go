package replay

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/sjson"
)

// edit puts what the faults do to the answer between it and the client.
func (q *probe) edit() {
	if id := q.cancels(); id != nil && len(q.edits.Send) > 0 {
		q.answerCancelled(id)
		return
	}
	if q.pipe != nil {
		q.pipe.edit(q.requests(), q.edits)
		return
	}
	edits := q.edits
	if q.old && q.verb == http.MethodPost && q.known == sessionKnown {
		// What is said comes on the stream; the POST is only accepted.
		q.conv.pipe.edit(q.requests(), q.edits)
		if edits = (&scenarios.Action{Status: edits.Status, Headers: edits.Headers}); !faults.Edits(edits) {
			return
		}
	}
	edits = q.filled(edits)
	ctx, leave := context.WithCancel(q.r.Context())
	q.r = q.r.WithContext(ctx)
	go func(ended <-chan struct{}) { // until finish
		select {
		case <-ended:
		case <-q.p.closing:
		case <-ctx.Done():
		}
		leave()
	}(q.conv.ended)
	if edits.Stream != nil && edits.Stream.Resume == "duplicate" && len(q.r.Header[mcp.HeaderLastEventID]) > 0 {
		twice := *edits
		twice.Duplicate = true
		edits = &twice
	}
	w := faults.NewWriter(q.w, edits, &around{probe: q, ctx: ctx, leave: leave})
	if requests := q.requests(); len(requests) > 0 {
		w.ID, w.Token = requests[0].ID, jsonrpc.ProgressToken(requests[0].Params)
	}
	w.Streams = q.takesStreams()
	w.Primes, w.Last = q.primes(), q.r.Header.Get(mcp.HeaderLastEventID)
	q.w, q.edited, q.leave = w, w, leave
	q.flies(w)
	if q.verb == http.MethodGet && !q.old {
		q.conv.hears(w)
	}
}

// filled is an action with the variables of its headers filled in.
func (q *probe) filled(do *scenarios.Action) *scenarios.Action {
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
func (q *probe) attends() {
	if q.edited == nil && q.verb == http.MethodGet && q.p.faults.Elsewhere() {
		q.edits = &scenarios.Action{}
		q.edit()
	}
}

// left undoes what a request has left behind, and lets the faults act where
// its client has left before the answer was complete.
func (q *probe) left() {
	if q.p.faults.Len() == 0 {
		return
	}
	if q.edited != nil && q.verb == http.MethodGet {
		q.conv.deaf(q.edited)
	}
	q.lands()
	if q.gave.Err() != nil {
		q.did(faults.Disconnects)
	}
}

// finish ends an answer that was edited. The connection of one that could not
// be broken off otherwise is given up.
func (q *probe) finish() {
	if q.edited == nil {
		return
	}
	defer q.leave()
	if q.edited.Finish() {
		panic(http.ErrAbortHandler)
	}
	if after := q.edits.CloseIdle; after > 0 && q.edited.Whole() {
		q.closeIdle(after, q.edited.Unwrap())
	}
}

// An around is what an edited answer asks of the request that it is for.
type around struct {
	*probe
	ctx   context.Context
	leave context.CancelFunc
}

func (a *around) Now() time.Time { return a.p.clock.Now() }

func (a *around) After(d time.Duration) (<-chan time.Time, func()) { return a.p.clock.After(d) }

// Gone is closed when the client has left, its session has ended, or the
// player is closing.
func (a *around) Gone() <-chan struct{} { return a.ctx.Done() }

func (a *around) Leave() { a.leave() }

func (a *around) Chance() float64 { return a.space.faults.Chance() }

func (a *around) Normal() float64 { return a.space.faults.Normal() }

// Rotated gives the session another id, by which it is known as well.
func (a *around) Rotated() string {
	c := a.conv
	if c.id == "" {
		return ""
	}
	id := a.p.sessions.mint()
	a.p.sessions.name(id, c)
	return id
}

// Elsewhere says a message on the latest GET stream of the conversation.
func (a *around) Elsewhere(message []byte) {
	a.conv.mu.Lock()
	ears := append([]*faults.Writer{}, a.conv.ears...)
	a.conv.mu.Unlock()
	for i := len(ears) - 1; i >= 0; i-- {
		if ears[i] != a.edited && ears[i].Push(message) {
			return
		}
	}
}

// hears notes a GET stream on which the conversation can be told something.
func (c *conversation) hears(w *faults.Writer) {
	c.mu.Lock()
	c.ears = append(c.ears, w)
	c.mu.Unlock()
}

func (c *conversation) deaf(w *faults.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.ears {
		if e == w {
			c.ears = append(c.ears[:i], c.ears[i+1:]...)
			return
		}
	}
}

// A barter is an answer that waits for another one to be sent in its place.
type barter struct {
	answer []byte
	other  chan []byte
}

// Swapped gives an answer away for that of the next request whose answer is to
// be swapped, for which it waits.
func (a *around) Swapped(message []byte) []byte {
	return a.conv.swap(message, a.Gone())
}

func (c *conversation) swap(message []byte, gone <-chan struct{}) []byte {
	c.mu.Lock()
	if b := c.barter; b != nil {
		c.barter = nil
		c.mu.Unlock()
		b.other <- message
		return under(b.answer, message)
	}
	b := &barter{message, make(chan []byte, 1)}
	c.barter = b
	c.mu.Unlock()
	select {
	case other := <-b.other:
		return under(other, message)
	case <-gone:
	case <-c.ended:
	}
	c.mu.Lock()
	if c.barter == b {
		c.barter = nil
	}
	c.mu.Unlock()
	return message
}

// under gives a response the id of another one.
func under(response, other []byte) []byte {
	out, err := sjson.SetRawBytes(response, "id", jsonrpc.One(other).ID)
	if err != nil {
		return response
	}
	return out
}

// SaidHead puts the status line of the edited answer on the journal.
func (a *around) SaidHead(status int, header http.Header) {
	a.learn(status, header)
	a.p.journal.add(entry{on: a.carrier, from: cassettes.Server, status: status, header: header.Clone()}, a.p.clock.Now())
}

// Said puts what the client gets on the journal.
func (a *around) Said(body []byte, frame *sse.Frame) {
	if len(body) == 0 && frame == nil {
		return
	}
	a.p.journal.add(entry{on: a.carrier, from: cassettes.Server, text: body, frame: frame}, a.p.clock.Now())
}

func (a *around) SaidEnd(reset bool) {
	end := cassettes.EOF
	if reset {
		end = cassettes.Reset
	}
	from := cassettes.Server
	if !reset && a.gave.Err() != nil {
		from, end = cassettes.Client, cassettes.Closed
	}
	a.p.journal.add(entry{on: a.carrier, from: from, end: end}, a.p.clock.Now())
}

// saidBroken puts a connection that is broken off on the journal.
func (q *probe) saidBroken() {
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, end: cassettes.Reset}, q.p.clock.Now())
}

// replaces reports whether an action answers in place of the mock.
func replaces(do *scenarios.Action) bool {
	return do.Respond != nil || do.Latch != nil || do.Redirect != nil || do.Challenge != nil || do.Error != nil || do.Result != nil || do.Ignore
}

// instead sends what an action has in place of the mock's answer.
func (q *probe) instead(do *scenarios.Action) {
	switch {
	case do.Respond != nil:
		q.answerFault(do.Respond)
		return
	case do.Latch != nil:
		q.space.latched.Store(do.Latch)
		q.answerFault(do.Latch)
		return
	case do.Redirect != nil:
		q.redirect(do.Redirect)
		return
	case do.Challenge != nil:
		q.challenge(do.Challenge)
		return
	case do.Ignore:
		q.ignore()
		return
	}
	if q.old && q.known == sessionKnown {
		q.acceptOld()
	}
	if do.Error != nil {
		q.answerAll(func(id []byte) []byte { return rpcError(id, do.Error) })
	} else if do.Result != nil {
		q.answerAll(func(id []byte) []byte { return rpcResult(id, do.Result) })
	}
}

// answerFault sends the response that a fault has in place of the mock's.
func (q *probe) answerFault(resp *scenarios.Response) {
	body, header := q.render(resp, "")
	q.reply(resp.Status, header, body)
}

// answerAll answers each request of the message, in the form of an answer;
// what asks for none is accepted.
func (q *probe) answerAll(spell func(id []byte) []byte) {
	requests := q.requests()
	if len(requests) == 0 {
		q.accept()
		return
	}
	var bodies [][]byte
	for _, m := range requests {
		bodies = append(bodies, spell(m.ID))
	}
	body := bodies[0]
	if q.batch.Array {
		body = array(bodies)
	}
	header := http.Header{"Content-Type": contentJSON}
	if q.conv.id != "" && q.p.dialect.Session.Show == "always" {
		header[mcp.HeaderSessionID] = []string{q.conv.id}
	}
	q.reply(http.StatusOK, header, body)
}

func rpcResult(id []byte, result json.RawMessage) []byte {
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), `,"result":`...)
	return append(append(b, result...), '}')
}

func rpcError(id []byte, e *scenarios.RPCError) []byte {
	resp := &scenarios.Response{Code: e.Code, Message: e.Message}
	m := envelope(inBand, id, resp, func(s string) string { return s })
	if e.Data != nil {
		m = append(append(append(m[:len(m)-2], `,"data":`...), e.Data...), "}}"...)
	}
	return m
}

// redirect sends the client elsewhere.
func (q *probe) redirect(to *scenarios.Redirect) {
	if q.r == nil {
		return
	}
	at := *q.r.URL
	at.Scheme, at.Host = "http", q.r.Host
	switch to.To {
	case "add_slash":
		at.Path += "/"
	case "strip_slash":
		at.Path = "/" + strings.Trim(at.Path, "/")
	case "http":
	default:
		q.reply(to.Status, http.Header{"Location": {to.To}}, nil)
		return
	}
	q.reply(to.Status, http.Header{"Location": {at.String()}}, nil)
}

// challenge asks for credentials.
func (q *probe) challenge(c *scenarios.Challenge) {
	header := http.Header{}
	if c.Authenticate != "" {
		header["Www-Authenticate"] = []string{c.Authenticate}
	}
	if c.Body != "" {
		header["Content-Type"] = []string{"text/plain; charset=utf-8"}
		if json.Valid([]byte(c.Body)) {
			header["Content-Type"] = contentJSON
		}
	}
	q.reply(c.Status, header, []byte(c.Body))
}

// ignore answers nothing until the client has gone away.
func (q *probe) ignore() {
	if q.pipe != nil {
		return
	}
	q.unbind()
	select {
	case <-q.r.Context().Done():
		q.saidEnd(cassettes.EOF)
	case <-q.p.closing:
		panic(http.ErrAbortHandler)
	}
}
