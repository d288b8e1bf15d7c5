package sse

import "slices"

// A Splitter cuts a stream into whole frames, whatever the chunks it comes
// in. The zero Splitter is ready for use.
type Splitter struct {
	buf   []byte
	line  int  // where the current line starts in buf
	crlf  bool // the last line ended in \r\n
	blank bool // buf ends in the \r of a blank line, whose \n may follow
}

// Feed takes in a chunk and returns the frames that it completes, each with
// its closing blank line. They are valid until the next call.
func (s *Splitter) Feed(chunk []byte) [][]byte {
	var frames [][]byte
	start := 0
	cut := func(end int) {
		frames = append(frames, slices.Clip(s.buf[start:end]))
		start, s.line, s.crlf, s.blank = end, end, false, false
	}
	i := len(s.buf)
	s.buf = append(s.buf, chunk...)
	for ; i < len(s.buf); i++ {
		c := s.buf[i]
		if s.blank { // the frame is whole; a \n belongs to its last line end
			if c == '\n' {
				cut(i + 1)
				continue
			}
			cut(i)
		}
		switch {
		case c == '\n' && i > 0 && s.line == i && i > start && s.buf[i-1] == '\r':
			s.line, s.crlf = i+1, true // second half of a \r\n
		case c == '\n' || c == '\r':
			if s.line == i { // an empty line closes the frame
				if c == '\r' && s.crlf {
					s.blank = true
					continue
				}
				cut(i + 1)
				continue
			}
			s.line = i + 1
		}
	}
	if start > 0 {
		s.buf, s.line = s.buf[start:], s.line-start
	}
	return frames
}

// Rest returns what has come in of a frame that is not whole yet.
func (s *Splitter) Rest() []byte { return s.buf }
