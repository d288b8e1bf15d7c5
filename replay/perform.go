package replay

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// perform sends an answer: at once where it is known in full, else line by
// line, each waiting for what preceded it on the tape.
func (q *probe) perform(m jsonrpc.Message, a *answer) {
	t := q.turn(m, a)
	if q.pipe != nil {
		q.pipe.perform(t)
		return
	}
	if i := a.sole(&t.run); i >= 0 && (len(a.lines) == 1 || !q.takesStreams()) {
		if q.listening == 0 && q.p.pace == 0 || t.ready(q, i) {
			q.performWhole(a, &a.lines[i], &t.run)
		}
		return
	}
	if a.stream {
		q.performStream(t)
		return
	}
	q.performBody(t)
}

// ready waits for a line that is the whole answer.
func (t *turn) ready(on stage, i int) bool { return t.due(on, i, true) == allSaid }

// performWhole sends an answer of one message, with its length.
func (q *probe) performWhole(a *answer, l *line, r *run) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	message := l.append(make([]byte, 0, len(l.text)+len(r.id)+16), r)
	out := message
	asStream := a.stream && q.takesStreams()
	h := q.header(a)
	if asStream {
		*buf = appendFrame((*buf)[:0], l.frame, message, q.carrier, 1)
		out = *buf
	} else if a.stream {
		h["Content-Type"] = contentJSON
	}
	if len(out) > 2048 { // net/http counts shorter bodies itself
		h["Content-Length"] = []string{strconv.Itoa(len(out))}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // net/http must not guess one
	}
	q.w.WriteHeader(a.status)
	q.write(out)
	q.saidMessage(a.status, h, message, asStream)
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// performBody sends an answer that is no stream: JSON, a page, or nothing.
func (q *probe) performBody(t *turn) {
	a := t.a
	var out []byte
	array := len(a.lines) > 1
	for i := range a.lines {
		if !t.ready(q, i) {
			return
		}
		if array {
			out = append(out, "[,"[min(i, 1)])
		}
		out = a.lines[i].append(out, &t.run)
	}
	if array {
		out = append(out, ']')
	}
	h := q.header(a)
	if q.p.index.Flags(a.exchange)&cassettes.Left != 0 {
		q.w.WriteHeader(a.status)
		_ = http.NewResponseController(q.w).Flush()
		q.conv.answering(t)
		defer q.conv.drop(t)
		t.withheld(q)
		return
	}
	if a.end == cassettes.Reset {
		h["Content-Length"] = []string{strconv.Itoa(len(out) + 1)}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil
	}
	q.w.WriteHeader(a.status)
	q.write(out)
	q.said(a.status, h, out)
	if a.end == cassettes.Reset {
		_ = http.NewResponseController(q.w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// write writes a whole body. A client that does not read a large one must not
// hold it for ever; a client that is gone needs no answer.
func (q *probe) write(body []byte) {
	const buffered = 64 << 10 // less fits into the buffers of the connection
	conn, ok := q.w.(interface{ SetWriteDeadline(time.Time) error })
	if ok && len(body) > buffered {
		_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		defer func() { _ = conn.SetWriteDeadline(time.Time{}) }()
	}
	_, _ = q.w.Write(body)
}

// performStream sends an answer as an event stream.
func (q *probe) performStream(t *turn) {
	t = t.apart() // it may outlive the request
	q.conv.answering(t)
	s := &stream{id: q.carrier, turn: t, on: q}
	q.open(s, t.a.status, q.header(t.a))
	q.goOn(s)
}

// goOn performs the turn of a stream on this connection.
func (q *probe) goOn(s *stream) {
	defer q.release()
	t := s.turn
	why := t.play(q, true)
	if why == allSaid && t.withheld(q) {
		why = left
	}
	switch {
	case why == allSaid:
		s.finish()
	case q.conv.leave(s, q):
		// The client may come back for the rest, or is there already.
	default:
		s.finish()
	}
	if why == allSaid && t.a.end == cassettes.Reset || why == cut && t.a.lines[t.next-1].cut == cassettes.Reset {
		panic(http.ErrAbortHandler)
	}
}

// header sets the recorded response headers, and the session's.
func (q *probe) header(a *answer) http.Header {
	h := q.w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if q.conv.id != "" && (a.shows || q.p.dialect.Session.Show == "always") {
		h[mcp.HeaderSessionID] = []string{q.conv.id}
	}
	return h
}

// performInitialize sends the answer to initialize, with the version that was
// negotiated.
func (q *probe) performInitialize(m jsonrpc.Message, a *answer, version string) {
	edited := *a
	edited.shows = q.conv.id != ""
	for i, l := range a.lines {
		if l.kind != jsonrpc.Response || stringOf(l.text, "result.protocolVersion") == version {
			continue
		}
		text, err := sjson.SetBytes(l.text, "result.protocolVersion", version)
		if err != nil || !gjson.GetBytes(l.text, "result").Exists() {
			continue
		}
		edited.lines = append([]line{}, a.lines...)
		l.text, l.stamps = text, nil
		l.stamp(jsonrpc.One(a.lines[i].text).ID, nil, q.p.index.Sessions[a.session].Label)
		edited.lines[i] = l
	}
	q.perform(m, &edited)
}

// takesStreams reports whether one message may go out as an event stream: to a
// client that names the type. Others get JSON, so that a plain HTTP client
// with Accept: */* can read the body as such.
func (q *probe) takesStreams() bool {
	return accepts(q.r, "text/event-stream", false) || !accepts(q.r, "application/json", true)
}
