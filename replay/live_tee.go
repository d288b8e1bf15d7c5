package replay

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// What the journal has of a body at most: of JSON, or one event of a stream,
// and of anything else.
const (
	maxTold  = 4 << 20
	maxOther = 64 << 10
)

// A tee passes an answer of the live server on as it comes, and tells the
// journal what it says, before the client can act on it. What is larger than
// the bounds is not on the journal, and nowhere in memory.
type tee struct {
	http.ResponseWriter
	q   *visit
	ctx context.Context // of the request upstream

	status int
	events bool
	frames sse.Splitter
	mute   bool   // what follows is not told
	body   []byte // of what is no stream
	max    int    // of body
	left   int64  // that the announced length still lacks; -1 is unknown
}

// isEventStream reports whether an answer is an event stream.
func isEventStream(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")) // in lower case
	return kind == "text/event-stream"
}

// over reports whether nothing more is passed on: mcpmock has ended the answer.
func (t *tee) over() bool { return t.ctx.Err() != nil && t.q.gave.Err() == nil }

func (t *tee) WriteHeader(status int) {
	if t.status != 0 || t.over() {
		return
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		t.ResponseWriter.WriteHeader(status)
		return
	}
	h := t.Header()
	t.status, t.left = status, -1
	t.events = isEventStream(h)
	switch encoding := strings.ToLower(h.Get("Content-Encoding")); {
	case encoding != "" && encoding != "identity":
		t.mute = true // it was not asked for
	case strings.Contains(strings.ToLower(h.Get("Content-Type")), "json"):
		t.max = maxTold
	default:
		t.max = maxOther
	}
	if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil {
		t.left = n
	}
	t.q.learn(status, h)
	t.ResponseWriter.WriteHeader(status)
	t.say(entry{from: cassettes.Server, status: status, header: h.Clone()})
}

func (t *tee) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.WriteHeader(http.StatusOK)
	}
	if t.over() {
		return 0, io.ErrClosedPipe
	}
	t.tell(p)
	return t.ResponseWriter.Write(p)
}

// tell takes in what is about to be passed on.
func (t *tee) tell(p []byte) {
	switch {
	case t.mute:
	case t.events:
		for _, raw := range t.frames.Feed(p) {
			f := sse.Parse(bytes.Clone(raw))
			t.say(entry{from: cassettes.Server, text: f.Data, frame: &f})
		}
		if len(t.frames.Rest()) > maxTold {
			t.mute, t.frames = true, sse.Splitter{}
		}
	default:
		t.body = append(t.body, p[:min(len(p), t.max-len(t.body))]...)
		if t.left >= 0 {
			if t.left -= int64(len(p)); t.left <= 0 {
				t.tellBody()
			}
		}
	}
}

// tellBody tells what the body was, once.
func (t *tee) tellBody() {
	if len(t.body) > 0 {
		t.say(entry{from: cassettes.Server, text: t.body})
	}
	t.mute, t.body = true, nil
}

// end tells how the answer has ended.
func (t *tee) end(broken bool) {
	rest := t.body
	if t.events {
		rest = bytes.Clone(t.frames.Rest())
	}
	if len(rest) > 0 {
		t.say(entry{from: cassettes.Server, text: rest})
	}
	t.q.ended.Store(true)
	switch {
	case t.q.gave.Err() != nil:
		t.say(entry{from: cassettes.Client, end: cassettes.Closed})
	case broken:
		t.say(entry{from: cassettes.Server, end: cassettes.Reset})
	case t.events:
		t.say(entry{from: cassettes.Server, end: cassettes.EOF})
	}
}

func (t *tee) say(e entry) {
	e.on = t.q.carrier
	t.q.p.journal.add(e, t.q.p.clock.Now())
}

// FlushError sends what was passed on.
func (t *tee) FlushError() error {
	if t.over() {
		return io.ErrClosedPipe
	}
	return http.NewResponseController(t.ResponseWriter).Flush()
}

// Flush is FlushError for those who do not ask.
func (t *tee) Flush() { _ = t.FlushError() }

// Unwrap returns what is written to, for the deadlines of its connection.
func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }
