package replay

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// NewLive makes a Player whose answers are not recorded but come from a live
// server: it breaks what passes as its scenarios say, keeps the journal of it,
// and judges the client. What the scenario has for sessions that its faults have
// ended is worded by its dialect; all other refusals are the server's own.
//
// The upstream gets each request as the client sent it, after the faults, for
// every path; recorder.Recorder.Proxy is one. A request is read as a whole
// before it goes on, up to the limit of WithMaxBody. Options about matching,
// pace and sessions have no meaning. Over HTTP+SSE, where answers come on a
// stream of their own, faults act on the requests and on the stream, not on
// single answers.
func NewLive(upstream http.Handler, opts ...Option) (*Player, error) {
	tape, err := cassettes.LoadBytes("live", []byte(`{"mcpmock":1,"transport":"http"}`))
	if err != nil {
		return nil, err
	}
	p, err := New(tape, append(opts, func(o *options) { o.live, o.upstream = true, upstream })...)
	if err != nil {
		return nil, err
	}
	if p.stubs != nil {
		return nil, errors.New("replay: a scenario with stubs answers by itself: play it without a live server")
	}
	var kept scenarios.Dialect
	for _, c := range p.dialect.Checks {
		if c.Name == scenarios.CheckSessionEnded || c.Name == scenarios.CheckSessionUnknown {
			c.Every = false
			kept.Checks = append(kept.Checks, c)
		}
	}
	p.gate = newGate(&kept, false)
	p.mode = "required" // as far as ids are sent; none is asked for
	p.router = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, "") })
	return p, nil
}

// pass lets the live server answer.
func (q *probe) pass() {
	switch {
	case errors.Is(q.bodyErr, errTooLarge):
		q.p.writeError(q.w, q.r, http.StatusRequestEntityTooLarge, mcp.InvalidRequest, "Payload Too Large: mcpmock holds a request before it passes it on: raise --max-body")
		return
	case q.known == sessionEnded || q.known == sessionUnknown:
		if !q.p.gate.walk(q, overHTTP) {
			return
		}
	}
	q.conv.touch(q.began)
	if q.edited == nil {
		q.edits = &scenarios.Action{}
		q.edit()
	}
	if q.verb == http.MethodPost {
		q.r.Body = io.NopCloser(bytes.NewReader(q.body))
		q.r.ContentLength = int64(len(q.body))
	}
	if q.has(mcp.Initialized) {
		q.conv.mu.Lock()
		q.conv.ready = true
		q.conv.mu.Unlock()
	}
	q.unbind()
	q.p.upstream.ServeHTTP(q.w, q.r)
}

// learn takes from the head of a live server's answer what becomes of the
// session.
func (q *probe) learn(status int, header http.Header) {
	switch {
	case !q.p.live || status/100 != 2:
	case q.verb == http.MethodDelete && q.session != nil:
		q.p.sessions.end(q.session, "it was ended with DELETE")
	case q.initialize():
		c := q.conv
		if id := header.Get(mcp.HeaderSessionID); id != "" && q.session == nil {
			c = newConversation(id, q.space, q.began)
			c.replica = q.replica
			q.p.sessions.name(id, c)
		}
		c.begin(0, stringOf(q.batch.Messages[0].Params, "protocolVersion"), gjson.Result{}, nil)
	}
}

// strange takes a session that was begun before mcpmock stood between for one
// that lives.
func (q *probe) strange() {
	c := newConversation(q.id, q.space, q.began)
	c.initialized, c.ready, c.replica = true, true, q.replica
	q.p.sessions.name(q.id, c)
	q.session, q.known, q.conv = c, sessionKnown, c
}
