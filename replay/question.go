package replay

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
)

// ask takes note of a question that is about to be sent and returns the id it
// goes under in this run. It returns nil where the client lacks the capability
// to answer: then the question must not be sent
// (2025-11-25 basic/lifecycle, "Capability Negotiation").
func (c *conversation) ask(by *turn, on stage, l *line, recorded []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if need := mcp.ClientCapability(l.method); need != "" && !c.capabilities.Get(need).Exists() {
		return nil
	}
	for id, q := range c.questions {
		if q.turn == by && q.event == l.event {
			delete(c.questions, id) // asked on a connection that was taken over
		}
	}
	c.lastQuestion++
	id := strconv.Itoa(c.lastQuestion)
	if c.questions == nil {
		c.questions = map[string]*question{}
	}
	c.questions[id] = &question{turn: by, on: on, event: l.event, answered: l.answered, recorded: recorded}
	if l.input != nil {
		c.questions[id].input = l.input.Key
	}
	return []byte(id)
}

// unanswered reports whether the question of that event was sent by that
// turn, or on the standalone stream where by is nil, and waits for its answer.
// The caller holds mu.
func (c *conversation) unanswered(by *turn, event int) bool {
	for _, q := range c.questions {
		if q.event == event && q.turn == by {
			return true
		}
	}
	return false
}

// forget drops the questions that the standalone stream has asked on a stage
// that is no more.
func (c *conversation) forget(on stage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, q := range c.questions {
		if q.turn == nil && q.on == on {
			delete(c.questions, id)
		}
	}
	c.signal()
}

// replied takes in a client's answer to a question of the server.
func (q *visit) replied(m jsonrpc.Message) {
	c := q.conv
	c.mu.Lock()
	asked := c.questions[string(m.ID)]
	delete(c.questions, string(m.ID))
	if asked != nil {
		asked.keep(m)
		c.signal()
	}
	recorded := c.recorded
	c.mu.Unlock()
	if asked == nil {
		q.note("noted", "answer", "an answer to no question that is open: id "+gate.Quote(string(m.ID)))
		return
	}
	if answered := q.p.index.AnsweredBy(asked.event); answered >= 0 {
		c.reach(recorded, answered, q.began)
	}
	q.compare(asked, m)
}

// keep keeps the answer for the turn that asked, where the next round depends
// on it. The caller holds mu.
func (q *question) keep(m jsonrpc.Message) {
	if q.input == "" || q.turn == nil || m.Result == nil {
		return
	}
	w := q.turn.goes()
	if w.inputs == nil {
		w.inputs = map[string][]byte{}
	}
	w.inputs[q.input] = bytes.Clone(m.Result)
}

// compare notes where the client answered otherwise than it was recorded.
func (q *visit) compare(asked *question, m jsonrpc.Message) {
	if asked.recorded == nil {
		return
	}
	was := jsonrpc.One(asked.recorded)
	if bytes.Equal(was.Result, m.Result) && bytes.Equal(was.Error, m.Error) {
		return
	}
	differences := jsondiff.Compare(outcome(was), outcome(m))
	if len(differences) == 0 {
		return
	}
	q.diverged("the client answered", differences)
}

// diverged notes where a client says other than was recorded.
func (q *visit) diverged(what string, differences []jsondiff.Difference) {
	detail, _ := json.Marshal(differences) // made of JSON
	q.noteDetail("diverged", what+" otherwise than recorded at "+differences[0].Pointer, detail)
}

// outcome is a response without its id.
func outcome(m jsonrpc.Message) []byte {
	if m.Error != nil {
		return append(append([]byte(`{"error":`), m.Error...), '}')
	}
	return append(append([]byte(`{"result":`), m.Result...), '}')
}
