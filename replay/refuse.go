package replay

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
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

// render makes the body and the headers of a written-down response.
func (q *visit) render(resp *scenarios.Response, detail string) ([]byte, http.Header) {
	fill := q.filler(resp, detail)
	d := q.p.dialect
	header := http.Header{}
	if d.Session.Show == "always" && !q.modern && q.shown() != "" && q.space.latched.Load() == nil {
		header[mcp.HeaderSessionID] = []string{q.shown()}
	}
	var body []byte
	switch {
	case q.pipe != nil:
		return q.spell(resp, q.requestID(), fill), nil
	case resp.Message == "" && resp.Code == 0:
		body = []byte(fill.Replace(resp.Body))
	case resp.Stream:
		message := envelope(inBand, q.requestID(), resp, fill.Replace)
		frame := q.p.framing.plain
		frame.HasID = d.Session.Events != ""
		body = q.p.framing.append(nil, &frame, message, q.p.eventID(q.carrier, 1))
		q.p.framing.headers(header)
		header["Content-Type"] = contentStream
	default:
		shape, id := *q.envelope(), q.requestID()
		if resp.Echo {
			if id = q.echo(); id != nil {
				shape.ID = "request"
			}
		}
		body = envelope(shape, id, resp, fill.Replace)
		setHeaders(header, q.envelope().Headers, fill)
	}
	setHeaders(header, resp.Headers, fill)
	return body, header
}

// echo returns the id of a message that asks for something, even where it is
// none that a request may have; nil where it is no text and no number.
func (q *visit) echo() []byte {
	if q.bodyErr == nil {
		return q.requestID()
	}
	m := gjson.ParseBytes(q.body)
	if id := m.Get("id"); m.Get("method").Type == gjson.String && (id.Type == gjson.String || id.Type == gjson.Number) {
		return []byte(id.Raw)
	}
	return nil
}

// refuseSpoken refuses over a pipe: each request gets its error, and what could
// not be read as requests one without an id.
func (q *visit) refuseSpoken(resp *scenarios.Response, detail string) {
	fill := q.filler(resp, detail)
	var ids [][]byte
	for _, m := range q.requests() {
		ids = append(ids, m.ID)
	}
	if q.bodyErr != nil {
		ids = append(ids, q.requestID())
	}
	for _, id := range ids {
		q.reply(resp.Status, nil, q.spell(resp, id, fill))
	}
}

// spell makes the message of a written-down response for a pipe, which knows
// no status: a JSON-RPC error, or the response's own body where that is a
// message. Of a success without a body there is nothing to say.
func (q *visit) spell(resp *scenarios.Response, id []byte, fill *strings.Replacer) []byte {
	switch text := fill.Replace(resp.Body); {
	case id == nil && q.bodyErr == nil:
		return nil // nothing was asked
	case resp.Message != "" || resp.Code != 0:
		return envelope(inBand, id, resp, fill.Replace)
	case strings.HasPrefix(text, "{"):
		if _, err := jsonrpc.Parse([]byte(text)); err == nil {
			return jsonrpc.Compact([]byte(text))
		}
	case text != "":
		return inBandError(id, mcp.InternalError, text)
	case resp.Status/100 == 2:
		return nil
	}
	return inBandError(id, mcp.InternalError, http.StatusText(resp.Status))
}

// inBand is the envelope of errors that are sent as answers: all known
// servers give them the request's id and this order.
var inBand = scenarios.Envelope{Keys: []string{"jsonrpc", "id", "error"}, ID: "request"}

// inBandError spells an error as an answer.
func inBandError(id []byte, code int, message string) []byte {
	return envelope(inBand, id, &scenarios.Response{Code: code, Message: message}, func(s string) string { return s })
}

// setHeaders puts header lines in place of those of the same name, in the
// spelling that they have. An absent one is kept off the response even where
// net/http would add it; one whose value comes out empty is left off.
func setHeaders(header http.Header, lines []scenarios.Header, fill *strings.Replacer) {
	for _, h := range lines {
		for name := range header {
			if strings.EqualFold(name, h.Name) {
				delete(header, name)
			}
		}
	}
	for _, h := range lines {
		if h.Absent {
			header[http.CanonicalHeaderKey(h.Name)] = nil
		} else if value := fill.Replace(h.Value); value != "" {
			header[h.Name] = append(header[h.Name], value)
		}
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
	case q.known == sessionEnded:
		return q.id
	}
	return q.minted
}

// envelope makes a JSON-RPC error with its members in the dialect's order;
// fill replaces variables.
func envelope(e scenarios.Envelope, requestID []byte, resp *scenarios.Response, fill func(string) string) []byte {
	id := requestID
	if e.ID != "request" {
		id = []byte(e.ID)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, key := range e.Keys {
		if key == "id" && id == nil {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(key) + ":")
		switch key {
		case "jsonrpc":
			b.WriteString(`"2.0"`)
		case "id":
			b.Write(id)
		case "error":
			b.WriteString(`{"code":` + strconv.Itoa(resp.Code) + `,"message":`)
			b.Write(jsonrpc.Text(fill(resp.Message)))
			if resp.Data != "" {
				b.WriteString(`,"data":`)
				b.Write(fillJSON(resp.Data, fill))
			}
			b.WriteByte('}')
		}
	}
	b.WriteByte('}')
	return b.Bytes()
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
		if q.r != nil && q.r.Close && (strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Keep-Alive")) {
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
	resp := p.gate.outside[check]
	if resp == nil {
		return false
	}
	q := &visit{p: p, w: w, r: r, verb: r.Method, carrier: int(p.carriers.Add(1)), began: p.clock.Now(), bodyErr: errUnread, fate: &p.calm}
	q.asked()
	q.refuse(check, resp, detail)
	return true
}

// writeError answers a request that reaches no gate: a JSON-RPC error without
// an id, as the specification has it for HTTP errors.
func (p *Player) writeError(w http.ResponseWriter, r *http.Request, status, code int, message string) {
	q := &visit{p: p, w: w, r: r, verb: r.Method, carrier: int(p.carriers.Add(1)), began: p.clock.Now(), fate: &p.calm}
	q.asked()
	q.sendError(status, code, message)
}

func (q *visit) sendError(status, code int, message string) {
	body := inBandError(nil, code, message)
	header := http.Header{"Content-Type": contentJSON}
	q.send(status, header, body)
	q.note("refused", "", message)
	q.said(status, header, body)
}

var (
	contentJSON   = []string{"application/json"}
	contentStream = []string{"text/event-stream"}
)

// envelope returns the shape of the errors that the request is refused with.
func (q *visit) envelope() *scenarios.Envelope {
	if q.modern {
		return &q.p.gate.modern.Envelope
	}
	return &q.p.dialect.Envelope
}
