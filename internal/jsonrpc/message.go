// Package jsonrpc looks at JSON-RPC 2.0 messages without decoding them: a
// message stays in its own spelling, and what one needs to know of it is
// found in place.
//
//	batch, err := jsonrpc.Parse(body)
//	for _, m := range batch.Messages {
//		switch m.Kind { ... m.Method ... m.ID ... m.Params ... }
//	}
//
// Parse is strict about the envelope, as MCP is (2025-11-25 basic, "Messages"):
// an id is a string or an integer, params is an object, no member of the
// envelope stands twice.
//
// What this does not do: it does not decode params or results, and it knows
// no method.
package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
	"unsafe"

	"github.com/tidwall/gjson"
)

// MaxDepth is how deep the arrays and objects of a message may nest, the
// message itself included. Deeper text is refused before any recursive reader
// sees it: a validator that recurses can be made to eat the stack.
const MaxDepth = 128

// Kind tells what a message is.
type Kind uint8

// The kinds of message.
const (
	Invalid Kind = iota
	Request
	Notification
	Response // a result or an error
)

func (k Kind) String() string {
	return [...]string{"invalid message", "request", "notification", "response"}[k]
}

// A Message is one JSON-RPC message and where its parts are. All byte slices
// point into the text it was read from.
type Message struct {
	Kind   Kind
	More   bool   // it has members that JSON-RPC does not know
	Raw    []byte // the whole message
	ID     []byte // the id's JSON text; nil when there is none
	Method string
	Params []byte // the params' JSON text; nil when there is none
	Result []byte
	Error  []byte
}

// A Batch is the messages of one body.
type Batch struct {
	Messages []Message
	Array    bool // the body was an array, even one of a single message
}

// Errors of Parse. A caller tells JSON from JSON-RPC by them, for the
// specification gives them different codes.
var (
	ErrEmpty = errors.New("empty body")
	ErrDepth = fmt.Errorf("nested deeper than %d levels", MaxDepth)
	ErrJSON  = errors.New("not valid JSON")
)

// An EnvelopeError is valid JSON that is no JSON-RPC message.
type EnvelopeError struct {
	// ID is the id's JSON text where one could be read all the same.
	ID     []byte
	Reason string
}

func (e *EnvelopeError) Error() string { return "not a JSON-RPC message: " + e.Reason }

// Parse finds the messages of one body. Where the text is not JSON the error
// is ErrEmpty, ErrDepth or ErrJSON; where it is JSON but no JSON-RPC message
// it is an *EnvelopeError.
func Parse(body []byte) (Batch, error) {
	if err := Valid(body); err != nil {
		return Batch{}, err
	}
	text := gjson.Parse(String(body))
	if !text.IsArray() {
		m, err := message(body, text)
		if err != nil {
			return Batch{}, err
		}
		return Batch{Messages: []Message{m}}, nil
	}
	b := Batch{Array: true}
	var err error
	text.ForEach(func(_, v gjson.Result) bool {
		var m Message
		if m, err = message(body[v.Index:v.Index+len(v.Raw)], v); err == nil {
			b.Messages = append(b.Messages, m)
		}
		return err == nil
	})
	if err == nil && len(b.Messages) == 0 {
		err = &EnvelopeError{Reason: "an empty batch"}
	}
	return b, err
}

// One reads a text that is known to be one valid JSON-RPC message, as the
// messages of a tape are. Of anything else it returns a Message of kind
// Invalid, its Raw set.
func One(raw []byte) Message {
	m, err := message(raw, gjson.Parse(String(raw)))
	if err != nil {
		return Message{Raw: raw}
	}
	return m
}

// Valid reports whether text is one JSON value in UTF-8, not nested too deep.
func Valid(text []byte) error {
	if skipSpace(text, 0) == len(text) {
		return ErrEmpty
	}
	// What opens no more than that many cannot nest them deeper; counting is
	// much cheaper than following them.
	if bytes.Count(text, []byte{'{'})+bytes.Count(text, []byte{'['}) > MaxDepth && Depth(text) > MaxDepth {
		return ErrDepth
	}
	if !gjson.ValidBytes(text) || !utf8.Valid(text) {
		return ErrJSON
	}
	return nil
}

// Depth returns how deep arrays and objects nest in text, which need not be
// valid JSON. It takes one pass and no stack.
func Depth(text []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i); i < 0 {
				return deepest
			}
		case '{', '[':
			if depth++; depth > deepest {
				deepest = depth
			}
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// stringEnd returns the index of the quote that closes the string which opens
// at i, or -1.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for j := i - 1; text[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
	return -1
}

// message reads the envelope of one message.
func message(raw []byte, v gjson.Result) (Message, error) {
	m := Message{Raw: bytes.TrimSpace(raw)}
	if !v.IsObject() {
		return m, &EnvelopeError{Reason: "a message is an object"}
	}
	var seen envelope
	var reason string
	v.ForEach(func(key, val gjson.Result) bool {
		reason = seen.member(&m, key.Str, val)
		return reason == ""
	})
	if reason == "" {
		reason = seen.kind(&m)
	}
	if reason != "" {
		return m, &EnvelopeError{ID: m.ID, Reason: reason}
	}
	return m, nil
}

// envelope remembers which members have been seen.
type envelope struct{ version, id, method, params, result, error bool }

// member takes in one member, and returns what is wrong with it.
func (e *envelope) member(m *Message, key string, v gjson.Result) string {
	once := func(seen *bool) bool {
		twice := *seen
		*seen = true
		return !twice
	}
	raw := Bytes(v.Raw)
	switch key {
	case "jsonrpc":
		if !once(&e.version) || v.Type != gjson.String || v.Str != "2.0" {
			return `jsonrpc must be "2.0"`
		}
	case "id":
		if !once(&e.id) {
			return "id stands twice"
		}
		if v.Type == gjson.String || v.Type == gjson.Number && integer(v.Raw) {
			m.ID = raw
		} else if v.Type != gjson.Null {
			return "id must be a string or an integer"
		}
	case "method":
		if !once(&e.method) || v.Type != gjson.String {
			return "method must be one string"
		}
		m.Method = v.Str
	case "params":
		if !once(&e.params) || !v.IsObject() {
			return "params must be one object"
		}
		m.Params = raw
	case "result":
		if !once(&e.result) {
			return "result stands twice"
		}
		m.Result = raw
	case "error":
		if !once(&e.error) || !v.IsObject() {
			return "error must be one object"
		}
		m.Error = raw
	default:
		m.More = true
	}
	return ""
}

// kind settles what the members make together, and returns what is wrong.
func (e *envelope) kind(m *Message) string {
	switch {
	case !e.version:
		return `jsonrpc must be "2.0"`
	case e.method && (e.result || e.error):
		return "a method beside a result or an error"
	case e.result && e.error:
		return "a result beside an error"
	case e.method && m.ID != nil:
		m.Kind = Request
	case e.method && e.id:
		return "id must be a string or an integer"
	case e.method:
		m.Kind = Notification
	case e.result && m.ID == nil:
		return "a result without an id"
	case e.result || e.error:
		m.Kind = Response // an error may come without an id: the request's could not be read
	default:
		return "neither method nor result nor error"
	}
	return ""
}

// integer reports whether a JSON number is spelled without fraction and
// exponent.
func integer(number string) bool {
	for _, c := range number {
		if c == '.' || c == 'e' || c == 'E' {
			return false
		}
	}
	return true
}

// String is b as a string without a copy; b must not change afterwards.
func String(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Bytes is s as bytes without a copy; they must not be written to.
func Bytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
