package replay

import (
	"bytes"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A pipeEdit is what the faults do to the answer of one request on a pipe.
type pipeEdit struct {
	do    *scenarios.Action
	token []byte
}

// edit notes what is to be done to the answers of these requests. Where nothing
// is to be answered, what goes beside an answer is said at once.
func (pp *pipe) edit(requests []jsonrpc.Message, do *scenarios.Action) {
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
		pp.edits[string(m.ID)] = pipeEdit{do, bytes.Clone(jsonrpc.ProgressToken(m.Params))}
	}
	pp.editing.Store(true)
}

// editOf takes what is to be done to a message out of the notes.
func (pp *pipe) editOf(message []byte) *pipeEdit {
	if !pp.editing.Load() {
		return nil
	}
	m := jsonrpc.One(message)
	if m.Kind != jsonrpc.Response {
		return nil
	}
	pp.mu.Lock()
	defer pp.mu.Unlock()
	e, ok := pp.edits[string(m.ID)]
	if !ok {
		return nil
	}
	delete(pp.edits, string(m.ID))
	pp.editing.Store(len(pp.edits) > 0)
	return &e
}

// waits reports whether an action takes time, which the pipe must not.
func takesTime(do *scenarios.Action) bool {
	return do != nil && (do.Delay != nil || do.Stall != nil || do.Swap || do.Throttle > 0 || do.Split != nil && do.Split.Every > 0)
}

// sendEdited says what the faults make of a response. It reports whether the
// client is still there.
func (pp *pipe) sendEdited(e *pipeEdit, message []byte) bool {
	do := e.do
	id := bytes.Clone(jsonrpc.One(message).ID)
	if do.Delay != nil && !pp.rest(faults.Length(do.Delay, pp.space.faults.Chance, pp.space.faults.Normal)) {
		return false
	}
	if do.Stall != nil && !pp.rest(do.Stall.For) {
		return false
	}
	if do.Drop != nil && do.Drop.Bytes == 0 {
		pp.crash(1)
		return false
	}
	if do.Swap {
		message = pp.conv.swap(bytes.Clone(message), pp.gone())
	}
	there := pp.emitAt(do, "before") && pp.sendBeside(e, id, "before")
	if !pp.asks(do, "instead") {
		for _, out := range faults.Message(do, message) {
			pp.said(out)
			there = there && pp.write(do, out)
		}
	} else {
		there = there && pp.sendBeside(e, id, "instead")
	}
	there = there && pp.sendBeside(e, id, "after") && pp.emitAt(do, "after")
	switch {
	case do.Exit != nil:
		pp.crash(*do.Exit)
		return false
	case do.CloseStdout:
		pp.out.shut()
	}
	return there
}

// rest waits that long, or for ever where d is 0, and reports whether the time
// has passed with the client still there.
func (pp *pipe) rest(d time.Duration) bool {
	pp.out.flush()
	var passed <-chan time.Time
	if d > 0 {
		c, stop := pp.p.clock.After(d)
		defer stop()
		passed = c
	}
	select {
	case <-passed:
		return true
	case <-pp.gone():
	case <-pp.p.closing:
	}
	return false
}

// write sends the bytes of one message as the action has them.
func (pp *pipe) write(do *scenarios.Action, message []byte) bool {
	stream := do.Stream
	if stream == nil {
		stream = &scenarios.StreamEdit{}
	}
	out := pp.out.dress(do, faults.Frame(sse.Frame{Event: "message", HasEvent: true, Data: message, HasData: true}, stream), message)
	if do.Truncate > 0 && do.Truncate < len(out) {
		out = append(out[:do.Truncate:do.Truncate], '\n')
	}
	if do.Drop != nil && do.Drop.Bytes < len(out) {
		pp.out.raw(out[:do.Drop.Bytes])
		pp.crash(1)
		return false
	}
	for i, piece := range faults.Pieces(out, do) {
		if every := faults.Between(do); i > 0 && every > 0 && !pp.rest(every) {
			return false
		}
		if !pp.out.raw(piece) {
			return false
		}
		if d := faults.Pause(len(piece), do); d > 0 && !pp.rest(d) {
			return false
		}
	}
	return true
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

func (pp *pipe) sendBeside(e *pipeEdit, id []byte, at string) bool {
	for i := range e.do.Send {
		s := &e.do.Send[i]
		if s.At == at || s.At == "" && at == "before" {
			m := faults.Sent(s, id, e.token)
			if m == nil {
				continue
			}
			pp.said(m)
			if !pp.out.speak(m) {
				return false
			}
		}
	}
	return true
}

// emit says all that an action says where there is no answer; id is that of the
// request that is meant, or nil.
func (pp *pipe) emit(do *scenarios.Action, id []byte) {
	e := &pipeEdit{do: do}
	_ = pp.emitAt(do, "before") && pp.sendBeside(e, id, "before") && pp.sendBeside(e, id, "instead") &&
		pp.sendBeside(e, id, "after") && pp.emitAt(do, "after")
}

func (pp *pipe) emitAt(do *scenarios.Action, at string) bool {
	for i := range do.Emit {
		e := &do.Emit[i]
		if e.At != at && (e.At != "" || at != "before") {
			continue
		}
		for range max(1, e.Repeat) {
			if e.To == "stderr" {
				_, _ = pp.p.stderr.Write([]byte(e.Text))
			} else if !pp.out.raw([]byte(e.Text)) {
				return false
			}
		}
	}
	return true
}

// detached returns the same request as one of its own, which may be answered
// beside what comes next.
func (q *probe) detached() *probe {
	return &probe{p: q.p, w: q.w, r: q.r, pipe: q.pipe, verb: q.verb, old: q.old, space: q.space, carrier: q.carrier, began: q.began,
		body: q.body, batch: q.batch, bodyErr: q.bodyErr, id: q.id, session: q.session, known: q.known, conv: q.conv, edits: q.edits}
}
