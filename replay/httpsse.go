package replay

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// HTTP+SSE is the transport of 2024-11-05 (basic/transports, "HTTP with SSE"):
// a GET opens a stream whose first event names the URL to post messages to;
// all answers come on the stream.

// An oldEndpoint is where HTTP+SSE is served.
type oldEndpoint struct {
	stream   string // the path of the stream
	post     string // that of the messages
	key      string // and what the session is called in its query
	recorded bool   // it is the tape's
}

// oldEndpoint is where it was on the tape, else where servers have it.
func (ix *index) oldEndpoint() oldEndpoint {
	at := oldEndpoint{stream: "/sse", post: "/messages", key: "sessionId"}
	for _, s := range ix.Sessions {
		if s.Endpoint == "" {
			continue
		}
		if e, err := ix.Event(s.Listens[0]); err == nil && e.HTTP != nil && e.HTTP.Path != "" {
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
	q.old = true
	q.locate()
	q.asked()
	switch {
	case q.faulted():
		q.finish()
		return
	case r.Method != http.MethodGet:
		q.refusal(http.StatusMethodNotAllowed, http.Header{"Allow": {http.MethodGet}},
			"Method Not Allowed: this is the stream of HTTP+SSE, opened with GET; Streamable HTTP is served at "+p.index.path)
		return
	case !accepts(r, "text/event-stream", true):
		q.refusal(http.StatusNotAcceptable, nil, "Not Acceptable: a GET must accept text/event-stream")
		return
	}
	c := p.sessions.create(q.space)
	if c == nil {
		q.writeFull()
		return
	}
	q.session, q.conv = c, c
	w = q.w // which the faults may edit
	defer q.finish()
	h := w.Header()
	h["Content-Type"] = contentStream
	h["Cache-Control"] = []string{"no-cache"}
	w.WriteHeader(http.StatusOK)
	q.saidHead(http.StatusOK, h)
	q.unbind()
	out := &frames{w: w, rc: http.NewResponseController(w)}
	pp := p.newPipe(r.Context(), c, q.carrier, out)
	c.attend(1)
	defer q.closeOld(pp, out)
	prefix := ""
	if spaceName != "" {
		prefix = "/s/" + url.PathEscape(spaceName)
	}
	endpoint := prefix + p.old.post + "?" + p.old.key + "=" + url.QueryEscape(c.id)
	if q.edits != nil && q.edits.Stream != nil && q.edits.Stream.Endpoint != "" {
		endpoint = q.edits.Stream.Endpoint
	}
	q.saidEndpoint(endpoint) // before the client can act on it
	if out.frame("endpoint", []byte(endpoint)) {
		pp.did(faults.Connects)
		p.stand(c, pp)
	}
}

// closeOld ends a stream of HTTP+SSE and its session. It is a function of its
// own, as is saidEndpoint, so that a stream that is open keeps a small stack.
func (q *probe) closeOld(pp *pipe, out *frames) {
	q.p.sessions.end(pp.conv, "its stream was closed")
	pp.end()
	out.close()
	pp.wait()
	end := entry{from: cassettes.Server, end: cassettes.EOF}
	if q.r.Context().Err() != nil {
		end = entry{from: cassettes.Client, end: cassettes.Closed}
	}
	pp.saidEnd(end)
}

func (q *probe) saidEndpoint(url string) {
	frame := &sse.Frame{Event: "endpoint", HasEvent: true}
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, text: []byte(url), frame: frame}, q.p.clock.Now())
}

// post takes a message of an HTTP+SSE client. It is accepted before it is
// answered on the stream.
func (p *Player) post(w http.ResponseWriter, r *http.Request, spaceName string) {
	q := p.admit(w, r, spaceName)
	if q == nil {
		return
	}
	q.old = true
	q.read()
	q.locate()
	q.asked()
	switch {
	case q.policed(), q.faulted():
		q.finish()
		return
	case q.known == sessionNone:
		q.refusal(http.StatusBadRequest, nil, "Bad Request: no session in the query: open a stream with GET "+p.old.stream+" and post to the URL of its endpoint event")
		return
	case q.known != sessionKnown:
		detail := "this id was never issued"
		if q.why != "" {
			detail = q.why
		}
		q.refusal(http.StatusNotFound, nil, "Not Found: no such session: "+detail+"; open a stream with GET "+p.old.stream)
		return
	case !p.gate.walk(q, posted):
		return
	}
	q.acceptOld()
	if takesTime(q.edits) {
		own := q.detached()
		q.pipe.begin(func() { own.pipe.hear(own) })
		return
	}
	q.pipe.hear(q)
}

// acceptOld accepts a POST. From then on the request is the stream's.
func (q *probe) acceptOld() {
	body := []byte("Accepted")
	header := http.Header{"Content-Type": {"text/plain"}}
	q.send(http.StatusAccepted, header, body)
	_ = http.NewResponseController(q.w).Flush() // before the answer, which may block
	q.said(http.StatusAccepted, header, body)
	q.finish()
	q.edited = nil
	q.pipe, q.carrier = q.conv.pipe, q.conv.pipe.carrier
}

// locateOld finds the session that the query names.
func (q *probe) locateOld() {
	q.session, q.known, q.conv, q.why = nil, sessionNone, q.space.loose, ""
	id, _ := q.p.old.session(q.r)
	if id == "" {
		return
	}
	c, why := q.p.sessions.find(q.space, id, q.began)
	switch {
	case c != nil && c.hasPipe():
		q.session, q.known, q.conv = c, sessionKnown, c
	case why != "":
		q.known, q.why = sessionEnded, why
	default:
		q.known = sessionUnknown
	}
	q.initialized, q.ready, q.version, q.listening = q.conv.state()
}

// refusal refuses what is not for a dialect to word.
func (q *probe) refusal(status int, header http.Header, message string) {
	body := inBandError(q.requestID(), mcp.InvalidRequest, message)
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

// frames is the voice of HTTP+SSE: a message is a frame.
type frames struct {
	mu      sync.Mutex
	w       http.ResponseWriter // nil once the stream has ended
	rc      *http.ResponseController
	buf     []byte
	bounded time.Time
}

func (f *frames) speak(message []byte) bool { return f.frame("message", message) }

// frame sends an event. It reports whether the client is still there.
func (f *frames) frame(event string, data []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w == nil {
		return false
	}
	if now := time.Now(); now.Sub(f.bounded) > time.Second {
		f.bounded = now
		_ = f.rc.SetWriteDeadline(now.Add(writeTimeout))
	}
	frame := messageFrame
	frame.Event, frame.Data, frame.HasData = event, data, true
	f.buf = frame.Append(f.buf[:0])
	_, err := f.w.Write(f.buf)
	return err == nil && f.rc.Flush() == nil
}

// raw sends bytes that are no event.
func (f *frames) raw(p []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w == nil {
		return false
	}
	_, err := f.w.Write(p)
	return err == nil && f.rc.Flush() == nil
}

func (f *frames) dress(_ *scenarios.Action, framed, _ []byte) []byte { return framed }

// shut has nothing to close: the stream goes with its session.
func (f *frames) shut() {}

// flush has nothing to do: each frame is on its way when it is written.
func (f *frames) flush() {}

// close lets the response go: whoever speaks afterwards speaks to nobody.
func (f *frames) close() {
	f.mu.Lock()
	if !f.bounded.IsZero() {
		_ = f.rc.SetWriteDeadline(time.Time{})
	}
	f.w = nil
	f.mu.Unlock()
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
