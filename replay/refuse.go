package replay

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// refuse answers with a refusal of the dialect.
func (q *probe) refuse(check string, resp *scenarios.Response, detail string) {
	q.note("refused", check, detail)
	if q.pipe != nil {
		q.refuseSpoken(resp, detail)
		return
	}
	body, header := q.render(resp, detail)
	q.reply(resp.Status, header, body)
	if resp.Latch != nil && q.p.mode != "stateless" && q.pipe == nil && !q.old { // what crashes is Streamable HTTP
		q.space.latched.Store(resp.Latch)
	}
}

// render makes the body and the headers of a written-down response.
func (q *probe) render(resp *scenarios.Response, detail string) ([]byte, http.Header) {
	fill := q.filler(resp, detail)
	d := q.p.dialect
	header := http.Header{}
	if d.Session.Show == "always" && q.shown() != "" && q.space.latched.Load() == nil {
		header[mcp.HeaderSessionID] = []string{q.shown()}
	}
	var body []byte
	switch {
	case q.pipe != nil:
		return q.spell(resp, q.requestID(), fill), nil
	case resp.Message == "" && resp.Code == 0:
		body = []byte(fill.Replace(resp.Body))
	case resp.Stream:
		message := envelope(inBand, q.requestID(), resp.Code, fill.Replace(resp.Message))
		body = append(append([]byte("event: message\ndata: "), message...), "\n\n"...)
		header["Content-Type"] = contentStream
	default:
		body = envelope(d.Envelope, q.requestID(), resp.Code, fill.Replace(resp.Message))
		setHeaders(header, d.Envelope.Headers, fill)
	}
	setHeaders(header, resp.Headers, fill)
	return body, header
}

// refuseSpoken refuses over a pipe: each request gets its error, and what could
// not be read as requests one without an id.
func (q *probe) refuseSpoken(resp *scenarios.Response, detail string) {
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
func (q *probe) spell(resp *scenarios.Response, id []byte, fill *strings.Replacer) []byte {
	switch text := fill.Replace(resp.Body); {
	case id == nil && q.bodyErr == nil:
		return nil // nothing was asked
	case resp.Message != "" || resp.Code != 0:
		return envelope(inBand, id, resp.Code, fill.Replace(resp.Message))
	case strings.HasPrefix(text, "{"):
		if _, err := jsonrpc.Parse([]byte(text)); err == nil {
			return jsonrpc.Compact([]byte(text))
		}
	case text != "":
		return envelope(inBand, id, mcp.InternalError, text)
	case resp.Status/100 == 2:
		return nil
	}
	return envelope(inBand, id, mcp.InternalError, http.StatusText(resp.Status))
}

// inBand is the envelope of errors that are sent as answers: all known
// servers give them the request's id and this order.
var inBand = scenarios.Envelope{Keys: []string{"jsonrpc", "id", "error"}, ID: "request"}

// setHeaders puts header lines in place of those of the same name. An absent
// one is kept off the response even where net/http would add it; one whose
// value comes out empty is left off.
func setHeaders(header http.Header, lines []scenarios.Header, fill *strings.Replacer) {
	for _, h := range lines {
		delete(header, http.CanonicalHeaderKey(h.Name))
	}
	for _, h := range lines {
		name := http.CanonicalHeaderKey(h.Name)
		if h.Absent {
			header[name] = nil
		} else if value := fill.Replace(h.Value); value != "" {
			header[name] = append(header[name], value)
		}
	}
}

// filler replaces the variables of a scenario's texts.
func (q *probe) filler(resp *scenarios.Response, detail string) *strings.Replacer {
	fresh := ""
	if asksFresh(resp) {
		fresh = q.p.sessions.mint()
	}
	host, origin := "", ""
	if q.r != nil {
		host, origin = q.r.Host, q.r.Header.Get("Origin")
	}
	return strings.NewReplacer(
		"${session}", q.shown(),
		"${fresh}", fresh,
		"${method}", printable(q.method()),
		"${version}", printable(q.protocol),
		"${versions}", strings.Join(q.p.supported(), ", "),
		"${host}", printable(host),
		"${origin}", printable(origin),
		"${detail}", detail,
	)
}

// asksFresh reports whether a response holds ${fresh}: an id is only made
// where one is wanted, for a seed makes ids in their order.
func asksFresh(resp *scenarios.Response) bool {
	const fresh = "${fresh}"
	return strings.Contains(resp.Message, fresh) || strings.Contains(resp.Body, fresh) ||
		slices.ContainsFunc(resp.Headers, func(h scenarios.Header) bool { return strings.Contains(h.Value, fresh) })
}

// shown returns the session id that a response to this request shows.
func (q *probe) shown() string {
	switch {
	case q.session != nil:
		return q.session.id
	case q.known == sessionEnded:
		return q.id
	}
	return q.minted
}

// printable drops what must not get into a header or a message.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// envelope makes a JSON-RPC error with its members in the dialect's order.
func envelope(e scenarios.Envelope, requestID []byte, code int, message string) []byte {
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
			b.WriteString(`{"code":` + strconv.Itoa(code) + `,"message":`)
			b.Write(quoteJSON(message))
			b.WriteByte('}')
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quoteJSON spells s as a JSON string, without escaping <, > and &.
func quoteJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can be encoded
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// reply answers with a whole response: over HTTP as it is, over a pipe with
// the message in it, if there is one.
func (q *probe) reply(status int, header http.Header, body []byte) {
	if q.pipe != nil {
		if len(body) > 0 {
			q.pipe.send(body)
		}
		return
	}
	q.send(status, header, body)
	q.said(status, header, body)
}

// send writes a whole response at once.
func (q *probe) send(status int, header http.Header, body []byte) {
	h := q.w.Header()
	for name, values := range header {
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

// writeError answers a request that reaches no gate: a JSON-RPC error without
// an id, as the specification has it for HTTP errors.
func (p *Player) writeError(w http.ResponseWriter, r *http.Request, status, code int, message string) {
	q := &probe{p: p, w: w, r: r, verb: r.Method, carrier: int(p.carriers.Add(1)), began: p.clock.Now()}
	body := envelope(inBand, nil, code, message)
	header := http.Header{"Content-Type": contentJSON}
	q.asked()
	q.send(status, header, body)
	q.note("refused", "", message)
	q.said(status, header, body)
}

var (
	contentJSON   = []string{"application/json"}
	contentStream = []string{"text/event-stream"}
)
