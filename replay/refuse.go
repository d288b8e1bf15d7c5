package replay

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

// refuse answers with a refusal of the dialect.
func (q *probe) refuse(check string, resp *scenarios.Response, detail string) {
	body, header := q.render(resp, detail)
	q.send(resp.Status, header, body)
	q.note("refused", check, detail)
	q.said(resp.Status, header, body)
	if resp.Latch != nil {
		q.p.latched.Store(resp.Latch)
	}
}

// render makes the body and the headers of a written-down response.
func (q *probe) render(resp *scenarios.Response, detail string) ([]byte, http.Header) {
	fill := q.filler(detail)
	header := http.Header{}
	var body []byte
	d := q.p.dialect
	switch {
	case resp.Message != "" || resp.Code != 0:
		body = envelope(d.Envelope, q.requestID(), resp.Code, fill.Replace(resp.Message))
		for _, h := range d.Envelope.Headers {
			setHeader(header, h, fill)
		}
		if resp.Stream {
			header["Content-Type"] = []string{"text/event-stream"}
			body = append(append([]byte("event: message\ndata: "), body...), "\n\n"...)
		}
	default:
		body = []byte(fill.Replace(resp.Body))
	}
	if d.Session.Show == "always" && q.shown() != "" {
		header["Mcp-Session-Id"] = []string{q.shown()}
	}
	for _, h := range resp.Headers {
		setHeader(header, h, fill)
	}
	return body, header
}

// setHeader sets one header line; an absent one is kept off the response even
// where net/http would add it.
func setHeader(header http.Header, h scenarios.Header, fill *strings.Replacer) {
	name := http.CanonicalHeaderKey(h.Name)
	if h.Absent {
		header[name] = nil
		return
	}
	header[name] = append(header[name], fill.Replace(h.Value))
}

// filler replaces the variables of a scenario's texts.
func (q *probe) filler(detail string) *strings.Replacer {
	return strings.NewReplacer(
		"${session}", q.shown(),
		"${method}", printable(q.method()),
		"${version}", printable(q.protocol),
		"${versions}", strings.Join(q.p.supported(), ", "),
		"${host}", printable(q.r.Host),
		"${origin}", printable(q.r.Header.Get("Origin")),
		"${detail}", detail,
	)
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
	q := &probe{p: p, w: w, r: r, carrier: int(p.carriers.Add(1))}
	body := envelope(scenarios.Envelope{Keys: []string{"jsonrpc", "id", "error"}, ID: "request"}, nil, code, message)
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
