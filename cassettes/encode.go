package cassettes

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Layout is how values are laid out in a cassette. Both are the same JSON
// stream; readers take either, and a mixture.
type Layout int

const (
	// Pretty puts each member on a line of its own: it diffs and edits well.
	Pretty Layout = iota
	// Compact puts each value on one line: JSON Lines, for long recordings.
	Compact
)

// appendHeader appends the header's value and a newline.
func appendHeader(dst []byte, h Header, layout Layout) []byte {
	b := append(make([]byte, 0, 128), `{"mcpmock":`...)
	b = strconv.AppendInt(b, Version, 10)
	b = appendMember(b, "transport", h.Transport)
	if h.Journal != "" {
		b = appendMember(b, "journal", h.Journal)
	}
	if len(h.Redact) > 0 {
		b = append(b, `,"redact":[`...)
		for i, rule := range h.Redact {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, rule)
		}
		b = append(b, ']')
	}
	if h.Dialect != "" {
		b = appendMember(b, "dialect", h.Dialect)
	}
	b = appendRefusals(b, h.Refusals)
	return seal(dst, append(b, '}'), layout)
}

// appendEvent appends the event's value and a newline.
func appendEvent(dst []byte, e *Event, layout Layout) []byte {
	buf := values.Get().(*[]byte)
	b := append((*buf)[:0], `{"on":`...)
	b = strconv.AppendInt(b, int64(e.On), 10)
	b = appendMember(b, "from", string(e.From))
	if at := e.At / time.Millisecond; at > 0 {
		b = strconv.AppendInt(append(b, `,"at":`...), int64(at), 10)
	}
	if e.HTTP != nil {
		b = appendHTTP(append(b, `,"http":`...), e.HTTP)
	}
	if e.SSE != nil {
		b = appendSSE(append(b, `,"sse":`...), e.SSE)
	}
	switch {
	case e.Message != nil:
		b = append(append(b, `,"message":`...), jsonrpc.Compact(e.Message)...)
	case e.Messages != nil:
		b = append(b, `,"messages":[`...)
		for i, m := range e.Messages {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, jsonrpc.Compact(m)...)
		}
		b = append(b, ']')
	case e.Raw != nil && utf8.Valid(e.Raw):
		b = appendMember(b, "raw", string(e.Raw))
	case e.Raw != nil:
		b = appendMember(b, "raw64", base64.StdEncoding.EncodeToString(e.Raw))
	}
	if e.End != "" {
		b = appendMember(b, "end", string(e.End))
		if e.End == Exit {
			b = strconv.AppendInt(append(b, `,"code":`...), int64(e.Code), 10)
		}
	}
	if e.Note != nil {
		b = appendNote(append(b, `,"note":`...), e.Note)
	}
	b = append(b, '}')
	dst = seal(dst, b, layout)
	if cap(b) <= maxKept {
		*buf = b
		values.Put(buf)
	}
	return dst
}

// values are buffers in which values are made before they are laid out.
var values = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer that is kept for the next value: one large
// message is no reason to keep its memory.
const maxKept = 1 << 20

// seal lays a compact value out, puts its sum in as the last member, and
// appends it with a newline.
func seal(dst, value []byte, layout Layout) []byte {
	if layout == Compact {
		return appendSum(dst, value[:len(value)-1], compactTail)
	}
	v := jsontext.Value(value)
	// The options of Compact: the messages stay in their own spelling.
	err := v.Indent(jsontext.WithIndent("  "), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	if err != nil { // no value of ours; a message that is not JSON
		panic(fmt.Sprintf("cassettes: writing an event: %v", err))
	}
	return appendSum(dst, v[:len(v)-2], prettyTail) // without "\n}"
}

func appendHTTP(b []byte, h *HTTP) []byte {
	b = append(b, '{')
	if h.Method != "" {
		b = appendString(append(b, `"method":`...), h.Method)
		b = appendMember(b, "path", h.Path)
		if h.Query != "" {
			b = appendMember(b, "query", h.Query)
		}
	} else if h.Status != 0 {
		b = strconv.AppendInt(append(b, `"status":`...), int64(h.Status), 10)
	}
	if len(h.Header) > 0 {
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendFields(append(b, `"header":`...), h.Header)
	}
	return append(b, '}')
}

// appendFields writes header fields sorted by name; a single value stands
// bare, several in an array.
func appendFields(b []byte, header http.Header) []byte {
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		if values := header[name]; len(values) == 1 {
			b = appendString(b, values[0])
		} else {
			b = append(b, '[')
			for j, v := range values {
				if j > 0 {
					b = append(b, ',')
				}
				b = appendString(b, v)
			}
			b = append(b, ']')
		}
	}
	return append(b, '}')
}

func appendSSE(b []byte, s *SSE) []byte {
	o := object{b: append(b, '{')}
	if s.Event != "" {
		o.str("event", s.Event)
	}
	if s.HasID {
		o.str("id", s.ID)
	}
	if s.Retry != "" {
		o.str("retry", s.Retry)
	}
	if len(s.Comment) == 1 {
		o.str("comment", s.Comment[0])
	} else if len(s.Comment) > 1 {
		o.key("comment")
		text, _ := json.Marshal(s.Comment)
		o.b = append(o.b, text...)
	}
	if s.CRLF {
		o.key("crlf")
		o.b = append(o.b, "true"...)
	}
	if s.Frame != "" {
		o.str("frame", s.Frame)
	}
	return append(o.b, '}')
}

func appendNote(b []byte, n *Note) []byte {
	o := object{b: append(b, '{')}
	o.str("kind", n.Kind)
	if n.Exchange > 0 {
		o.key("exchange")
		o.b = strconv.AppendInt(o.b, int64(n.Exchange), 10)
	}
	if n.Rule != "" {
		o.str("rule", n.Rule)
	}
	if n.Text != "" {
		o.str("text", n.Text)
	}
	if n.Space != "" {
		o.str("space", n.Space)
	}
	if n.Detail != nil {
		o.key("detail")
		o.b = append(o.b, jsonrpc.Compact(n.Detail)...)
	}
	return append(o.b, '}')
}

// object writes the members of an object of which any may be absent.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(appendString(o.b, name), ':')
}

func (o *object) str(name, value string) {
	o.key(name)
	o.b = appendString(o.b, value)
}

// appendMember appends a member that is not the first of its object.
func appendMember(b []byte, name, value string) []byte {
	b = append(append(append(b, ',', '"'), name...), '"', ':')
	return appendString(b, value)
}

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}
