package faults

import (
	"bytes"
	"errors"
	"os"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// A telling is what is said of bytes once the client gets the last of them.
type telling struct {
	body  []byte
	frame *sse.Frame
	end   int // of its bytes, among those that it comes with
}

// put passes bytes of the body on, and says what they are. meant says that
// they hold a message.
func (s *Writer) put(p []byte, meant bool, say telling) {
	if s.over.Load() || s.bodyless || len(p) == 0 {
		return
	}
	last := false
	if n := s.do.Truncate; n > 0 && s.events.Load() && s.plain+len(p) >= n {
		if last = true; s.plain+len(p) > n {
			p = bytes.Clone(p[:n-s.plain])
			say = telling{body: p}
		}
	}
	s.plain += len(p)
	say.end = len(p)
	if s.do.Buffer {
		say.end += s.held.Len()
		s.held.Write(p)
		s.holds = append(s.holds, say)
		s.meant = s.meant || meant
	} else {
		s.wire(p, meant, []telling{say})
	}
	if last { // it ends there as if whole
		s.end()
		s.around.Leave()
	}
}

// release passes on what was held back.
func (s *Writer) release() {
	if s.held.Len() == 0 {
		return
	}
	p, holds := bytes.Clone(s.held.Bytes()), s.holds
	s.held.Reset()
	s.holds = nil
	s.wire(p, s.meant, holds)
}

// wire packs bytes, where the client gets them so.
func (s *Writer) wire(p []byte, meant bool, say []telling) {
	if s.packed != nil {
		_, _ = s.packed.Write(p)
		_ = s.packed.Flush()
		p = s.taken()
		for i := range say {
			say[i].end = len(p)
		}
	}
	s.pass(p, meant, say)
}

// taken takes what was packed.
func (s *Writer) taken() []byte {
	p := bytes.Clone(s.packs.Bytes())
	s.packs.Reset()
	return p
}

// pass sends bytes as the wire has them: in pieces, slowly, with a stall in the
// middle, up to where the connection breaks off. A message that does not pass
// as a whole is told as the bytes that did.
func (s *Writer) pass(p []byte, meant bool, say []telling) {
	stop, drops := len(p), false
	if d := s.do.Drop; d != nil && d.Bytes > 0 && s.bytes+len(p) >= d.Bytes {
		stop, drops = d.Bytes-s.bytes, true
	}
	begin, told := s.bytes, 0
	tell := func(n int) { // n more bytes are about to go out
		for ; len(say) > 0 && say[0].end <= s.bytes-begin+n; say = say[1:] {
			told = say[0].end
			if say[0].body != nil || say[0].frame != nil {
				s.around.Said(say[0].body, say[0].frame)
			}
		}
	}
	rest, half, ok := p[:stop], len(p)/2, true
	if st := s.do.Stall; st != nil && st.At == "mid_body" && meant && !s.halved && half <= stop {
		s.halved = true
		if ok = s.pieces(rest[:half], tell); ok {
			_ = s.flush()
			ok = s.wait(st.For)
		}
		rest = rest[half:]
	}
	ok = ok && s.pieces(rest, tell)
	if passed := s.bytes - begin; passed > told && len(say) > 0 {
		s.around.Said(bytes.Clone(p[told:passed]), nil)
	}
	if !ok {
		s.giveUp(s.bytes-begin < stop)
	} else if drops {
		s.breakOff()
	}
}

// pieces writes bytes in the pieces and at the speed that the action asks for,
// and calls tell before each. It reports whether all were written, in their
// time.
func (s *Writer) pieces(p []byte, tell func(n int)) bool {
	if len(p) == 0 {
		return true
	}
	for _, piece := range Pieces(p, s.do) {
		if every := Between(s.do); every > 0 && s.bytes > 0 && !s.wait(every) {
			return false
		}
		tell(len(piece)) // before the client can act on it
		if !s.write(piece) {
			return false
		}
		if len(piece) == len(p) && s.do.Throttle == 0 {
			return true
		}
		_ = s.flush()
		if pause := Pause(len(piece), s.do); pause > 0 && !s.wait(pause) {
			return false
		}
	}
	return true
}

// writeTimeout is how long a client that does not read holds up one write; less
// than buffered fits into the buffers of its connection.
const (
	writeTimeout = 30 * time.Second
	buffered     = 64 << 10
)

// write writes bytes, and gives up on a client that does not read them.
func (s *Writer) write(p []byte) bool {
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeTimeout))
	n, err := s.w.Write(p)
	s.bytes += n
	s.lost = err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
	return err == nil
}

// flush sends what was written. Until the next write the client may take its
// time.
func (s *Writer) flush() error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeTimeout))
	err := s.rc.Flush()
	s.unbound()
	return err
}

// unbound takes the limit off the connection.
func (s *Writer) unbound() { _ = s.rc.SetWriteDeadline(time.Time{}) }
