package replay

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// perform sends an answer: at once where it is known in full, else line by
// line, each waiting for what preceded it on the tape.
func (q *visit) perform(m jsonrpc.Message, a *answer) {
	a = q.resumable(a)
	t := q.turn(m, a)
	if q.pipe != nil {
		q.pipe.perform(t)
		return
	}
	sole := a.sole(&t.run)
	switch {
	case sole >= 0 && (len(a.lines) == 1 && !a.lines[sole].identified() || !q.takesStreams()):
		if !q.listening && q.p.pace == 0 && a.lines[sole].delay == 0 {
			q.performWhole(a, &a.lines[sole], &t.run)
			return
		}
		q.conv.answering(t)
		defer q.conv.drop(t)
		if t.due(q, sole, true) == allSaid {
			q.performWhole(a, &a.lines[sole], &t.run)
			return
		}
		q.brokenOff(t)
	case a.stream:
		q.performStream(t)
	default:
		q.conv.answering(t)
		defer q.conv.drop(t)
		q.performBody(t)
	}
}

// brokenOff answers a request that was not to be answered after all, before
// anything was sent: its session ended, the player is closing, or the client
// cancelled it. Then there is a stream without an answer, where the client
// takes one.
func (q *visit) brokenOff(t *turn) {
	if q.felled() { // its connection is broken off
		return
	}
	gone := q.gone()
	if q.edited != nil { // whose end is that of more than the client
		gone = q.gave.Done()
	}
	select {
	case <-gone:
		return
	case <-q.p.closing:
		q.p.writeError(q.w, q.HTTP, http.StatusServiceUnavailable, mcp.InternalError, "Service Unavailable: the mock is closing")
		return
	case <-q.conv.ended:
		q.p.writeError(q.w, q.HTTP, http.StatusNotFound, mcp.InvalidRequest, "Not Found: the session has ended: send initialize without Mcp-Session-Id to open a new one")
		return
	default:
	}
	status, header := http.StatusAccepted, http.Header{}
	if q.takesStreams() {
		status, header = http.StatusOK, http.Header{"Content-Type": contentStream}
	}
	q.send(status, header, nil)
	q.said(status, header, nil)
}

// performWhole sends an answer of one message, with its length.
func (q *visit) performWhole(a *answer, l *line, r *run) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	message := l.append(make([]byte, 0, len(l.text)+len(r.id)+16), r)
	out := message
	asStream := a.stream && q.takesStreams()
	h := q.header(a)
	if asStream {
		*buf = q.p.framing.append((*buf)[:0], l.frame, message, "")
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
func (q *visit) performBody(t *turn) {
	a := t.a
	var out []byte
	several := len(a.lines) > 1
	for i := range a.lines {
		if t.due(q, i, true) != allSaid {
			q.brokenOff(t)
			return
		}
		if several {
			out = append(out, "[,"[min(i, 1)])
		}
		out = a.lines[i].append(out, &t.run)
	}
	if several {
		out = append(out, ']')
	}
	h := q.header(a)
	if q.p.flags(a)&cassettes.Left != 0 {
		q.w.WriteHeader(a.status)
		_ = http.NewResponseController(q.w).Flush()
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
		q.tear()
	}
}

// write writes a whole body. A client that does not read a large one must not
// hold it for ever; a client that is gone needs no answer.
func (q *visit) write(body []byte) {
	const buffered = 64 << 10 // less fits into the buffers of the connection
	if len(body) > buffered {
		conn := http.NewResponseController(q.w)
		_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		defer func() { _ = conn.SetWriteDeadline(time.Time{}) }()
	}
	_, _ = q.w.Write(body)
}

// performStream sends an answer as an event stream.
func (q *visit) performStream(t *turn) {
	t = t.apart() // it may outlive the request
	q.conv.answering(t)
	s := &stream{id: q.carrier, turn: t, on: q}
	q.open(s, t.a.status, q.header(t.a))
	q.prime(s, t.lines)
	q.goOn(s)
}

// goOn performs the turn of a stream on this connection.
func (q *visit) goOn(s *stream) {
	defer q.release()
	t := s.turn
	why, end := t.play(q, true)
	if why == allSaid && t.withheld(q) {
		why = left
	}
	switch {
	case why == allSaid:
		s.finish()
		end = t.a.end
	case q.conv.leave(s, q):
		// The client may come back for the rest, or is there already.
	default:
		s.finish()
	}
	if end != cassettes.Reset {
		end = cassettes.EOF
	}
	q.saidEnd(end)
	if end == cassettes.Reset {
		q.tear()
	}
}

// tear breaks the answer off after what was sent of it, as the recorded one
// broke off.
func (q *visit) tear() {
	if q.edited != nil {
		q.edited.Abort()
	} else {
		_ = http.NewResponseController(q.w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// header sets the recorded response headers, and the session's.
func (q *visit) header(a *answer) http.Header {
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
func (q *visit) performInitialize(m jsonrpc.Message, a *answer, version string) {
	edited := *a
	edited.shows = q.conv.id != ""
	for i, l := range a.lines {
		if l.kind != jsonrpc.Response || stringOf(l.text, "result.protocolVersion") == version {
			continue
		}
		text, err := sjson.SetBytes(l.text, "result.protocolVersion", version)
		if version == "" {
			text, err = sjson.DeleteBytes(l.text, "result.protocolVersion")
		}
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
func (q *visit) takesStreams() bool {
	return accepts(q.HTTP, "text/event-stream", q.p.dialect.Answers.Wildcards == "stream") || !accepts(q.HTTP, "application/json", true)
}

// accepts reports whether the Accept header admits a media type. With
// wildcards, ranges such as */* count.
func accepts(r *http.Request, mediaType string, wildcards bool) bool {
	return gate.Takes(r.Header["Accept"], mediaType, wildcards)
}
