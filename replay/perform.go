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
	r := q.run(m)
	if i := a.sole(r); i >= 0 && (len(a.lines) == 1 || !q.takesStreams()) {
		if q.keepPace(a, &a.lines[i]) && (q.listening == 0 || q.await(a, i)) {
			q.performWhole(a, &a.lines[i], r)
		}
		return
	}
	if !a.stream {
		q.performBody(m, a, r)
		return
	}
	q.performStream(m, a, r)
}

// run is what this run puts in place of the tape's values.
func (q *probe) run(m jsonrpc.Message) *run {
	r := &run{id: m.ID, session: q.conv.id}
	r.token = progressToken(m)
	return r
}

// progressToken returns the token under which a request asks for progress, or
// nil.
func progressToken(m jsonrpc.Message) []byte {
	if token := gjson.Get(jsonrpc.String(m.Params), "_meta.progressToken"); token.Exists() {
		return jsonrpc.Bytes(token.Raw)
	}
	return nil
}

// performWhole sends an answer of one message, with its length.
func (q *probe) performWhole(a *answer, l *line, r *run) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	message := l.append(make([]byte, 0, len(l.text)+len(r.id)+16), r)
	out := message
	asStream := a.stream && q.takesStreams()
	h := q.header(a)
	if asStream {
		*buf = q.appendFrame((*buf)[:0], l.frame, message)
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
func (q *probe) performBody(m jsonrpc.Message, a *answer, r *run) {
	var out []byte
	array := len(a.lines) > 1
	for i := range a.lines {
		l := &a.lines[i]
		if !q.keepPace(a, l) || !q.await(a, i) {
			return
		}
		if array {
			out = append(out, "[,"[min(i, 1)])
		}
		out = l.append(out, r)
	}
	if array {
		out = append(out, ']')
	}
	if !q.unheld(m, a, q.header(a)) {
		return
	}
	h := q.header(a)
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
func (q *probe) performStream(m jsonrpc.Message, a *answer, r *run) {
	s := q.stream(a.status, q.header(a))
	defer s.end()
	q.conv.answering(m.ID, q)
	defer q.conv.done(m.ID, q)
	defer q.conv.forget(q)
	for i := range a.lines {
		l := &a.lines[i]
		if l.skipped(r) || l.primes() && q.version != "" && q.version < mcp.V20251125 {
			continue
		}
		if !q.keepPace(a, l) || !q.await(a, i) {
			return
		}
		if l.kind == jsonrpc.Request {
			if r.question = q.conv.ask(q, l, q.p.recordedAnswer(l)); r.question == nil {
				q.note("noted", "capability", "the client lacks the capability for "+l.method+"; it was not asked")
				continue
			}
		}
		if i > 0 && a.lines[i-1].method == mcp.Progress && l.kind == jsonrpc.Response {
			q.settleProgress()
		}
		if !s.send(l, r) {
			return
		}
	}
	if !q.unheld(m, a, nil) {
		return
	}
	if a.end == cassettes.Reset {
		panic(http.ErrAbortHandler)
	}
}

// settleProgress keeps a progress notification and the result after it out of
// one chunk: typescript-sdk 1.x handles a chunk's result first and then drops
// the progress that came with it.
func (q *probe) settleProgress() { q.pause(2 * time.Millisecond) }

// keepPace waits for the recorded time of a line, where a pace is kept. It
// reports whether the client is still there.
func (q *probe) keepPace(a *answer, l *line) bool {
	if q.p.pace == 0 || l.at <= a.asked {
		return true
	}
	due := q.began.Add(time.Duration(float64(l.at-a.asked) * q.p.pace))
	wait := due.Sub(q.p.now())
	return wait <= 0 || q.pause(wait)
}

// pause waits, and reports whether the client and its session are still there.
func (q *probe) pause(d time.Duration) bool {
	q.settleDown()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-q.r.Context().Done():
	case <-q.conv.ended:
	case <-q.p.closing:
	}
	return false
}

// await waits until line i of an answer may be sent: until the client has got
// from the GET stream, and answered, what it had by then on the tape. It
// reports whether the client is still there and still wants the answer
// (2025-11-25 basic/utilities/cancellation: a cancelled request gets none).
func (q *probe) await(a *answer, i int) bool {
	until := a.lines[i].event
	wanted := true
	there := q.wait(func(c *conversation) bool {
		if wanted = !q.cancelled; !wanted {
			return true
		}
		for j := range i {
			l := &a.lines[j]
			if l.kind == jsonrpc.Request && l.answered >= 0 && l.answered < until && c.unanswered(q, l.event) {
				return false
			}
		}
		return !q.p.standaloneDue(c, q.p.index.RequestEvent(a.exchange), until)
	})
	return there && wanted
}

// wait waits until done holds for the conversation, and reports whether it
// does; it does not where the client or the session is gone.
func (q *probe) wait(done func(*conversation) bool) bool {
	for {
		q.conv.mu.Lock()
		ok := done(q.conv)
		var change <-chan struct{}
		if !ok {
			change = q.conv.change()
		}
		q.conv.mu.Unlock()
		if ok {
			return true
		}
		q.settleDown()
		select {
		case <-change:
		case <-q.r.Context().Done():
			return false
		case <-q.conv.ended:
			return false
		case <-q.p.closing:
			return false
		}
	}
}

// settleDown prepares for a wait: the client gets the headers of its stream,
// and the time for reading the request no longer bounds the answer.
func (q *probe) settleDown() {
	if q.streaming != nil && !q.streaming.head {
		q.streaming.flush()
	}
	q.unbind()
}

// unbind lifts the server's ReadTimeout, which would end a long answer too.
func (q *probe) unbind() {
	if conn, ok := q.w.(interface{ SetReadDeadline(time.Time) error }); ok && !q.unbound {
		_ = conn.SetReadDeadline(time.Time{})
	}
	q.unbound = true
}

// unheld waits where the recorded client went away without an answer: then
// the answer stays out, until this run's client goes away or cancels.
// It reports whether the answer is to be ended by the server.
func (q *probe) unheld(m jsonrpc.Message, a *answer, h http.Header) bool {
	if q.p.index.Flags(a.exchange)&cassettes.Left == 0 {
		return true
	}
	if h != nil {
		q.w.WriteHeader(a.status)
		_ = http.NewResponseController(q.w).Flush()
	}
	q.conv.answering(m.ID, q)
	defer q.conv.done(m.ID, q)
	q.wait(func(*conversation) bool { return q.cancelled })
	return false
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
