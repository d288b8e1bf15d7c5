package recorder

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A lane is one direction of a stdio process: what one side says is on the
// tape line by line, each line before its last byte is handed on.
type lane struct {
	c      *carrier
	from   cassettes.From
	line   []byte // of an unfinished line, what is not on the tape
	mid    bool   // a part of the line is on the tape already
	chunks bool   // what is said has no lines: each chunk is one event

	text cassettes.Passage // what is no message: a secret may span several lines
}

// maxChunk is how much is read at a time.
const maxChunk = 64 << 10

// maxLine is how large a buffer for an unfinished line may be to be kept for
// the next one.
const maxLine = 1 << 20

// pass copies from src to dst until one of them has ended.
func (l *lane) pass(dst io.Writer, src io.Reader) {
	buf := make([]byte, 1+maxChunk) // the first byte is for the one held back
	held := 0
	for {
		n, err := src.Read(buf[1:])
		ready := buf[1-held : 1+n]
		l.feed(buf[1 : 1+n])
		held = 0
		switch {
		case err != nil:
			l.finish()
		case l.unfinished() && len(ready) > 0:
			held = 1
			ready = ready[:len(ready)-1]
		}
		last := buf[n] // the one held back, where one is
		if len(ready) > 0 {
			if _, werr := dst.Write(ready); werr != nil {
				l.finish()
				return
			}
		}
		if err != nil {
			return
		}
		buf[0] = last
	}
}

// unfinished reports whether the last byte is to be held back.
func (l *lane) unfinished() bool { return !l.chunks && (l.mid || len(l.line) > 0) }

// feed puts on the tape what the chunk completes.
func (l *lane) feed(chunk []byte) {
	for len(chunk) > 0 && !l.chunks {
		end := bytes.IndexByte(chunk, '\n') + 1
		if end == 0 {
			l.keep(chunk)
			return
		}
		line := chunk[:end]
		chunk = chunk[end:]
		if len(l.line) > 0 {
			l.line = append(l.line, line...)
			line = l.line
		}
		l.whole(line)
		l.forget()
	}
	if len(chunk) > 0 {
		l.raw(chunk)
	}
}

// keep takes in a part of a line.
func (l *lane) keep(part []byte) {
	l.line = append(l.line, part...)
	if l.framed(l.line) {
		l.raw(l.line)
		l.forget()
		return
	}
	for len(l.line) > partSize {
		n := cut(l.line[:partSize])
		l.mid = true
		l.raw(l.line[:n])
		l.line = append(l.line[:0], l.line[n:]...)
	}
}

// forget empties the line's buffer; it is only valid until now.
func (l *lane) forget() {
	if l.line = l.line[:0]; cap(l.line) > maxLine {
		l.line = nil
	}
}

// framed notices the header fields with which other protocols begin their
// messages: what follows them has no lines of its own.
func (l *lane) framed(line []byte) bool {
	const field = "Content-Length:"
	if l.from != cassettes.Stderr && !l.mid && len(line) >= len(field) && strings.EqualFold(jsonrpc.String(line[:len(field)]), field) {
		l.chunks = true
	}
	return l.chunks
}

// finish puts on the tape what is left at the end.
func (l *lane) finish() {
	if len(l.line) > 0 {
		l.raw(l.line)
		l.line = nil
	}
}

// whole puts a line with its end on the tape.
func (l *lane) whole(line []byte) {
	if l.mid || l.from == cassettes.Stderr || l.framed(line) {
		l.mid = false
		l.raw(line)
		return
	}
	// A message may have something around it that no other line has: then the
	// tape keeps that, too, and the message within it is redacted as one.
	from, to := around(line)
	batch, err := jsonrpc.Parse(line[from:to])
	if err != nil {
		l.raw(line)
		return
	}
	bare := from == 0 && to == len(line)-1
	l.c.tell(l.from, batch.Messages, func(e *cassettes.Event) {
		said := l.redacted(batch, line[from:to])
		switch {
		case !bare:
			text := append([]byte{}, line[:from]...)
			if batch.Array {
				text = append(text, splice(line[from:to], batch.Messages, said)...)
			} else {
				text = append(text, said[0]...)
			}
			e.Raw = append(text, line[to:]...)
		case batch.Array:
			e.Messages = said
		default:
			e.Message = said[0]
		}
	})
}

// redacted returns the messages of a line as they go on the tape.
func (l *lane) redacted(batch jsonrpc.Batch, text []byte) []json.RawMessage {
	if !batch.Array {
		return []json.RawMessage{l.c.rec.redact.Message(text)}
	}
	said := make([]json.RawMessage, len(batch.Messages))
	for i, m := range batch.Messages {
		said[i] = l.c.rec.redact.Message(m.Raw)
	}
	return said
}

// raw puts bytes on the tape that are no message.
func (l *lane) raw(text []byte) {
	l.c.tell(l.from, nil, func(e *cassettes.Event) { e.Raw = l.c.rec.redact.Piece(&l.text, text) })
}

// around returns where the text of a line begins and ends, without a byte
// order mark and white space.
func around(line []byte) (from, to int) {
	from = len(line) - len(bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\uFEFF")), " \t\r\n"))
	return from, from + len(bytes.TrimRight(line[from:], " \t\r\n"))
}

// splice returns a batch with other messages in the place of its own.
func splice(text []byte, messages []jsonrpc.Message, instead []json.RawMessage) []byte {
	var out []byte
	for i, m := range messages {
		at := bytes.Index(text, m.Raw) // they stand in order, and text shrinks
		out = append(append(out, text[:at]...), instead[i]...)
		text = text[at+len(m.Raw):]
	}
	return append(out, text...)
}

// cut returns where a part of a long text may end: where no name is parted
// from its value, if there is such a place near.
func cut(text []byte) int {
	for i := len(text) - 1; i > len(text)-64<<10; i-- {
		if c := text[i]; c == ',' || c == '\n' || c == '&' {
			return i + 1
		}
	}
	return len(text)
}
