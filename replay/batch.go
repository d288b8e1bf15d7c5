package replay

import (
	"bytes"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// playBatch answers the requests of a batch, each as if it had come alone:
// with a JSON array where every answer is one message, else on a stream. It is
// sent when the slowest of the answers is there that the client still wants.
func (q *visit) playBatch(requests []jsonrpc.Message) {
	b := batch{p: q.p, conv: q.conv, since: q.began}
	var slow, several bool
	var first *answer
	for _, m := range requests {
		messages, a, ok := q.gather(m)
		if !ok {
			return
		}
		one := part{said: messages}
		if a != nil {
			one.takes = a.takes()
		}
		if first == nil {
			first = a
		}
		slow = slow || one.takes > 0
		several = several || len(messages) > 1
		b.parts = append(b.parts, one)
	}
	if slow {
		b.begin(requests)
	}
	if q.pipe != nil {
		q.pipe.playBatch(&b, slow)
		return
	}
	if slow {
		defer b.drop()
		if !b.wait(q) {
			q.brokenOff(nil)
			return
		}
	}
	said := b.said()
	streamed := several || q.p.dialect.Answers.Batches == "stream"
	h := q.w.Header()
	if q.conv.id != "" && q.p.dialect.Session.Show == "always" {
		h["Mcp-Session-Id"] = []string{q.conv.id}
	}
	if streamed && q.takesStreams() {
		frame := q.p.framing.plain
		if first != nil && first.stream {
			h = q.header(first)
			frame = first.lines[len(first.lines)-1].around()
		}
		q.open(&stream{id: q.carrier, on: q}, http.StatusOK, h)
		defer q.release()
		for _, m := range said {
			if _, there := q.say(&line{text: m, kind: jsonrpc.Response, frame: &frame}, &run{}); !there {
				return
			}
		}
		return
	}
	if len(said) == 0 { // recorded without an answer, every one of them
		q.send(http.StatusOK, http.Header{"Content-Type": contentStream}, nil)
		q.said(http.StatusOK, h, nil)
		return
	}
	body := array(said)
	q.send(http.StatusOK, http.Header{"Content-Type": contentJSON}, body)
	q.said(http.StatusOK, h, body)
}

// around returns a frame for another message that is alike.
func (l *line) around() sse.Frame {
	if l.frame == nil || l.raw {
		return messageFrame
	}
	return sse.Frame{Event: l.frame.Event, HasEvent: l.frame.HasEvent, HasID: l.frame.HasID, CRLF: l.frame.CRLF}
}

// array spells messages as a batch.
func array(messages [][]byte) []byte {
	return append(append([]byte{'['}, bytes.Join(messages, []byte(","))...), ']')
}

// takes is how long an answer takes that is written by hand.
func (a *answer) takes() (d time.Duration) {
	for i := range a.lines {
		d += a.lines[i].delay
	}
	return d
}

// playBatch says what answers a batch: at once, or beside what comes next when
// it has taken its time.
func (pp *pipe) playBatch(b *batch, slow bool) {
	if !slow {
		pp.sendBatch(b.said())
		return
	}
	if !pp.begin(func() {
		defer pp.out.flush()
		defer b.drop()
		if b.wait(pp) {
			pp.sendBatch(b.said())
		}
	}) {
		b.drop()
	}
}

// sendBatch sends notifications on their own, and then the responses together.
func (pp *pipe) sendBatch(said [][]byte) {
	var responses [][]byte
	for _, m := range said {
		if jsonrpc.One(m).Kind == jsonrpc.Response {
			responses = append(responses, m)
		} else {
			pp.send(m)
		}
	}
	if len(responses) > 0 {
		pp.send(array(responses))
	}
}

// gather collects what answers one request of a batch, and says which
// answer that is, if it is a prepared one. Questions cannot be
// asked in a batch's answer and are left out.
func (q *visit) gather(m jsonrpc.Message) ([][]byte, *answer, bool) {
	if text := q.members[string(m.ID)].Text; text != nil { // a fault has answered it
		return [][]byte{text}, nil, true
	}
	if a := q.stub(m); a != nil {
		return q.together(m, a), a, true
	}
	x, used := q.p.match(q.conv, m, false)
	if x < 0 {
		if result, ok := q.synthesize(m); ok {
			q.note("synthesized", "", m.Method)
			return [][]byte{response(m.ID, result)}, nil, true
		}
		return [][]byte{q.mismatch(m, used).response(m.ID)}, nil, true
	}
	a, err := q.p.answers.get(x)
	if err != nil {
		q.failed(m, err)
		return nil, nil, false
	}
	q.matched(m, a)
	return q.together(m, a), a, true
}

// together makes all messages of an answer at once.
func (q *visit) together(m jsonrpc.Message, a *answer) (out [][]byte) {
	r := &q.turn(m, a).run
	for i := range a.lines {
		l := &a.lines[i]
		if l.raw || l.kind == jsonrpc.Request || l.skipped(r) {
			continue
		}
		out = append(out, l.append(nil, r))
	}
	return out
}
