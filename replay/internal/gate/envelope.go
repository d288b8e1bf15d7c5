package gate

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

// Envelope makes a JSON-RPC error with its members in the dialect's order;
// fill replaces variables.
func Envelope(e scenarios.Envelope, requestID []byte, resp *scenarios.Response, fill func(string) string) []byte {
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

// InBand is the envelope of errors that are sent as answers: all known
// servers give them the request's id and this order.
var InBand = scenarios.Envelope{Keys: []string{"jsonrpc", "id", "error"}, ID: "request"}

// InBandError spells an error as an answer.
func InBandError(id []byte, code int, message string) []byte {
	return Envelope(InBand, id, &scenarios.Response{Code: code, Message: message}, func(s string) string { return s })
}

// Spell makes the message of a written-down response for a pipe, which knows
// no status: a JSON-RPC error, or the response's own body where that is a
// message. Of a success without a body there is nothing to say.
func (f *Facts) Spell(resp *scenarios.Response, id []byte, fill *strings.Replacer) []byte {
	switch text := fill.Replace(resp.Body); {
	case id == nil && f.BodyErr == nil:
		return nil // nothing was asked
	case resp.Message != "" || resp.Code != 0:
		return Envelope(InBand, id, resp, fill.Replace)
	case strings.HasPrefix(text, "{"):
		if _, err := jsonrpc.Parse([]byte(text)); err == nil {
			return jsonrpc.Compact([]byte(text))
		}
	case text != "":
		return InBandError(id, mcp.InternalError, text)
	case resp.Status/100 == 2:
		return nil
	}
	return InBandError(id, mcp.InternalError, http.StatusText(resp.Status))
}

// Error makes the body of a JSON-RPC error over HTTP, in the envelope that the
// dialect has for the request's era, and sets the header lines of such errors.
func (g *Gate) Error(f *Facts, resp *scenarios.Response, fill *strings.Replacer, header http.Header) []byte {
	as := &g.dialect.Envelope
	if f.Modern {
		as = &g.modern.Envelope
	}
	SetHeaders(header, as.Headers, fill)
	shape, id := *as, f.RequestID()
	if resp.Echo {
		if id = f.echo(); id != nil {
			shape.ID = "request"
		}
	}
	return Envelope(shape, id, resp, fill.Replace)
}

// echo returns the id of a message that asks for something, even where it is
// none that a request may have; nil where it is no text and no number.
func (f *Facts) echo() []byte {
	if f.BodyErr == nil {
		return f.RequestID()
	}
	m := gjson.ParseBytes(f.Body)
	if id := m.Get("id"); m.Get("method").Type == gjson.String && (id.Type == gjson.String || id.Type == gjson.Number) {
		return []byte(id.Raw)
	}
	return nil
}

// SetHeaders puts header lines in place of those of the same name, in the
// spelling that they have. An absent one is kept off the response even where
// net/http would add it; one whose value comes out empty is left off.
func SetHeaders(header http.Header, lines []scenarios.Header, fill *strings.Replacer) {
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
