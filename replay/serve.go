package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// serve takes a request along the straight path: safe, faults, gate, then to
// the exchange that answers it.
func (p *Player) serve(w http.ResponseWriter, r *http.Request, spaceName string) {
	q := p.admit(w, r, spaceName)
	if q == nil {
		return
	}
	if p.asks.crash {
		defer q.mayFall()()
	}
	q.balance()
	q.read()
	q.locate()
	q.asked()
	q.showPolicy()
	if q.away() {
		return
	}
	if q.Modern = q.modernly(); q.Modern {
		q.standAlone()
	} else if q.premints() {
		q.premint()
	}
	if p.breaks {
		defer q.left()
		defer q.finish()
		if q.policed() || q.faulted() {
			return
		}
		q.attends()
	}
	if q.Verb == http.MethodGet {
		q.Place = q.place()
	}
	admitted := q.admitted(gate.OverHTTP)
	defer q.disown()
	if !admitted {
		return
	}
	if q.claimed {
		defer q.conv.unclaim()
	}
	q.conv.touch(q.began)
	switch {
	case q.Modern:
		q.modernMessages()
	case r.Method == http.MethodGet:
		q.listen()
	case r.Method == http.MethodDelete:
		q.hangUp()
	default:
		q.messages()
	}
}

// admit begins the visit of a request that is safe to look at. It returns nil
// where it has answered the request itself.
func (p *Player) admit(w http.ResponseWriter, r *http.Request, spaceName string) *visit {
	if !p.safe(w, r) {
		return nil
	}
	if r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" {
		p.preflight(w, r)
		return nil
	}
	sp := p.space(spaceName)
	if sp == nil {
		p.writeError(w, r, http.StatusServiceUnavailable, mcp.InternalError, "Service Unavailable: too many spaces: use fewer names after /s/")
		return nil
	}
	q := p.visits(r)
	q.p, q.w, q.HTTP, q.Verb, q.space, q.carrier, q.began = p, w, r, r.Method, sp, int(p.carriers.Add(1)), p.clock.Now()
	return q
}

// premints reports whether the dialect opens a session for the request before
// it looks at it.
func (q *visit) premints() bool {
	return !q.p.live && !q.Modern && q.p.dialect.Session.Mint == "always" && q.ID == "" && q.p.mode == "required"
}

// premint opens the session that dialects which mint before they validate give
// to any request without an id.
func (q *visit) premint() {
	if q.p.dialect.Session.Show != "always" {
		// Nobody will ever learn this id: the request has a conversation to
		// itself, and the session goes with it.
		q.conv = newConversation("", q.space, q.p.clock.Now())
	} else if c := q.p.sessions.create(q.space); c != nil {
		c.replica = q.replica
		q.conv, q.minted = c, c.id
	}
	q.Initialized, q.Ready, q.Version, q.listening = q.conv.state()
}

// messages answers a POST.
func (q *visit) messages() {
	requests := q.Requests()
	for _, m := range q.Batch.Messages {
		switch m.Kind {
		case jsonrpc.Notification:
			q.notified(m)
		case jsonrpc.Response:
			q.replied(m)
		}
	}
	switch {
	case len(requests) == 0:
		q.accept()
	case q.Batch.Array:
		q.playBatch(requests)
	default:
		q.request(requests[0])
	}
}

// request answers one request.
func (q *visit) request(m jsonrpc.Message) {
	if m.Method == mcp.Initialize {
		q.begin(m)
		return
	}
	a, ok := q.find(m)
	if !ok {
		return
	}
	q.perform(m, a)
}

// find returns the answer to a request. Where there is none it has answered
// itself: synthesized, or with a mismatch.
func (q *visit) find(m jsonrpc.Message) (*answer, bool) {
	m.Params = q.turnBack(m.Params)
	if a := q.stub(m); a != nil {
		return a, true
	}
	x, used := q.p.match(q.conv, m, false)
	if x < 0 && used == 0 && q.p.translatesFor(false) {
		a, also, answered := q.legacyFromModern(m)
		if answered {
			return a, a != nil
		}
		used = also
	}
	if x < 0 {
		if result, ok := q.synthesize(m); ok {
			q.answer(m, result)
		} else {
			q.miss(m, used)
		}
		return nil, false
	}
	a, err := q.p.answers.get(x)
	if err != nil {
		q.failed(m, err)
		return nil, false
	}
	q.matched(m, a)
	return a, true
}

