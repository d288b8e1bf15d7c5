package stubs

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// A Call is a request that a stub answers, with what its templates are filled
// in with.
type Call struct {
	Method    string
	Arguments gjson.Result
	Number    int           // of the client's calls of this stub, from 1
	Session   func() string // the client's session, as texts name it
	Now       time.Time

	set        *Set
	structured []byte // the answer's structuredContent
}

// Outcome appends what is said: a JSON-RPC response from its member result, or
// error, on.
func (s *Set) Outcome(dst []byte, c *Call, say *Saying) []byte {
	s.structure(c, say)
	dst = slices.Grow(dst, 256+2*len(c.structured))
	return c.fill(dst, say.outcome)
}

// Breach returns what is wrong with what is said, by the output of its tool, or
// "".
func (s *Set) Breach(c *Call, say *Saying) string {
	if say.output == nil {
		return ""
	}
	s.structure(c, say)
	return say.output.breach(c.structured)
}

// structure makes the structured content of an answer, once.
func (s *Set) structure(c *Call, say *Saying) {
	c.set = s
	if c.structured == nil && say.structured != nil {
		c.structured = c.fill(nil, say.structured)
	}
}

// Steps is how often progress is told of before that.
func (say *Saying) Steps() int { return len(say.progress) }

// Progress appends what is told in a step, from 0: the params of a notification
// from their member progress on.
func (s *Set) Progress(dst []byte, c *Call, say *Saying, step int) []byte {
	c.set = s
	return c.fill(dst, say.progress[step])
}

// fill appends a form with the values of the call in its places.
func (c *Call) fill(dst []byte, f form) []byte {
	for i := range f {
		p := &f[i]
		switch p.is {
		case literalText:
			dst = append(dst, p.literal...)
		case fromArguments:
			dst = appendArgument(dst, c.argument(p.path), p.whole)
		case newUUID:
			dst = c.appendUUID(dst)
		case timeNow:
			dst = c.Now.UTC().AppendFormat(dst, time.RFC3339)
		case callNumber:
			dst = strconv.AppendInt(dst, int64(c.Number), 10)
		case sessionID:
			dst = appendEscaped(dst, c.Session())
		case methodName:
			dst = appendEscaped(dst, c.Method)
		case structured:
			if p.whole {
				dst = append(dst, c.structured...)
			} else {
				dst = appendEscaped(dst, jsonrpc.String(c.structured))
			}
		}
	}
	return dst
}

// argument returns the argument at a path: members of objects by name, elements
// of arrays by number. It does not exist where the call has none there.
func (c *Call) argument(path []string) gjson.Result { return along(c.Arguments, path) }

// along goes down a path. A name may have dots in it, which part the segments of
// a path: the shortest name that leads to the end counts.
func along(v gjson.Result, path []string) gjson.Result {
	if len(path) == 0 {
		return v
	}
	for n := range path {
		next := within(v, strings.Join(path[:n+1], "."))
		if !next.Exists() {
			continue
		}
		if found := along(next, path[n+1:]); found.Exists() {
			return found
		}
	}
	return gjson.Result{}
}

// within returns a member of an object, the last of that name, or an element of
// an array.
func within(v gjson.Result, segment string) (found gjson.Result) {
	if v.IsObject() {
		v.ForEach(func(name, value gjson.Result) bool {
			if name.Str == segment {
				found = value
			}
			return true
		})
		return found
	}
	n, err := strconv.Atoi(segment)
	if !v.IsArray() || err != nil || n < 0 || segment[0] == '+' {
		return found
	}
	v.ForEach(func(_, value gjson.Result) bool {
		found = value
		n--
		return n >= 0
	})
	if n >= 0 {
		return gjson.Result{}
	}
	return found
}

// appendArgument appends a value of the client: itself, or its text within a
// string. What is not there is null, or no text.
func appendArgument(dst []byte, v gjson.Result, whole bool) []byte {
	switch {
	case !v.Exists() && whole:
		return append(dst, "null"...)
	case !v.Exists():
		return dst
	case whole && v.Type == gjson.String:
		return append(dst, v.Raw...)
	case v.Type == gjson.String: // it is escaped already, as the client has it
		return append(dst, v.Raw[1:len(v.Raw)-1]...)
	}
	value := jsonrpc.Compact(jsonrpc.Bytes(v.Raw)) // a line of stdio has no line breaks in it
	if whole {
		return append(dst, value...)
	}
	return appendEscaped(dst, jsonrpc.String(value))
}

// appendUUID appends a random UUID (RFC 9562, version 4).
func (c *Call) appendUUID(dst []byte) []byte {
	var b [16]byte
	c.set.random(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	for i, part := range [...][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}
