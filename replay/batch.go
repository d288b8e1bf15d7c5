package replay

import (
	"bytes"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// playBatch answers the requests of a batch, each as if it had come alone:
// with a JSON array where every answer is one message, else on a stream.
func (q *probe) playBatch(requests []jsonrpc.Message) {
	var said [][]byte
	streamed := false
	for _, m := range requests {
		messages, ok := q.gather(m)
		if !ok {
			return
		}
		streamed = streamed || len(messages) > 1
		said = append(said, messages...)
	}
	if q.pipe != nil {
		q.pipe.sendBatch(said)
		return
	}
	h := q.w.Header()
	if q.conv.id != "" && q.p.dialect.Session.Show == "always" {
		h["Mcp-Session-Id"] = []string{q.conv.id}
	}
	if streamed && q.takesStreams() {
		q.open(&stream{id: q.carrier, on: q}, http.StatusOK, h)
		defer q.release()
		for _, m := range said {
			if _, there := q.say(&line{text: m, kind: jsonrpc.Response}, &run{}); !there {
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

// array spells messages as a batch.
func array(messages [][]byte) []byte {
	return append(append([]byte{'['}, bytes.Join(messages, []byte(","))...), ']')
}

// sendBatch sends what answers a batch: notifications on their own, and then
// the responses together.
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

// gather collects what answers one request of a batch. Questions cannot be
// asked in a batch's answer and are left out.
func (q *probe) gather(m jsonrpc.Message) ([][]byte, bool) {
	x, used := q.p.match(q.conv, m)
	if x < 0 {
		if result, ok := q.synthesize(m); ok {
			q.note("synthesized", "", m.Method)
			return [][]byte{response(m.ID, result)}, true
		}
		return [][]byte{q.mismatch(m, used).response(m.ID)}, true
	}
	a, err := q.p.answers.get(x)
	if err != nil {
		q.failed(m, err)
		return nil, false
	}
	q.matched(m, a)
	r := &q.turn(m, a).run
	var out [][]byte
	for i := range a.lines {
		l := &a.lines[i]
		if l.raw || l.kind == jsonrpc.Request || l.skipped(r) {
			continue
		}
		out = append(out, l.append(nil, r))
	}
	return out, true
}
