package replay

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// A call is a request that a stub answers, with what its templates are filled
// in with.
type call struct {
	p          *Player
	conv       *conversation
	method     string
	arguments  gjson.Result
	number     int // of the calls of this stub in the conversation, from 1
	now        time.Time
	structured []byte // the answer's structuredContent
}

// fill appends a form with the values of the call in its places.
func (c *call) fill(dst []byte, f form) []byte {
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
			dst = c.now.UTC().AppendFormat(dst, time.RFC3339)
		case callNumber:
			dst = strconv.AppendInt(dst, int64(c.number), 10)
		case sessionID:
			dst = appendEscaped(dst, c.conv.alias())
		case methodName:
			dst = appendEscaped(dst, c.method)
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
func (c *call) argument(path []string) gjson.Result {
	v := c.arguments
	for _, segment := range path {
		v = within(v, segment)
	}
	return v
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
func (c *call) appendUUID(dst []byte) []byte {
	var b [16]byte
	c.p.stubs.random(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	for i, part := range [...][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}
