package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// A style is how answers go out over Streamable HTTP, where that is not as
// recorded.
type style struct {
	answers   string // json or sse; "" is as recorded
	resumable bool   // all events of streams carry ids
	opening   string // a comment that begins every standalone stream
}

// of is the style as far as it is one for that answer: no stream of the modern
// era can be come back to (2026-07-28 basic/transports/streamable-http).
func (s style) of(a *answer) style {
	s.resumable = s.resumable && !a.modern
	return s
}

// dress gives a prepared answer the style.
func (s style) dress(a *answer, f *framing) {
	if a.status != http.StatusOK || a.end != "" && a.end != cassettes.EOF && !a.stream {
		return
	}
	sole := a.only(jsonrpc.Response)
	switch {
	case s.answers == "sse" && sole >= 0 && len(a.lines) == 1:
		a.carry(true)
		f.headers(a.header)
	case s.answers == "json" && a.stream && sole >= 0:
		a.lines = a.lines[sole:][:1]
		a.carry(false)
	}
	if s.resumable && a.stream {
		a.identify(f.plain)
	}
}

// only returns the line of the only message that an answer has, of that kind,
// or -1.
func (a *answer) only(kind jsonrpc.Kind) int {
	only := -1
	for i := range a.lines {
		l := &a.lines[i]
		switch {
		case l.primes() || l.raw && l.frame != nil && l.cut == "" && len(l.frame.Data) == 0:
		case l.kind == kind && only < 0:
			only = i
		default:
			return -1
		}
	}
	return only
}

// carry makes the answer an event stream, or JSON.
func (a *answer) carry(stream bool) {
	h := http.Header{}
	for name, values := range a.header {
		h[name] = values
	}
	h["Content-Type"] = contentJSON
	if stream {
		h["Content-Type"] = contentStream
	}
	a.stream, a.header = stream, h
}

// identify gives each event of a stream an id; plain is the frame of those
// that were recorded without one.
func (a *answer) identify(plain sse.Frame) {
	for i := range a.lines {
		l := &a.lines[i]
		if l.cut != "" || l.raw && l.frame == nil {
			continue
		}
		f := plain
		if l.frame != nil {
			f = *l.frame
		}
		f.HasID = true
		l.frame = &f
	}
}

// prime sends the event that primes a client to come back, where all streams
// are to be resumable and the recorded one does not begin with it
// (2025-11-25 basic/transports, "Sending Messages to the Server" 6).
func (q *visit) prime(s *stream, lines []line) {
	old := q.conv.before(mcp.V20251125) // what primes on the tape is left out then
	switch {
	case len(lines) > 0 && lines[0].primes() && !old:
		return
	case q.primes():
	case old, !q.p.style.resumable && !q.comesBack():
		return
	}
	q.say(&line{raw: true, frame: &sse.Frame{HasID: true, HasData: true}}, &run{})
}
