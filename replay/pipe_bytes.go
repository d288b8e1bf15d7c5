package replay

import (
	"bytes"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// write sends the bytes of one message as the action has them. On the journal
// stands the message where all of it is sent, else the bytes that are, and
// each before the client can have read its last byte. The caller has the floor.
func (pp *pipe) write(e *pipeEdit, message []byte) bool {
	do, stream, event := e.do, e.do.Stream, messageFrame
	if stream == nil {
		stream = &scenarios.StreamEdit{}
	}
	if e.frame != nil {
		event = *e.frame
	}
	event.Data, event.HasData = message, true
	framed := faults.Frame(event, stream)
	out := pp.out.dress(do, framed, message)
	say := func() {
		frame := sse.Parse(framed)
		frame.Data = nil
		pp.saidIn(message, &frame)
	}
	if do.Truncate > 0 && do.Truncate < len(out) {
		out = append(out[:do.Truncate:do.Truncate], '\n')
		say = func() { pp.saidRaw(out[:do.Truncate]) }
	}
	breaks := do.Drop != nil && do.Drop.Bytes > 0 && do.Drop.Bytes < len(out)
	if breaks {
		out = out[:do.Drop.Bytes]
		say = func() { pp.saidRaw(out) }
	}
	pieces, passed := faults.Pieces(out, do), 0
	for i, piece := range pieces {
		last := i == len(pieces)-1
		if every := faults.Between(do); i > 0 && every > 0 && !pp.rest(every) {
			pp.saidRaw(out[:passed])
			return false
		}
		if last {
			say()
		}
		passed += len(piece)
		d := faults.Pause(len(piece), do)
		if !pp.out.raw(piece) || d > 0 && !pp.rest(d) {
			if !last {
				pp.saidRaw(out[:passed])
			}
			return false
		}
	}
	if breaks {
		pp.breakOff(do.Drop)
	}
	return !breaks
}

// process reports whether the pipe is a process, over stdio.
func (pp *pipe) process() bool {
	_, is := pp.out.(*lines)
	return is
}

// mark writes the byte order mark with which an action has stdout begin.
func (pp *pipe) mark(do *scenarios.Action) bool {
	const mark = "\ufeff"
	if !do.BOM || !pp.process() {
		return true
	}
	pp.saidRaw([]byte(mark))
	return pp.out.raw([]byte(mark))
}

// emitAt writes what an action has that is no message, at that place. The caller
// has the floor.
func (pp *pipe) emitAt(do *scenarios.Action, at string) bool {
	for i := range do.Emit {
		e := &do.Emit[i]
		if e.At != at && (e.At != "" || at != "before") {
			continue
		}
		for range max(1, e.Repeat) {
			if e.To == "stderr" {
				_, _ = pp.stderr.Write([]byte(e.Text))
				continue
			}
			pp.saidRaw(bytes.TrimSpace([]byte(e.Text)))
			if !pp.out.raw([]byte(e.Text)) {
				return false
			}
		}
	}
	return true
}