// matched notes which exchange answers, and lets go on what waited for its
// request. A ping moves nothing: clients send it when they like.
func (q *visit) matched(m jsonrpc.Message, a *answer) {
	if a.token != "" {
		q.conv.translate(a.token, jsonrpc.ProgressToken(m.Params))
	}
	if m.Method != mcp.Ping {
		q.conv.reach(a.session, a.event, q.began)
		if a.played == 0 { // a translated call is played when its last round is
			q.space.listeners.tell(q.p, a.session, a.event)
		}
	}
	if q.p.blank {
		q.noteStubbed(m.Method)
		return
	}
	q.noteExchange("matched", a.number())
}

// begin answers initialize: it opens a session where sessions are used, binds
// the conversation to a recorded one and negotiates the version
// (2025-11-25 basic/lifecycle, "Initialization").
func (q *visit) begin(m jsonrpc.Message) {
	p := q.p
	recorded := q.space.binder.Bind(stringOf(m.Params, "clientInfo.name"))
	x := p.index.Sessions[recorded].Initialize
	if len(p.index.Begun) == 0 && p.translatesFor(false) {
		q.beginTranslated(m)
		return
	}
	if x < 0 || len(p.index.Begun) == 0 {
		q.miss(m, 0)
		return
	}
	a, err := p.answers.get(x)
	if err != nil {
		q.failed(m, err)
		return
	}
	if !q.opened(a) {
		return
	}
	version := p.negotiate(stringOf(m.Params, "protocolVersion"), p.index.Sessions[recorded].Version)
	q.introduce(m, recorded, version, p.answers.standing(recorded, q.pipe != nil))
	q.matched(m, a)
	q.performInitialize(m, a, p.shownVersion(stringOf(m.Params, "protocolVersion"), version))
}

// opened opens the session of an initialize, where it opens one. It says false
// where there is no room, and the client has been told.
func (q *visit) opened(a *answer) bool {
	p := q.p
	if q.opens(a) {
		q.conv = p.sessions.create(q.space)
		if q.conv != nil {
			q.conv.replica = q.replica
		}
		if q.conv == nil { // the last place was taken since the gate looked
			q.writeFull()
			return false
		}
		q.minted = q.conv.id
	}
	return true
}

// introduce begins the conversation with the client that initializes it.
func (q *visit) introduce(m jsonrpc.Message, recorded int, version string, standing *answer) {
	p := q.p
	capabilities := gjson.GetBytes(m.Params, "capabilities")
	if shown := p.shownVersion(stringOf(m.Params, "protocolVersion"), version); mcp.IsLegacy(shown) {
		version = shown
	}
	q.conv.begin(recorded, version, capabilities, standing)
	if p.mode == "optional" && q.pipe == nil && q.conv != q.space.loose { // for clients that leave the id out
		q.space.loose.begin(recorded, version, capabilities, standing)
	}
}

// opens reports whether an initialize opens a session of its own.
func (q *visit) opens(a *answer) bool {
	switch {
	case q.pipe != nil:
		return false
	case q.p.mode == "required":
		return q.minted == "" && q.session == nil
	case q.p.mode == "optional":
		return a.shows && q.session == nil
	}
	return false
}

func (q *visit) writeFull() {
	q.p.writeError(q.w, q.HTTP, http.StatusServiceUnavailable, mcp.InternalError, "Service Unavailable: too many sessions: end some with DELETE")
}

// notified takes in a client's notification. It never mismatches.
func (q *visit) notified(m jsonrpc.Message) {
	c := q.conv
	c.mu.Lock()
	recorded := c.recorded
	c.ready = c.ready || m.Method == mcp.Initialized
	c.mu.Unlock()
	if m.Method == mcp.Cancelled && !q.callOff(m) {
		return
	}
	if event := c.notice(m.Method, q.p.index.Sessions[recorded].Notices[m.Method]); event >= 0 {
		c.reach(recorded, event, q.began)
	}
}

// accept answers a POST that holds no request: 202 and no body
// (2025-11-25 basic/transports, "Sending Messages to the Server" 4).
func (q *visit) accept() {
	if q.pipe == nil {
		q.courtesy(&q.p.dialect.Accepted, q.p.accepted)
	}
}

// hangUp answers DELETE: it ends the session
// (2025-11-25 basic/transports, "Session Management" 5).
func (q *visit) hangUp() {
	if q.session != nil {
		q.p.sessions.end(q.session, "it was ended with DELETE")
	}
	q.courtesy(&q.p.dialect.Deleted, q.p.deleted)
}

// courtesy sends an answer without content: as the dialect words it, or as
// recorded where the dialect leaves it open.
func (q *visit) courtesy(resp *scenarios.Response, recorded *answer) {
	body, header := q.render(resp, "")
	status := resp.Status
	if recorded != nil {
		status, body, header = recorded.status, nil, q.header(recorded)
	}
	q.send(status, header, body)
	q.said(status, canonical(header), body)
}
