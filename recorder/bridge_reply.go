package recorder

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A reply is what a POST with requests is answered by.
type reply struct {
	s     *session
	p     *inquiry
	w     http.ResponseWriter
	array bool             // the client sent a batch, and gets one
	ask   *jsonrpc.Message // the request, where it is of the modern era

	begun   bool
	early   []said   // what came before the server had the whole question
	answers [][]byte // where they are no stream
}

// tell gives the server a message of the POST. What the server says meanwhile
// is taken in: one that waits to be heard does not listen.
func (r *reply) tell(ctx context.Context, m jsonrpc.Message) bool {
	line := asLine(m)
	for {
		select {
		case r.s.in.lines <- line:
			return true
		case m := <-r.p.out:
			r.early = append(r.early, m)
		case <-r.s.in.closed:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// serve writes the answers as they come. The header of a stream goes out at
// once; but that of initialize waits, for the session's id is given with its
// first word, and not where there is no session in the end.
func (r *reply) serve(ctx context.Context) {
	if r.p.stream && !r.p.hello && r.ask == nil {
		r.begin()
	}
	var late <-chan time.Time
	if r.ask != nil && r.ask.Method == mcp.Discover && r.s.b.known() == unknownEra {
		timer := time.NewTimer(probeWait)
		defer timer.Stop()
		late = timer.C
	}
	for _, m := range r.early {
		if !r.pass(m) {
			return
		}
	}
	for {
		select {
		case m := <-r.p.out:
			if !r.pass(m) {
				return
			}
		case <-r.p.over:
			r.finish()
			return
		case <-late:
			r.pass(said{text: errorTo(r.ask.ID, mcp.InvalidRequest, "the server does not answer server/discover: begin with initialize"), last: true, failed: true})
			return
		case <-r.s.exited:
			r.lost()
			return
		case <-ctx.Done():
			r.gone()
			return
		}
	}
}

// pass passes a message on, and reports whether more are to come.
func (r *reply) pass(m said) bool {
	if r.p.hello && m.failed {
		r.s.end("the server refused to initialize")
		if !r.begun && gjson.GetBytes(m.text, "error.code").Int() == mcp.UnsupportedVersion {
			r.whole(http.StatusBadRequest, m.text) // by which its client tells a server without that method
			return false
		}
	}
	if r.ask != nil && m.last && !r.begun {
		r.first(m.text)
		return false
	}
	if !r.say(m.text) {
		r.gone()
		return false
	}
	if m.last {
		r.finish()
	}
	return !m.last
}

// begin writes the header, once.
func (r *reply) begin() {
	if r.begun {
		return
	}
	r.begun = true
	if r.p.hello && r.s.why() == "" {
		r.w.Header().Set(mcp.HeaderSessionID, r.s.id)
	}
	if r.p.stream {
		if r.ask != nil { // 2026-07-28 basic/transports/streamable-http, "Receiving Messages"
			r.w.Header().Set("X-Accel-Buffering", "no")
		}
		beginStream(r.w)
		return
	}
	r.w.Header().Set("Content-Type", "application/json")
}

// say writes a message, and reports whether the client is still there.
func (r *reply) say(text []byte) bool {
	r.begin()
	if r.p.stream {
		return writeFrame(r.w, "message", text)
	}
	r.answers = append(r.answers, text)
	return true
}

// gone deals with a client that has gone. One that has no session id yet will
// not come back.
func (r *reply) gone() {
	if r.p.hello {
		r.s.end("its client has gone")
	}
}

// finish ends the response. Requests that were cancelled have no answers; in
// place of none at all a client without streams gets 202.
func (r *reply) finish() {
	switch {
	case r.p.stream:
		r.begin()
	case len(r.answers) == 0:
		r.w.WriteHeader(http.StatusAccepted)
	case r.array:
		_, _ = r.w.Write(append(append([]byte{'['}, bytes.Join(r.answers, []byte{','})...), ']')) // its client may have gone
	default:
		_, _ = r.w.Write(r.answers[0])
	}
}

// lost answers what the server has not, and will not any more.
func (r *reply) lost() {
	for _, id := range r.s.unanswered(r.p) {
		if r.ask != nil && !r.begun {
			r.first(errorTo(id, mcp.InternalError, r.s.why()))
			return
		}
		if !r.say(errorTo(id, mcp.InternalError, r.s.why())) {
			return
		}
	}
	r.finish()
}

// beginStream writes the header of an event stream at once: clients wait for
// it.
func beginStream(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	w.WriteHeader(http.StatusOK)
	flush(w)
}

// writeFrame writes an event at once, and reports whether its client is there.
func writeFrame(w http.ResponseWriter, event string, data []byte) bool {
	frame := make([]byte, 0, len(event)+len(data)+16)
	frame = append(append(append(frame, "event: "...), event...), "\ndata: "...)
	frame = append(append(frame, data...), "\n\n"...)
	if _, err := w.Write(frame); err != nil {
		return false
	}
	return flush(w)
}

func flush(w http.ResponseWriter) bool { return http.NewResponseController(w).Flush() == nil }
