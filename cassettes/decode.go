package cassettes

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// members calls each with every member of an object and stops at the first
// error.
func members(v gjson.Result, each func(key string, v gjson.Result) error) error {
	if !v.IsObject() {
		return fmt.Errorf("%s must be an object", excerpt(v.Raw))
	}
	var err error
	v.ForEach(func(k, v gjson.Result) bool {
		err = each(k.Str, v)
		return err == nil
	})
	return err
}

// validate refuses what is not JSON. The value's depth has been checked.
func validate(value []byte) error {
	if !gjson.ValidBytes(value) {
		if hasConflict(value) {
			return errors.New("a merge conflict stands in this value: keep one side of it, or record anew")
		}
		return errors.New("not valid JSON: restore the cassette, or cut this value out")
	}
	if !utf8.Valid(value) {
		return errors.New("not valid UTF-8: restore the cassette, or cut this value out")
	}
	return nil
}

// decodeHeader reads a header. It keeps nothing of value, which is the
// reader's buffer for events, too.
func decodeHeader(value []byte) (Header, error) {
	var h Header
	if !gjson.GetBytes(value, "mcpmock").Exists() {
		return h, errNoHeader
	}
	version := 0
	err := members(gjson.ParseBytes(value), func(key string, v gjson.Result) error {
		switch key {
		case "mcpmock":
			return number(v, key, &version)
		case "transport":
			return text(v, key, &h.Transport)
		case "journal":
			return text(v, key, &h.Journal)
		case "redact":
			return texts(v, key, &h.Redact)
		case "dialect":
			return text(v, key, &h.Dialect)
		case "refusals":
			return decodeRefusals(v, &h.Refusals)
		case "sum":
			return nil
		}
		return unknown(key, "header", "mcpmock", "transport", "journal", "redact", "dialect", "refusals", "sum")
	})
	switch {
	case err != nil:
		return h, err
	case version == 0:
		return h, errNoHeader
	case version != Version:
		return h, fmt.Errorf("format version %d; this program reads version %d: use a newer mcpmock", version, Version)
	}
	switch h.Transport {
	case "http", "sse", "stdio":
	default:
		return h, fmt.Errorf("transport %q: it must be http, sse or stdio", h.Transport)
	}
	switch h.Journal {
	case "", OfMock, OfProxy:
		return h, nil
	}
	return h, fmt.Errorf("journal %q: it must be mock or proxy", h.Journal)
}

// A leanEvent is what an index asks of an event, in memory that is used again
// for the next one.
type leanEvent struct {
	http HTTP
	sse  SSE
}

func (l *leanEvent) newHTTP() *HTTP {
	if l == nil {
		return new(HTTP)
	}
	for name, values := range l.http.Header {
		l.http.Header[name] = values[:0]
	}
	l.http = HTTP{Header: l.http.Header}
	return &l.http
}

func (l *leanEvent) newSSE() *SSE {
	if l == nil {
		return new(SSE)
	}
	l.sse = SSE{}
	return &l.sse
}

// decodeEvent reads one event; its byte slices point into value. Where lean
// is given, the event has only the header fields that an index asks for, and
// is good until the next one.
func decodeEvent(e *Event, value []byte, lean *leanEvent) error {
	*e = Event{}
	said := 0
	err := members(gjson.Parse(jsonrpc.String(value)), func(key string, v gjson.Result) error {
		switch key {
		case "on":
			return number(v, key, &e.On)
		case "from":
			var from string
			err := text(v, key, &from)
			e.From = From(from)
			return err
		case "at":
			if v.Type != gjson.Number || v.Num < 0 || v.Num > math.MaxInt32*1000 {
				return errors.New("at must be a number of milliseconds")
			}
			e.At = time.Duration(v.Num * float64(time.Millisecond))
			return nil
		case "http":
			e.HTTP = lean.newHTTP()
			return decodeHTTP(e.HTTP, v, lean != nil)
		case "sse":
			e.SSE = lean.newSSE()
			return decodeSSE(e.SSE, v)
		case "message":
			said++
			if !v.IsObject() {
				return errors.New("message must be an object")
			}
			e.Message = jsonrpc.Bytes(v.Raw)
			return nil
		case "messages":
			said++
			return decodeMessages(e, v)
		case "raw":
			said++
			var s string
			err := text(v, key, &s)
			e.Raw = append([]byte{}, s...)
			return err
		case "raw64":
			said++
			raw, err := base64.StdEncoding.DecodeString(v.Str)
			if v.Type != gjson.String || err != nil {
				return errors.New("raw64 must be base64 text")
			}
			e.Raw = append([]byte{}, raw...)
			return nil
		case "end":
			var end string
			err := text(v, key, &end)
			e.End = End(end)
			return err
		case "code":
			return number(v, key, &e.Code)
		case "note":
			e.Note = new(Note)
			return decodeNote(e.Note, v)
		case "sum":
			return nil
		case "mcpmock":
			return errors.New("a second cassette begins here: keep each in a file of its own; record --append records after another")
		}
		return unknown(key, "event", "on", "from", "at", "http", "sse", "message", "messages", "raw", "raw64", "end", "code", "note", "sum")
	})
	if err != nil {
		return err
	}
	return check(e, said)
}

