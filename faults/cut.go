package faults

import "net/http"

// breakOff breaks the connection, as Drop has it. What was held back goes out
// before.
func (s *Writer) breakOff() {
	if s.over.Load() {
		return
	}
	s.release()
	if s.over.Load() {
		return
	}
	s.over.Store(true)
	rst := s.do.Drop != nil && s.do.Drop.How == "rst"
	if s.passed {
		_ = s.flush()
	}
	s.sayEnd(true)
	s.cut = !Hangup(s.w, rst)
	s.around.Leave()
}

// giveUp ends an answer whose waiting came to nothing: its client has left, or
// its session is over, or its time is up. Where that is in the midst of
// something, torn, or before anything, the connection breaks off: the client
// must not take what it got for an answer.
func (s *Writer) giveUp(torn bool) {
	switch {
	case s.lost:
		s.over.Store(true)
	case s.expired.Load() && s.do.Drop != nil, !s.passed, torn && !s.expired.Load():
		s.held.Reset()
		s.breakOff()
	default:
		s.over.Store(true)
	}
}

// Hangup breaks the connection of a response off, with a reset if rst. It
// reports whether it could: a connection that carries several responses can not
// be taken out of the server's hands.
func Hangup(w http.ResponseWriter, rst bool) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok && rst {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return true
}
