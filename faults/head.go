package faults

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// head passes the status line on, with the length of the body where that is
// known, after whatever comes before it. It reports whether the client is
// still to get something.
func (s *Writer) head(length int) bool {
	if s.headed || s.over.Load() {
		return !s.over.Load()
	}
	s.headed = true
	drop := s.do.Drop
	if s.expired.Load() && drop != nil {
		s.breakOff()
		return false
	}
	if d := s.do.Delay; d != nil && !s.wait(s.length(d)) {
		s.giveUp(true)
		return false
	}
	if st := s.do.Stall; st != nil && st.At == "before_headers" && !s.wait(st.For) {
		s.giveUp(true)
		return false
	}
	if drop != nil && drop.Bytes == 0 && drop.Events == 0 && drop.After == 0 {
		s.breakOff()
		return false
	}
	s.heads(length)
	if s.bodyless && s.events.Load() {
		s.end()
		s.around.Leave()
		return false
	}
	if st := s.do.Stall; st != nil && st.At == "after_headers" {
		_ = s.flush()
		if !s.wait(st.For) {
			s.giveUp(!s.events.Load() && !s.bodyless)
			return false
		}
	}
	if s.events.Load() {
		s.begin()
	}
	return !s.over.Load()
}

// heads writes the status line and the header.
func (s *Writer) heads(length int) {
	h := s.Header()
	if s.do.Status != 0 {
		s.status = s.do.Status
	}
	s.bodyless = s.Bare || s.status == http.StatusNoContent || s.status == http.StatusNotModified
	if s.do.RotateSession {
		if id := s.around.Rotated(); id != "" {
			h[mcp.HeaderSessionID] = []string{id}
		}
	}
	SetHeaders(h, s.do.Headers, nil)
	if !s.Bare { // else it is the length of what the client did not ask for
		delete(h, "Content-Length")
	}
	switch {
	case s.bodyless:
	case s.do.Gzip:
		h["Content-Encoding"] = []string{"gzip"}
		s.packed = gzip.NewWriter(&s.packs)
	case length >= 0:
		h["Content-Length"] = []string{strconv.Itoa(length)}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // net/http must not guess one
	}
	s.w.WriteHeader(s.status)
	s.passed = true
	s.around.SaidHead(s.status, h)
}

// whole passes on an answer that is no event stream, or makes one of it. torn
// says that the answer was broken off, so that its body promises more than
// comes.
func (s *Writer) whole(torn bool) {
	body := s.body.Bytes()
	batch, err := jsonrpc.Parse(body)
	response := func(m jsonrpc.Message) bool { return m.Kind == jsonrpc.Response }
	message := err == nil && len(batch.Messages) > 0 && response(batch.Messages[0])
	if message && s.Streams && (s.do.Stream != nil || s.do.Send != nil || s.Apart.sends()) {
		s.events.Store(true)
		s.Header()["Content-Type"] = []string{"text/event-stream"}
		if s.head(-1) {
			s.message(body, sse.Frame{Event: "message", HasEvent: true, HasData: true}, nil)
		}
		return
	}
	if message {
		if s.do.Swap && !batch.Array {
			body = s.swapped(body)
		}
		body = bytes.Join(s.Apart.Message(s.do, body), nil)
	} else {
		body = replaced(s.do.Replace, body)
	}
	if s.do.BOM {
		body = append([]byte("\ufeff"), body...)
	}
	if s.do.Truncate > 0 && s.do.Truncate < len(body) {
		body = body[:s.do.Truncate]
	}
	length := len(body)
	if torn || s.do.Drop != nil && length == 0 {
		length++ // for there must be something to miss
	}
	if !s.head(length) {
		return
	}
	if s.bodyless {
		s.end()
		return
	}
	s.put(body, len(body) > 0, telling{body: body})
	if s.do.Drop != nil && s.do.Drop.After == 0 {
		s.breakOff()
	}
}