// check holds the parts of an event against each other.
func check(e *Event, said int) error {
	switch {
	case e.On < 1:
		return errors.New("an event needs the number of its carrier, such as \"on\": 1")
	case said > 1:
		return errors.New("an event says one of message, messages, raw and raw64, not several")
	}
	switch e.From {
	case Client, Server, Stderr, Mcpmock:
	default:
		return fmt.Errorf("from %q: it must be client, server, stderr or mcpmock", e.From)
	}
	switch e.End {
	case "", EOF, Reset, Closed, Exit:
	default:
		return fmt.Errorf("end %q: it must be eof, reset, closed or exit", e.End)
	}
	return nil
}

func decodeHTTP(h *HTTP, v gjson.Result, lean bool) error {
	return members(v, func(key string, v gjson.Result) error {
		switch key {
		case "method":
			return text(v, key, &h.Method)
		case "path":
			return text(v, key, &h.Path)
		case "query":
			return text(v, key, &h.Query)
		case "status":
			if err := number(v, key, &h.Status); err != nil || h.Status < 100 || h.Status > 999 {
				return errors.New("status must be a number from 100 to 999")
			}
			return nil
		case "header":
			return decodeFields(h, v, lean)
		}
		return unknown(key, "http", "method", "path", "query", "status", "header")
	})
}

func decodeFields(h *HTTP, v gjson.Result, lean bool) error {
	return members(v, func(name string, v gjson.Result) error {
		if lean {
			if name = indexed(name); name == "" {
				return nil
			}
		}
		if h.Header == nil {
			h.Header = make(http.Header)
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		values := h.Header[name]
		if v.Type == gjson.String {
			h.Header[name] = append(values, v.Str)
			return nil
		}
		err := texts(v, "header "+name, &values)
		h.Header[name] = values
		return err
	})
}

// indexed returns the name of a header field that an index asks for, else "".
// The name is a string of its own: a lean event's text is written over.
func indexed(name string) string {
	for _, known := range [...]string{mcp.HeaderSessionID, "Content-Type", mcp.HeaderLastEventID, mcp.HeaderProtocolVersion} {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return ""
}

func decodeSSE(s *SSE, v gjson.Result) error {
	return members(v, func(key string, v gjson.Result) error {
		switch key {
		case "event":
			return text(v, key, &s.Event)
		case "id":
			s.HasID = true
			return text(v, key, &s.ID)
		case "retry":
			return text(v, key, &s.Retry)
		case "comment":
			if v.Type == gjson.String {
				s.Comment = []string{v.Str}
				return nil
			}
			return texts(v, key, &s.Comment)
		case "crlf":
			s.CRLF = v.Type == gjson.True
			return nil
		case "frame":
			return text(v, key, &s.Frame)
		}
		return unknown(key, "sse", "event", "id", "retry", "comment", "crlf", "frame")
	})
}

func decodeMessages(e *Event, v gjson.Result) error {
	if !v.IsArray() {
		return errors.New("messages must be an array")
	}
	e.Messages = []json.RawMessage{}
	var err error
	v.ForEach(func(_, m gjson.Result) bool {
		if !m.IsObject() {
			err = errors.New("messages must be objects")
		}
		e.Messages = append(e.Messages, jsonrpc.Bytes(m.Raw))
		return err == nil
	})
	return err
}

func decodeNote(n *Note, v gjson.Result) error {
	return members(v, func(key string, v gjson.Result) error {
		switch key {
		case "kind":
			return text(v, key, &n.Kind)
		case "exchange":
			return number(v, key, &n.Exchange)
		case "rule":
			return text(v, key, &n.Rule)
		case "text":
			return text(v, key, &n.Text)
		case "space":
			return text(v, key, &n.Space)
		case "detail":
			n.Detail = jsonrpc.Bytes(v.Raw)
			return nil
		}
		return unknown(key, "note", "kind", "exchange", "rule", "text", "space", "detail")
	})
}

func text(v gjson.Result, key string, to *string) error {
	if v.Type != gjson.String {
		return fmt.Errorf("%s must be a string", key)
	}
	*to = v.Str
	return nil
}

func texts(v gjson.Result, key string, to *[]string) error {
	if !v.IsArray() {
		return fmt.Errorf("%s must be an array of strings", key)
	}
	var err error
	v.ForEach(func(_, v gjson.Result) bool {
		var s string
		err = text(v, key, &s)
		*to = append(*to, s)
		return err == nil
	})
	return err
}

func number(v gjson.Result, key string, to *int) error {
	if v.Type != gjson.Number || v.Num != math.Trunc(v.Num) || math.Abs(v.Num) > math.MaxInt32 {
		return fmt.Errorf("%s must be a whole number", key)
	}
	*to = int(v.Num)
	return nil
}

// unknown is the error for a member that the format does not have.
func unknown(key, in string, known ...string) error {
	return fmt.Errorf("unknown member %s in %s: it has %s", excerpt(key), in, strings.Join(known, ", "))
}

// excerpt is text short enough for an error message.
func excerpt(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return fmt.Sprintf("%q", s)
}
