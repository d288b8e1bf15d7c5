package replay

import (
	"cmp"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
)

// post takes a message of an HTTP+SSE client. It is accepted before it is
// answered on the stream.
func (p *Player) post(w http.ResponseWriter, r *http.Request, spaceName string) {
	q := p.admit(w, r, spaceName)
	if q == nil {
		return
	}
	q.fate = &fate{gave: r.Context()}
	defer q.mayFall()()
	q.old = true
	q.read()
	q.locate()
	q.asked()
	q.showPolicy()
	if q.away() {
		return
	}
	defer q.left()
	defer q.finish()
	switch {
	case q.policed(), q.faulted():
		return
	case q.sessionless(), !q.admitted(gate.Posted):
		return
	}
	q.acceptOld()
	q.beside(func(q *visit) { q.pipe.hear(q) })
}

// sessionless refuses a POST that names no living session. It reports whether it
// has.
func (q *visit) sessionless() bool {
	if q.Standing == gate.SessionKnown {
		return false
	}
	opens := "open a stream with GET " + cmp.Or(q.p.sessions.streamed(q.oldID()), q.p.old.stream)
	if q.Standing == gate.SessionNone {
		q.refusal(http.StatusBadRequest, nil, "Bad Request: no session in the query: "+opens+" and post to the URL of its endpoint event")
	} else {
		q.refusal(http.StatusNotFound, nil, "Not Found: no such session: "+cmp.Or(q.Why, "this id was never issued")+"; "+opens)
	}
	return true
}

// acceptOld accepts a POST. From then on the request is the stream's, as is
// what the faults do to its answer, and it is in flight until that has come.
func (q *visit) acceptOld() {
	body := []byte("Accepted")
	header := http.Header{"Content-Type": {"text/plain"}}
	q.send(http.StatusAccepted, header, body)
	_ = http.NewResponseController(q.w).Flush() // before the answer, which may block
	q.said(http.StatusAccepted, header, body)
	q.finish()
	if q.edited != nil {
		q.conv.alights(q.edited)
	}
	q.edited, q.came = nil, nil
	q.pipe, q.carrier = q.conv.pipe, q.conv.pipe.carrier
	if q.edits != nil && !q.besideCancelled() {
		q.pipe.edit(q.Requests(), q.edits, q.members)
	}
}

// oldID is the session that a request of HTTP+SSE names: in its query, or before
// a live server by all of the URL that its endpoint event gave.
func (q *visit) oldID() string {
	if q.p.live {
		return endpointID(q.HTTP.URL)
	}
	id, _ := q.p.old.session(q.HTTP)
	return id
}

// locateOld finds the session that the query names.
func (q *visit) locateOld() {
	q.session, q.Standing, q.conv, q.Why = nil, gate.SessionNone, q.space.loose, ""
	id := q.oldID()
	if id == "" {
		return
	}
	c, why := q.p.sessions.find(q.space, id, q.began)
	switch {
	case c != nil && c.hasPipe():
		q.session, q.Standing, q.conv = c, gate.SessionKnown, c
	case why != "":
		q.Standing, q.Why = gate.SessionEnded, why
	default:
		q.Standing = gate.SessionUnknown
	}
	q.Initialized, q.Ready, q.Version, q.listening = q.conv.state()
}

// refusal refuses what is not for a dialect to word.
func (q *visit) refusal(status int, header http.Header, message string) {
	body := gate.InBandError(q.RequestID(), mcp.InvalidRequest, message)
	h := http.Header{"Content-Type": contentJSON}
	for name, values := range header {
		h[name] = values
	}
	q.note("refused", "", message)
	q.reply(status, h, body)
}

// hasPipe reports whether a conversation is one over HTTP+SSE.
func (c *conversation) hasPipe() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pipe != nil
}
