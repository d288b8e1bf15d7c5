package faults

import (
	"bytes"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// Push says a message on the stream, beside the answer. It reports whether the
// stream takes it: it is open, has room, and did not end at the message's turn. It does not wait for a turn: where
// somebody else writes, or the answer waits for something, the message comes after that. Only a client that does not
// read holds Push up, as any write, for half a minute at most.
func (s *Writer) Push(message []byte) bool {
	s.mu.Lock()
	if s.shut || !s.events.Load() || s.over.Load() || len(s.pushed) >= maxPushed {
		s.mu.Unlock()
		return false
	}
	m := &push{text: bytes.Clone(message)}
	s.pushed = append(s.pushed, m)
	if s.slow() {
		s.beside.Go(func() {
			s.enter()
			s.leave()
		})
		s.mu.Unlock()
		return true
	}
	s.mu.Unlock()
	select {
	case s.turn <- struct{}{}:
		s.leave()
		return m.said // a message may end the stream that has said it
	default: // who has the turn says it
		return true
	}
}

// A push is a message that is said beside an answer.
type push struct {
	text []byte
	said bool // it has been; belongs to whoever has the turn
}

// maxPushed is how many messages wait for an answer that says nothing.
const maxPushed = 10_000

// slow reports whether a message may take time.
func (s *Writer) slow() bool {
	return s.do.Stall != nil || s.do.Throttle > 0 || s.do.Split != nil && s.do.Split.Every > 0
}

// enter waits for a turn.
func (s *Writer) enter() { s.turn <- struct{}{} }

// leave ends a turn, once all is said that was pushed meanwhile.
func (s *Writer) leave() {
	for {
		for {
			m := s.next()
			if m == nil {
				break
			}
			s.beyond(m)
		}
		<-s.turn
		s.mu.Lock()
		more := len(s.pushed) > 0
		s.mu.Unlock()
		if !more {
			return
		}
		select {
		case s.turn <- struct{}{}:
		default:
			return
		}
	}
}

// next takes the message that was pushed first.
func (s *Writer) next() (m *push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pushed) > 0 {
		m, s.pushed = s.pushed[0], s.pushed[1:]
	}
	return m
}

// beyond says a message that is not the answer's.
func (s *Writer) beyond(p *push) {
	before := s.n
	s.event(own(p.text), nil)
	p.said = s.n > before && !s.lost
	if m := jsonrpc.One(p.text); m.Kind == jsonrpc.Response && bytes.Equal(m.ID, s.ID) && !s.Several {
		s.around.Leave() // nothing is awaited any more
	}
}

// keepAlive writes a comment that often until the stream is over. One that
// comes where a blank line is still owed has none itself, for that would end
// the event before it.
func (s *Writer) keepAlive(every time.Duration) {
	comment := s.stream.Comment
	if comment == "" {
		comment = "keepalive"
	}
	for s.wait(every) && s.comment(comment) {
	}
}

func (s *Writer) comment(text string) bool {
	s.enter()
	defer s.leave()
	if s.over.Load() {
		return false
	}
	f, raw := frame(sse.Frame{Comments: []string{" " + text}}, s.stream, s.n)
	if s.blank != nil {
		raw = raw[:len(raw)-blankLine(raw)]
	}
	s.put(raw, false, telling{frame: &f})
	if !s.do.Buffer {
		_ = s.flush()
	}
	return true
}
