package replay

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// HTTP+SSE is the transport of 2024-11-05 (basic/transports, "HTTP with SSE"):
// a GET opens a stream whose first event names the URL to post messages to;
// all answers come on the stream.

// streamClosed is what became of a session of HTTP+SSE whose stream is over.
const streamClosed = "its stream was closed"

// An oldEndpoint is where HTTP+SSE is served.
type oldEndpoint struct {
	stream   string // the path of the stream
	post     string // that of the messages
	key      string // and what the session is called in its query
	recorded bool   // it is the tape's
}

// oldEndpoint is where it was on the tape, else where servers have it.
func (p *Player) oldEndpoint() oldEndpoint {
	at := oldEndpoint{stream: "/sse", post: "/messages", key: "sessionId"}
	for _, s := range p.index.Sessions {
		if s.Endpoint == "" {
			continue
		}
		if e, err := p.index.Event(s.Listens[0]); err == nil && e.HTTP != nil && e.HTTP.Path != "" {
			at.stream = e.HTTP.Path
		}
		at.recorded = true
		u, err := url.Parse(s.Endpoint)
		if err != nil || u.Path == "" {
			break
		}
		at.post = u.Path
		for key, values := range u.Query() {
			if len(values) == 1 && values[0] == s.Label {
				at.key = key
			}
		}
		break
	}
	return at
}

// session returns the session that the query of a POST names; named says
// whether one was named at all.
func (at oldEndpoint) session(r *http.Request) (id string, named bool) {
	if r.URL.RawQuery == "" {
		return "", false
	}
	query := r.URL.Query()
	for _, key := range [...]string{at.key, "sessionId", "session_id"} {
		if query.Has(key) {
			return query.Get(key), true
		}
	}
	return "", false
}

// serveOld opens a stream of HTTP+SSE. It lives as long as its session.
func (p *Player) serveOld(w http.ResponseWriter, r *http.Request, spaceName string) {
	q := p.admit(w, r, spaceName)
	if q == nil {
		return
	}
	q.fate = &fate{gave: r.Context()}
	defer q.mayFall()()
	q.old = true
	q.locate()
	q.asked()
	q.showPolicy()
	if q.away() {
		return
	}
	defer q.left()
	switch {
	case q.policed(), q.faulted():
		q.finish()
		return
	case r.Method != http.MethodGet:
		q.refusal(http.StatusMethodNotAllowed, http.Header{"Allow": {http.MethodGet}},
			"Method Not Allowed: this is the stream of HTTP+SSE, opened with GET; Streamable HTTP is served at "+p.index.Path)
		q.finish()
		return
	case !accepts(r, "text/event-stream", true):
		q.refusal(http.StatusNotAcceptable, nil, "Not Acceptable: a GET must accept text/event-stream")
		q.finish()
		return
	}
	c := p.sessions.create(q.space)
	if c == nil {
		q.writeFull()
		q.finish()
		return
	}
	q.session, q.conv = c, c
	defer q.finish()
	q.openOld(c, spaceName)
}

// openOld opens the stream of a session, and performs what comes on it by
// itself until it is over.
func (q *visit) openOld(c *conversation, spaceName string) {
	p, w := q.p, q.w // which the faults may edit
	h := w.Header()
	h["Content-Type"] = contentStream
	h["Cache-Control"] = []string{"no-cache"}
	w.WriteHeader(http.StatusOK)
	q.saidHead(http.StatusOK, h)
	q.unbind()
	out := &frames{w: w, rc: http.NewResponseController(w), edited: q.edited != nil}
	pp := p.newPipe(q.HTTP.Context(), c, q.carrier, out)
	pp.told = q.edited != nil
	c.attend(1)
	defer q.closeOld(pp, out)
	do := pp.meets(faults.Connects)
	endpoint := q.endpointOld(spaceName)
	q.saidEndpoint(endpoint) // before the client can act on it
	if pp.ctx.Err() == nil && out.frame("endpoint", []byte(endpoint)) {
		pp.acts(do)
		p.stand(c, pp)
	}
}

// endpointOld is the URL to post to that the first event of the stream names.
func (q *visit) endpointOld(spaceName string) string {
	if wrong := q.wrongEndpoint(); wrong != "" {
		return wrong
	}
	prefix := ""
	if spaceName != "" {
		prefix = "/s/" + url.PathEscape(spaceName)
	}
	return prefix + q.p.old.post + "?" + q.p.old.key + "=" + url.QueryEscape(q.conv.id)
}

// wrongEndpoint is what a fault has the stream name in place of its own URL, or
// "".
func (q *visit) wrongEndpoint() string {
	if q.edits == nil || q.edits.Stream == nil {
		return ""
	}
	return q.edits.Stream.Endpoint
}

// closeOld ends a stream of HTTP+SSE and its session: cleanly, or broken off
// where a fault has that, or the server has crashed. It is a function of its
// own, as is saidEndpoint, so that a stream that is open keeps a small stack.
func (q *visit) closeOld(pp *pipe, out *frames) {
	q.p.sessions.end(pp.conv, streamClosed)
	pp.end()
	out.close()
	pp.wait()
	q.Initialized, q.Ready, q.Version, q.listening = pp.conv.state()
	select {
	case <-pp.crashed:
		q.cut = true
		q.broke.Store(true)
		pp.saidEnd(entry{from: cassettes.Server, end: cassettes.Reset})
		if !faults.Hangup(q.w, pp.resets.Load()) {
			panic(http.ErrAbortHandler)
		}
		return
	default:
	}
	end := entry{from: cassettes.Server, end: cassettes.EOF}
	switch {
	case q.felled():
		end.end = cassettes.Reset
	case q.gave.Err() != nil:
		end = entry{from: cassettes.Client, end: cassettes.Closed}
	}
	q.ended.Store(true)
	pp.saidEnd(end)
}

func (q *visit) saidEndpoint(url string) {
	if q.edited != nil { // it says itself what the client gets
		return
	}
	frame := &sse.Frame{Event: "endpoint", HasEvent: true}
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, text: []byte(url), frame: frame}, q.p.clock.Now())
}

// isOld returns what takes a request to a path of both transports that is meant
// for HTTP+SSE: a POST whose query names a session, or a GET that opens a
// stream where the tape has that. Else it returns nil.
func (p *Player) isOld(r *http.Request) func(http.ResponseWriter, *http.Request, string) {
	switch {
	case p.transport == "http":
	case r.Method == http.MethodPost && r.URL.RawQuery != "" && len(r.Header[mcp.HeaderSessionID]) == 0:
		if _, named := p.old.session(r); named && (strings.HasSuffix(r.URL.Path, p.old.post) || strings.HasSuffix(r.URL.Path, "/messages")) {
			return p.post
		}
	case r.Method == http.MethodGet && p.old.recorded && len(r.Header[mcp.HeaderSessionID]) == 0:
		if r.URL.Path == p.old.stream || strings.HasPrefix(r.URL.Path, "/s/") && strings.HasSuffix(r.URL.Path, p.old.stream) {
			return p.serveOld
		}
	}
	return nil
}
