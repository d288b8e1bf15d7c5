package faults

import (
	"bytes"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// begin begins an event stream.
func (s *Writer) begin() {
	if s.stream.BOM || s.do.BOM {
		s.put([]byte("\ufeff"), false, telling{})
	}
	if p := s.stream.Prime; p != nil {
		s.sends(primeFrame(p), nil)
	}
	if s.stream.End && s.stream.EndTime == 0 && s.stream.EndAfter == 0 && !(s.stream.EndPrime && s.Primes) {
		s.finish(nil)
	}
	if limit := s.stream.EndTime; limit > 0 && !s.over.Load() && (s.do.Drop == nil || s.do.Drop.After == 0) {
		s.expire(limit)
	}
	if every := s.stream.Keepalive; every > 0 && !s.over.Load() {
		s.beside.Go(func() { s.keepAlive(every) })
	}
}

// finish ends an event stream before its answer is; next is the event that
// would come, or nil.
func (s *Writer) finish(next *sse.Frame) {
	s.primeAgain(next)
	s.end()
	s.around.Leave()
}

// primeAgain sends the event that primes a client to come back before the
// stream ends, where it is to. Its id is one with which the client gets all
// that it has not got: that of the answer's own priming event, else the latest
// that it was given.
func (s *Writer) primeAgain(next *sse.Frame) {
	if !s.stream.EndPrime {
		return
	}
	p := scenarios.Prime{ID: "e" + strconv.Itoa(s.n+1), Retry: s.stream.Retry}
	switch {
	case next != nil && next.HasID && next.HasData && len(next.Data) == 0:
		p.ID = next.ID
	case s.latest != "":
		p.ID = s.latest
	case s.Last != "":
		p.ID = s.Last
	}
	f, raw := frame(primeFrame(&p), s.stream, s.n+1)
	s.put(raw, false, telling{frame: &f})
}

// own makes an event of a message that is not the answer's.
func own(message []byte) sse.Frame {
	return sse.Frame{Event: "message", HasEvent: true, Data: message, HasData: true}
}

// number is what the next event without an id is numbered by. Where events of
// the answer have ids, with which a client can come back, it is 0: one of ours
// would be none of those.
func (s *Writer) number() int {
	if s.latest != "" {
		return 0
	}
	return s.n
}

// frame passes one frame of the answer on.
func (s *Writer) frame(raw []byte) {
	if s.over.Load() {
		return
	}
	f := sse.Parse(raw)
	if !f.HasData || len(f.Data) == 0 || jsonrpc.Valid(f.Data) != nil {
		s.event(f, bytes.Clone(raw))
		return
	}
	s.message(f.Data, f, bytes.Clone(raw))
}

// message passes a message on, or a batch, and what is sent with it. raw is its
// frame as it came, or nil.
func (s *Writer) message(m []byte, f sse.Frame, raw []byte) {
	batch, err := jsonrpc.Parse(m)
	response := err == nil && len(batch.Messages) > 0 && batch.Messages[0].Kind == jsonrpc.Response
	if response {
		s.send(m, "before")
		if s.do.Swap && !batch.Array {
			m, raw = s.swapped(m), nil
		}
		if s.send(m, "instead") {
			return
		}
	}
	for _, out := range s.Apart.Message(s.do, m) {
		if s.stream.On == "get" || s.stream.On == "both" {
			s.around.Elsewhere(out)
		}
		if s.stream.On == "get" {
			continue
		}
		if !bytes.Equal(out, m) {
			raw = nil
		}
		f.Data = out
		s.event(f, raw)
	}
	if response {
		s.send(m, "after")
	}
}

// swapped waits for the answer that the client gets in place of its own. What
// is said beside the answer goes on meanwhile.
func (s *Writer) swapped(m []byte) []byte {
	m = bytes.Clone(m)
	if s.events.Load() && !s.do.Buffer {
		_ = s.flush()
	}
	s.leave()
	defer s.enter()
	return s.around.Swapped(m)
}

// send says the messages beside an answer that come at that place, and
// reports whether there are any beside all that it answers.
func (s *Writer) send(answer []byte, at string) (any bool) {
	for i := range s.do.Send {
		m := &s.do.Send[i]
		if place(m) != at {
			continue
		}
		any = true
		if text := Sent(m, s.ID, s.Token); text != nil {
			s.sendOne(m, text)
		}
	}
	s.Apart.Sent(answer, at, s.sendOne)
	return any
}

func (s *Writer) sendOne(m *scenarios.Sent, text []byte) {
	if m.On == "get" || m.On == "both" {
		s.around.Elsewhere(text)
	}
	if m.On != "get" {
		s.event(own(text), nil)
	}
}

// event passes one event on, or ends the stream where that comes now. raw is
// its spelling where nothing about it is changed.
func (s *Writer) event(f sse.Frame, raw []byte) {
	if s.over.Load() {
		return
	}
	if s.stream.End && s.stream.EndTime == 0 && s.messages >= s.stream.EndAfter {
		s.finish(&f)
		return
	}
	s.sends(f, raw)
}

// sends passes one event on.
func (s *Writer) sends(f sse.Frame, raw []byte) {
	if s.over.Load() {
		return
	}
	s.n++
	if f.HasID {
		s.latest = f.ID
	}
	if raw == nil || s.do.Stream != nil {
		f, raw = frame(f, s.stream, s.number())
	}
	if s.stream.NoBlank && f.HasData {
		end := len(raw) - blankLine(raw)
		raw, s.blank = append(bytes.Clone(s.blank), raw[:end]...), bytes.Clone(raw[end:])
	}
	message := f.HasData && len(f.Data) > 0
	s.put(raw, message, telling{body: f.Data, frame: &f})
	if !s.over.Load() && !s.do.Buffer {
		_ = s.flush()
	}
	if !message { // a comment, or what primes a client, is not counted
		return
	}
	s.messages++
	if d := s.do.Drop; d != nil && d.Events > 0 && s.messages >= d.Events {
		s.breakOff()
	}
}

// blankLine is how long the blank line is that ends a frame.
func blankLine(raw []byte) int {
	if bytes.HasSuffix(raw, []byte("\r\n")) {
		return 2
	}
	return 1
}
