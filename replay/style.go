package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// A style is how answers go out over Streamable HTTP, where that is not as
// recorded.
type style struct {
	answers   string // json or sse; "" is as recorded
	resumable bool   // all events of streams carry ids
}

// dress gives a prepared answer the style.
func (s style) dress(a *answer) {
	if a.status != http.StatusOK || a.end != "" && a.end != "eof" && !a.stream {
		return
	}
	switch {
	case s.answers == "sse" && a.says(jsonrpc.Response) == len(a.lines) && len(a.lines) > 0:
		a.carry(true)
	case s.answers == "json" && a.stream && a.says(jsonrpc.Response) == 1 && a.sole(&run{token: []byte("0")}) >= 0:
		a.lines = a.lines[a.sole(&run{token: []byte("0")}):][:1]
		a.carry(false)
	}
	if s.resumable && a.stream {
		a.identify()
	}
}

// says counts the messages of one kind.
func (a *answer) says(kind jsonrpc.Kind) (n int) {
	for i := range a.lines {
		if a.lines[i].kind == kind {
			n++
		}
	}
	return n
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

// identify gives each event of a stream an id, and puts the one before it that
// primes a client to resume (2025-11-25 basic/transports, "Sending Messages to
// the Server" 6).
func (a *answer) identify() {
	primed := false
	for i := range a.lines {
		l := &a.lines[i]
		primed = primed || l.primes()
		if l.cut != "" || l.raw && l.frame == nil {
			continue
		}
		f := messageFrame
		if l.frame != nil {
			f = *l.frame
		}
		f.HasID = true
		l.frame = &f
	}
	if !primed {
		prime := line{raw: true, frame: &sse.Frame{HasID: true, HasData: true}, event: a.event, at: a.asked, answered: -1, after: -1}
		a.lines = append([]line{prime}, a.lines...)
	}
}
