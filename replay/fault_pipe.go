package replay

import (
	"bytes"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A pipeEdit is what the faults do to the answer of one request on a pipe.
type pipeEdit struct {
	do    *scenarios.Action
	token []byte
	apart faults.Apart // what is done to some answers of its batch alone
	frame *sse.Frame   // of a live server, in which the answer came; else nil
}

// edit notes what is to be done to the answers of these requests, and to some of
// them apart. Where nothing is to be answered, what goes beside an answer is said
// at once.
func (pp *pipe) edit(requests []jsonrpc.Message, do *scenarios.Action, apart faults.Apart) {
	if len(requests) == 0 {
		pp.emit(do, nil)
		return
	}
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if pp.edits == nil {
		pp.edits = map[string]pipeEdit{}
	}
	for _, m := range requests {
		pp.edits[string(m.ID)] = pipeEdit{do: do, token: bytes.Clone(jsonrpc.ProgressToken(m.Params)), apart: apart}
	}
	pp.editing.Store(true)
}

// unedit takes out of the notes what is to be done to answers that will not
// come.
func (pp *pipe) unedit(requests []jsonrpc.Message) {
	var ids []string
	for _, m := range requests {
		ids = append(ids, string(m.ID))
	}
	pp.editsOf(ids)
}

// editOf takes what is to be done to a message out of the notes.
func (pp *pipe) editOf(message []byte) *pipeEdit {
	if !pp.editing.Load() {
		return nil
	}
	return pp.editsOf(answered(message))
}

// editsOf takes what is to be done to the answer of these requests out of the
// notes; those of a batch came in one message, and what is done is the same.
func (pp *pipe) editsOf(ids []string) (first *pipeEdit) {
	if !pp.editing.Load() {
		return nil
	}
	pp.mu.Lock()
	defer pp.mu.Unlock()
	for _, id := range ids {
		if e, ok := pp.edits[id]; ok && first == nil {
			first = &e
		}
		delete(pp.edits, id)
	}
	pp.editing.Store(len(pp.edits) > 0)
	return first
}

// answered returns the ids, as JSON, of the requests that a message answers:
// one, those of a batch, or none.
func answered(message []byte) (ids []string) {
	if len(message) > 0 && message[0] == '[' {
		for _, m := range gjson.ParseBytes(message).Array() {
			ids = append(ids, answered([]byte(m.Raw))...)
		}
		return ids
	}
	if m := jsonrpc.One(message); m.Kind == jsonrpc.Response {
		ids = append(ids, string(m.ID))
	}
	return ids
}

// sendEdited says what the faults make of a response, or of a batch of them.
// It reports whether the client is still there.
func (pp *pipe) sendEdited(e *pipeEdit, message []byte) bool {
	return pp.sendFor(e, []byte(answered(message)[0]), message)
}

// subscribed returns what is to be done to a message of a subscription, and the
// id of its request; nil where there is nothing to do.
func (pp *pipe) subscribed(message []byte) (e *pipeEdit, id []byte) {
	if !pp.editing.Load() {
		return nil, nil
	}
	raw := gjson.GetBytes(message, "params._meta."+escaped(mcp.MetaSubscriptionID)).Raw
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if found, ok := pp.edits[raw]; ok {
		return &found, []byte(raw)
	}
	return nil, nil
}

// sendSubscribed says what the faults make of a message of a subscription, whose
// request has no answer while it lives: the acknowledgement stands for that, and
// what follows is edited alone.
func (pp *pipe) sendSubscribed(e *pipeEdit, id, message []byte) (there bool) {
	if gjson.GetBytes(message, "method").Str == mcp.Acknowledged {
		return pp.sendFor(e, id, message)
	}
	return pp.aloud(inPieces(e.do), func() bool {
		there = true
		for _, out := range faults.Message(e.do, message) {
			there = there && pp.write(e, out)
		}
		return there
	})
}

// sendFor is sendEdited of a message that is about the request of that id.
func (pp *pipe) sendFor(e *pipeEdit, id, message []byte) bool {
	do := e.do
	if !pp.hindered(do) {
		return false
	}
	if do.Swap && message[0] == '{' {
		message = pp.conv.swap(bytes.Clone(message), pp.gone())
	}
	return pp.aloud(inPieces(do), func() bool { return pp.sayFor(e, id, message) })
}

// sayFor says a message that is about the request of that id, and what goes with
// it, and ends the pipe after that where the action says so. The caller has the
// floor.
func (pp *pipe) sayFor(e *pipeEdit, id, message []byte) bool {
	do := e.do
	there := pp.emitAt(do, "before") && pp.sendBeside(e, id, message, "before")
	there = there && pp.sendBeside(e, id, message, "instead")
	if !pp.asks(do, "instead") {
		for _, out := range e.apart.Message(do, message) {
			there = there && pp.write(e, out)
		}
	}
	there = there && pp.sendBeside(e, id, message, "after") && pp.emitAt(do, "after")
	switch {
	case do.Exit != nil:
		pp.crash(*do.Exit)
		return false
	case do.Drop != nil && do.Drop.Events > 0:
		pp.breakOff(do.Drop)
		return false
	case do.CloseStdout:
		pp.hush()
	}
	return there
}

// asks reports whether the action has messages for that place.
func (pp *pipe) asks(do *scenarios.Action, at string) bool {
	for i := range do.Send {
		if do.Send[i].At == at {
			return true
		}
	}
	return false
}

// sendBeside says the messages that an action has for that place, and those
// beside the answers that are edited apart in a message. The caller has the
// floor.
func (pp *pipe) sendBeside(e *pipeEdit, id, message []byte, at string) bool {
	there := true
	for i := range e.do.Send {
		s := &e.do.Send[i]
		if s.At == at || s.At == "" && at == "before" {
			if m := faults.Sent(s, id, e.token); m != nil {
				there = there && pp.speak(m)
			}
		}
	}
	e.apart.Sent(message, at, func(_ *scenarios.Sent, m []byte) { there = there && pp.speak(m) })
	return there
}

// emit says all that an action says where there is no answer; id is that of the
// request that is meant, or nil.
func (pp *pipe) emit(do *scenarios.Action, id []byte) {
	e := &pipeEdit{do: do}
	pp.aloud(false, func() bool {
		return pp.mark(do) && pp.emitAt(do, "before") && pp.sendBeside(e, id, nil, "before") && pp.sendBeside(e, id, nil, "instead") &&
			pp.sendBeside(e, id, nil, "after") && pp.emitAt(do, "after")
	})
}
