package replay

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// refuse answers with a refusal of the dialect.
func (q *visit) refuse(check string, resp *scenarios.Response, detail string) {
	q.note("refused", check, detail+q.outOfTime())
	if q.pipe != nil {
		q.refuseSpoken(resp, detail)
		return
	}
	body, header := q.render(resp, detail)
	if q.p.dialect.Session.Forget && q.minted != "" && resp.Status >= 400 {
		q.p.sessions.end(q.conv, "the request that opened it was refused")
	}
	q.reply(resp.Status, header, body)
	if resp.Latch != nil && q.p.mode != "stateless" && q.pipe == nil && !q.old { // what crashes is Streamable HTTP
		q.space.latched.Store(resp.Latch)
	}
}

// filler replaces the variables of a scenario's texts.
func (q *visit) filler(resp *scenarios.Response, detail string) *strings.Replacer {
	return q.p.gate.Fill(&q.Facts, resp, detail, q.shown())
}

// render makes the body and the headers of a written-down response.
func (q *visit) render(resp *scenarios.Response, detail string) ([]byte, http.Header) {
	fill := q.filler(resp, detail)
	d := q.p.dialect
	header := http.Header{}
	if d.Session.Show == "always" && !q.Modern && q.shown() != "" && q.space.latched.Load() == nil {
		header[mcp.HeaderSessionID] = []string{q.shown()}
	}
	var body []byte
	switch {
	case q.pipe != nil:
		return q.Spell(resp, q.RequestID(), fill), nil
	case resp.Message == "" && resp.Code == 0:
		body = []byte(fill.Replace(resp.Body))
	case resp.Stream:
		message := gate.Envelope(gate.InBand, q.RequestID(), resp, fill.Replace)
		frame := q.p.framing.plain
		frame.HasID = d.Session.Events != ""
		body = q.p.framing.append(nil, &frame, message, q.p.eventID(q.carrier, 1))
		q.p.framing.headers(header)
		header["Content-Type"] = contentStream
	default:
		body = q.p.gate.Error(&q.Facts, resp, fill, header)
	}
	gate.SetHeaders(header, resp.Headers, fill)
	return body, header
}

// refuseSpoken refuses over a pipe: each request gets its error, and what could
// not be read as requests one without an id.
func (q *visit) refuseSpoken(resp *scenarios.Response, detail string) {
	fill := q.filler(resp, detail)
	var ids [][]byte
	for _, m := range q.Requests() {
		ids = append(ids, m.ID)
	}
	if q.BodyErr != nil {
		ids = append(ids, q.RequestID())
	}
	for _, id := range ids {
		q.reply(resp.Status, nil, q.Spell(resp, id, fill))
	}
}

// canonical returns header lines under the names by which net/http looks them
// up.
func canonical(header http.Header) http.Header {
	for name := range header {
		if name != http.CanonicalHeaderKey(name) {
			h := http.Header{}
			for name, values := range header {
				h[http.CanonicalHeaderKey(name)] = values
			}
			return h
		}
	}
	return header
}

// shown returns the session id that a response to this request shows.
func (q *visit) shown() string {
	switch {
	case q.session != nil:
		return q.session.id
	case q.Standing == gate.SessionEnded:
		return q.ID
	}
	return q.minted
}

// reply answers with a whole response: over HTTP as it is, over a pipe with
// the message in it, if there is one.
func (q *visit) reply(status int, header http.Header, body []byte) {
	if q.pipe != nil {
		if len(body) > 0 {
			q.pipe.send(body)
		}
		return
	}
	q.send(status, header, body)
	q.said(status, canonical(header), body)
}

// send writes a whole response at once.
func (q *visit) send(status int, header http.Header, body []byte) {
	h := q.w.Header()
	for name, values := range header {
		if q.HTTP != nil && q.HTTP.Close && (strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Keep-Alive")) {
			continue // the client has the last word
		}
		h[name] = values
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // net/http must not guess one
	}
	if status >= 200 && status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	q.w.WriteHeader(status)
	_, _ = q.w.Write(body) // a client that is gone needs no answer
}

// refuseOutside refuses a request that reaches no gate in the words that the
// dialect has for it. It reports whether there are any.
func (p *Player) refuseOutside(w http.ResponseWriter, r *http.Request, check, detail string) bool {
	resp := p.gate.Outside(check)
	if resp == nil {
		return false
	}
	q := &visit{Facts: gate.Facts{Verb: r.Method, HTTP: r, BodyErr: errUnread}, p: p, w: w, carrier: int(p.carriers.Add(1)), began: p.clock.Now(), fate: &p.calm}
	q.asked()
	q.refuse(check, resp, detail)
	return true
}

// writeError answers a request that reaches no gate: a JSON-RPC error without
// an id, as the specification has it for HTTP errors.
func (p *Player) writeError(w http.ResponseWriter, r *http.Request, status, code int, message string) {
	q := &visit{Facts: gate.Facts{Verb: r.Method, HTTP: r}, p: p, w: w, carrier: int(p.carriers.Add(1)), began: p.clock.Now(), fate: &p.calm}
	q.asked()
	q.sendError(status, code, message)
}

func (q *visit) sendError(status, code int, message string) {
	body := gate.InBandError(nil, code, message)
	header := http.Header{"Content-Type": contentJSON}
	q.send(status, header, body)
	q.note("refused", "", message)
	q.said(status, header, body)
}

var (
	contentJSON   = []string{"application/json"}
	contentStream = []string{"text/event-stream"}
)
