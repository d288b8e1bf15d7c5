package replay

import (
	"maps"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A framing is how a dialect frames what goes out as an event stream.
type framing struct {
	plain sse.Frame // around a message that was recorded without one
	// header goes on streams that were recorded without one.
	header http.Header
	bare   bool // answers that were recorded without one are streams
}

func newFraming(d *scenarios.Dialect) framing {
	f := framing{
		plain: sse.Frame{Event: "message", HasEvent: true, CRLF: d.Stream.CRLF, Order: d.Stream.Order},
		bare:  d.Answers.Bare == "stream",
	}
	for _, h := range d.Stream.Headers {
		if f.header == nil {
			f.header = http.Header{}
		}
		name := http.CanonicalHeaderKey(h.Name)
		f.header[name] = append(f.header[name], h.Value)
	}
	return f
}

// dress frames an answer that has no headers of its own, as one that was
// recorded over a pipe.
func (f *framing) dress(a *answer) {
	if f.bare && !a.stream && len(a.lines) > 0 {
		a.carry(true)
	}
	if a.stream && f.header != nil {
		a.header = maps.Clone(a.header) // others may have the same
		f.headers(a.header)
	}
}

// headers puts the dialect's headers of a stream on h.
func (f *framing) headers(h http.Header) {
	for name, values := range f.header {
		h[name] = values
	}
}

// append writes a frame around a message. Where the frame was recorded with
// an id it gets one of this run.
func (f *framing) append(dst []byte, recorded *sse.Frame, message []byte, id string) []byte {
	if recorded == nil {
		recorded = &f.plain
	}
	frame := *recorded
	frame.Order = f.plain.Order
	if frame.HasID {
		frame.ID = id
	}
	if message != nil {
		frame.Data, frame.HasData = message, true
	}
	return frame.Append(dst)
}
