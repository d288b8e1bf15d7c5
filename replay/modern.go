package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
)

// The path of a modern request: it stands alone, so there is neither session
// nor handshake. Who asks, and what it can be asked, it says itself
// (2026-07-28 basic, "Statelessness").

// standAlone makes the request one of the modern era: of its client's
// conversation, whatever session it names.
func (q *visit) standAlone() {
	q.ID, q.session, q.Standing, q.Why, q.leaked = "", nil, gate.SessionNone, "", false
	var m jsonrpc.Message
	if requests := q.Requests(); len(requests) > 0 {
		m = requests[0]
	}
	if q.pipe != nil {
		q.conv = q.pipe.client(q.Told(m), m.Params)
	} else {
		q.conv = q.space.client(q.p, q.Told(m), m.Params)
	}
	q.Own().Capabilities = q.Told(m).Field(mcp.MetaCapabilities).Raw
	q.Initialized, q.Ready, q.Version, q.listening = true, true, mcp.V20260728, false
}

// modernMessages answers a POST of the modern era, or a line.
func (q *visit) modernMessages() {
	for _, m := range q.Batch.Messages {
		if m.Kind == jsonrpc.Notification && m.Method == mcp.Cancelled && q.pipe != nil { // over HTTP the client hangs up
			q.callOff(m)
		}
	}
	requests := q.Requests()
	if len(requests) == 0 {
		q.acceptModern()
		return
	}
	q.modernRequest(requests[0]) // the only one: batches are refused
}

// acceptModern answers a POST that holds no request: 202 and no body
// (2026-07-28 basic/transports/streamable-http, "Sending Messages" 5).
func (q *visit) acceptModern() {
	if q.pipe != nil {
		return
	}
	if d := q.p.dialect.Modern; d != nil && d.Accepted.Status != 0 {
		q.courtesy(&d.Accepted, nil)
		return
	}
	q.send(http.StatusAccepted, http.Header{}, nil)
	q.said(http.StatusAccepted, nil, nil)
}

// modernRequest answers one request.
func (q *visit) modernRequest(m jsonrpc.Message) {
	if !q.p.eras.modern { // it has only passed the checks of a dialect
		q.answer(m, q.tooNew())
		return
	}
	if m.Method == mcp.Listen {
		q.subscribe(m)
		return
	}
	if a, ok := q.modernAnswer(m); ok {
		q.perform(m, a)
	}
}

// overtaxes turns a request away whose answer would ask more of the client than
// it says that it can do. It reports whether it did
// (2026-07-28 basic/patterns/mrtr, "Server Requirements").
func (q *visit) overtaxes(a *answer) bool {
	if len(a.inputs) > 0 {
		q.Required = eras.Missing(a.inputs, []byte(q.Capabilities))
	}
	if q.Required == nil {
		return false
	}
	q.turnAway(refusedCapability, "the answer asks the client for "+string(q.Required)+": declare it in _meta, "+mcp.MetaCapabilities)
	return true
}

// The refusals that wait until the answer is known.
const (
	refusedCapability = "capability-missing"
	refusedState      = "state-altered"
)

// turnAway refuses a request whose breach shows only beside the answer.
func (q *visit) turnAway(check, detail string) {
	q.refuse(check, q.p.gate.Late(check), detail)
}

// modernAnswer finds the answer to a modern request. Where there is none it
// has answered itself.
func (q *visit) modernAnswer(m jsonrpc.Message) (*answer, bool) {
	m.Params = q.turnBack(m.Params)
	if a := q.stub(m); a != nil {
		return q.p.answers.modernStub(m.Method, a), true
	}
	switch t, again := q.again(m); {
	case again && q.p.staged.answers(&t):
		m.Params = t.Original
	case again:
		return q.modernRetry(m, &t)
	case t.Original != nil: // what a retry has is there, and null: that is as good as nothing
		m.Params = t.Original
	}
	if q.Required = q.lacks(m); q.Required != nil {
		q.turnAway(refusedCapability, "the recorded server wants "+string(q.Required)+" of a client that asks this: declare it in _meta, "+mcp.MetaCapabilities)
		return nil, false
	}
	if x, _ := q.p.match(q.conv, m, true); x >= 0 {
		return q.asRecorded(m, x)
	}
	return q.modernFromLegacy(m)
}

// asRecorded makes exchange x the answer.
func (q *visit) asRecorded(m jsonrpc.Message, x int) (*answer, bool) {
	a, err := q.p.answers.get(x)
	if err != nil {
		q.failed(m, err)
		return nil, false
	}
	if q.overtaxes(a) {
		return nil, false
	}
	q.matched(m, a)
	return a, true
}

// modernFromLegacy answers a modern request from a legacy exchange, where the
// tape has one and the player translates.
func (q *visit) modernFromLegacy(m jsonrpc.Message) (*answer, bool) {
	if q.p.translatesFor(true) {
		if x, _ := q.p.match(q.conv, m, false); x >= 0 {
			return q.translated(m, x, 0)
		}
	}
	if result, ok := q.synthesizeModern(m); ok {
		q.answer(m, result)
	} else {
		q.miss(m, 0)
	}
	return nil, false
}
