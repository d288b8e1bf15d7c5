package recorder

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// stream is the sink of an event stream: each whole frame is an event.
type stream struct {
	c        *carrier
	splitter sse.Splitter
	mid      bool   // a part of the current frame is on the tape already
	again    []byte // a buffer for the frame as its members make it
}

func (s *stream) feed(plain []byte) {
	for _, frame := range s.split(plain) {
		s.write(frame)
	}
	if len(s.rest()) > partSize {
		s.part(s.rest())
		s.splitter, s.mid = sse.Splitter{}, true
	}
}

// split returns the frames that the bytes complete, valid until the next call.
func (s *stream) split(plain []byte) [][]byte { return s.splitter.Feed(plain) }

// rest returns what has come in of a frame that is not whole yet.
func (s *stream) rest() []byte { return s.splitter.Rest() }

// hold returns how many bytes to hold back: a reader may take a \r for the
// end of a frame, before the \n behind it makes it one here.
func (s *stream) hold() int {
	if rest := s.rest(); len(rest) > 0 && rest[len(rest)-1] == '\r' {
		return 1
	}
	return 0
}

// part writes bytes of a frame that is not whole.
func (s *stream) part(raw []byte) {
	s.c.write(&cassettes.Event{From: cassettes.Server, Raw: s.c.rec.redact.Raw("", raw)})
}

func (s *stream) finish(from cassettes.From, end cassettes.End) {
	if rest := s.rest(); len(rest) > 0 {
		s.part(rest)
	}
	s.c.end(from, end)
}

// write writes a whole frame.
func (s *stream) write(frame []byte) {
	if s.mid {
		s.mid = false
		s.part(frame)
		return
	}
	f := sse.Parse(frame)
	e := cassettes.Event{From: cassettes.Server, SSE: &cassettes.SSE{
		Event: f.Event, ID: f.ID, HasID: f.HasID, Retry: f.Retry, Comment: f.Comments, CRLF: f.CRLF,
	}}
	// As the members above will make it again; a message loses its line ends.
	again := f
	again.HasEvent, again.HasRetry = f.Event != "", f.Retry != ""
	s.again = again.Append(s.again[:0])
	if !bytes.Equal(s.again, frame) || bytes.IndexByte(f.Data, '\n') >= 0 {
		e.SSE.Frame = string(frame)
	}
	if f.HasData {
		s.data(&e, f.Data)
	}
	s.comments(&e)
	s.fields(e.SSE)
	s.c.write(&e)
}

// fields redacts the other fields of a frame, and at last what is in its text
// alone: a live session id may be part of an event's id.
func (s *stream) fields(f *cassettes.SSE) {
	for _, field := range [...]*string{&f.ID, &f.Event, &f.Retry} {
		redacted := s.c.rec.redact.Text(*field)
		replaceIn(f, []byte(*field), []byte(redacted))
		*field = redacted
	}
	if f.Frame == "" {
		return
	}
	// Line by line, for what is in the data has been redacted as what it is.
	var text strings.Builder
	for rest := f.Frame; rest != ""; {
		end := strings.IndexAny(rest, "\r\n")
		if end < 0 {
			end = len(rest)
		}
		line := rest[:end]
		if !strings.HasPrefix(line, "data:") {
			line = s.c.rec.redact.Text(line)
		}
		text.WriteString(line)
		text.WriteString(rest[end:min(end+1, len(rest))])
		rest = rest[min(end+1, len(rest)):]
	}
	f.Frame = text.String()
}

// data puts a frame's data into the event.
func (s *stream) data(e *cassettes.Event, data []byte) {
	redact := s.c.rec.redact
	if len(data) == 0 {
		e.Raw = []byte{}
		return
	}
	batch, err := jsonrpc.Parse(data)
	switch {
	case err == nil && batch.Array:
		e.Messages = make([]json.RawMessage, len(batch.Messages))
		for i, m := range batch.Messages {
			e.Messages[i] = redact.Message(m.Raw)
			replaceIn(e.SSE, m.Raw, e.Messages[i])
		}
	case err == nil:
		e.Message = redact.Message(data)
		replaceIn(e.SSE, data, e.Message)
	case e.SSE.Event == "endpoint":
		e.Raw = []byte(redact.URL(string(data)))
		replaceIn(e.SSE, data, e.Raw)
	default:
		e.Raw = redact.Raw("", data)
		replaceIn(e.SSE, data, e.Raw)
	}
}

// comments redacts the comments of a frame.
func (s *stream) comments(e *cassettes.Event) {
	for i, c := range e.SSE.Comment {
		redacted := s.c.rec.redact.Text(c)
		replaceIn(e.SSE, []byte(c), []byte(redacted))
		e.SSE.Comment[i] = redacted
	}
}

// replaceIn keeps the text of a frame in step with a redacted part of it.
// Where the part is not there in one piece, the text must go.
func replaceIn(f *cassettes.SSE, was, is []byte) {
	if f.Frame == "" || bytes.Equal(was, is) {
		return
	}
	if !strings.Contains(f.Frame, string(was)) {
		f.Frame = ""
		return
	}
	f.Frame = strings.Replace(f.Frame, string(was), string(is), 1)
}
