package cassettes

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Limits of a Reader. A value over them is refused with its place.
const (
	MaxValue = 256 << 20             // bytes of one value
	maxDepth = jsonrpc.MaxDepth + 32 // levels: a message's, and those around it
)

// An Error is a place in a cassette and what is wrong there.
type Error struct {
	File   string // "" where the Reader has no name for it
	Line   int    // counted from 1
	Offset int64  // of the byte, from the start of the cassette
	Reason string // what is wrong, and what to do
}

func (e *Error) Error() string {
	file := e.File
	if file == "" {
		file = "cassette"
	}
	return fmt.Sprintf("%s:%d: %s (byte %d)", file, e.Line, e.Reason, e.Offset)
}

// ErrTorn is what Next returns, wrapped in a *TornError, where a cassette
// ends inside a value, as one does whose recorder was killed. All values
// before it are whole.
var ErrTorn = errors.New("the last value is torn")

// A TornError says where the whole part of a torn cassette ends.
type TornError struct {
	File   string
	Line   int
	Offset int64 // the torn value begins here; all before it is whole
}

func (e *TornError) Error() string {
	file := e.File
	if file == "" {
		file = "cassette"
	}
	return fmt.Sprintf("%s:%d: the last value is torn at byte %d; all before it is whole: record --append cuts it off", file, e.Line, e.Offset)
}

// Is makes errors.Is(err, ErrTorn) hold.
func (e *TornError) Is(target error) bool { return target == ErrTorn }

// A Reader reads a cassette, one event at a time, in memory that does not
// grow with the cassette. It is not safe for concurrent use.
type Reader struct {
	Header Header // read by NewReader

	file   string
	r      *bufio.Reader
	offset int64      // of the next byte to read
	line   int        // of the next byte to read
	buf    []byte     // the current value
	lean   *leanEvent // decode only what an index needs, in memory used again
	edited bool       // every edit was meant, even one of a single bit
	first  Pos        // of the first value whose sum does not fit
	begun  bool       // the header has been read
}

// NewReader reads the header and returns a Reader for the events. The error
// is an *Error that says line and cure where r holds no cassette.
func NewReader(r io.Reader) (*Reader, error) { return newReader(r, "") }

// NewEditedReader is NewReader for a cassette that was edited by hand: it
// takes each value as it stands, even one that differs from its sum in a
// single bit and would be taken for damaged. The name stands in messages.
func NewEditedReader(r io.Reader, name string) (*Reader, error) {
	rd := &Reader{file: name, edited: true}
	if err := rd.begin(r); err != nil {
		return nil, err
	}
	return rd, nil
}

func newReader(r io.Reader, file string) (*Reader, error) {
	rd := &Reader{file: file}
	if err := rd.begin(r); err != nil {
		return nil, err
	}
	return rd, nil
}

// begin reads the header.
func (r *Reader) begin(src io.Reader) error {
	size := int64(256 << 10)
	if section, ok := src.(*io.SectionReader); ok {
		size = min(size, section.Size()+1) // most tapes are small
	}
	r.r, r.line = bufio.NewReaderSize(src, int(size)), 1
	r.skipMark()
	pos, err := r.value()
	switch {
	case err == io.EOF:
		return &Error{r.file, 1, 0, "empty: a cassette begins with a header such as {\"mcpmock\": 1, \"transport\": \"http\"}"}
	case errors.Is(err, ErrTorn):
		return &Error{r.file, 1, 0, "no cassette: its header is not whole"}
	case err != nil:
		return err
	}
	if err := validate(r.buf); err != nil {
		return r.errorAt(pos, err)
	}
	if r.Header, err = decodeHeader(r.buf); err != nil {
		return r.errorAt(pos, err)
	}
	r.begun = true
	_, err = r.examine(pos)
	return err
}

// Edited returns the line of the first value read so far that is not as it was
// written, by its sum, or 0 where there is none. Such a value is taken as it
// stands: it was edited by hand.
func (r *Reader) Edited() int { return r.first.Line }

// Next returns the next event, io.EOF after the last one, a *TornError where
// the cassette ends inside a value, or an *Error. After an error it returns
// the same again.
func (r *Reader) Next() (*Event, error) {
	e := new(Event)
	if err := r.next(e); err != nil {
		return nil, err
	}
	return e, nil
}

func (r *Reader) next(e *Event) error {
	pos, err := r.value()
	if err != nil {
		return err
	}
	value := r.buf
	if r.lean == nil {
		value = bytes.Clone(value)
	}
	is, err := r.examine(pos)
	if err != nil {
		return err
	}
	return r.decode(e, value, pos, is)
}

// decode makes the event of a value.
func (r *Reader) decode(e *Event, value []byte, pos Pos, is state) error {
	// An index takes the sum's word for it that the value is valid JSON: what
	// it gives out later is read again, and validated then.
	if is != intact || r.lean == nil {
		if err := validate(value); err != nil {
			return r.errorAt(pos, err)
		}
	}
	if err := decodeEvent(e, value, r.lean); err != nil {
		return r.errorAt(pos, err)
	}
	e.Pos = pos
	return nil
}

// examine refuses a value that was damaged since it was written.
func (r *Reader) examine(pos Pos) (state, error) {
	if r.edited {
		return unknownState, nil
	}
	is, at, was := examine(r.buf)
	if is != damaged {
		if _, digits := cutSum(r.buf); is != intact && digits != nil && r.first.Line == 0 {
			r.first = pos
		}
		return is, nil
	}
	return is, &Error{r.file, pos.Line + bytes.Count(r.buf[:at], []byte{'\n'}), pos.Offset + int64(at),
		fmt.Sprintf("damaged: one bit differs from what was recorded, %q was %q; if you meant that edit, run: mcpmock fmt -w FILE", r.buf[at], was)}
}

// value reads the next whole value into buf.
func (r *Reader) value() (Pos, error) {
	if err := r.space(); err != nil {
		return Pos{}, err
	}
	pos := Pos{Offset: r.offset, Line: r.line}
	if first, _ := r.r.Peek(1); first[0] != '{' {
		return pos, r.stray(pos)
	}
	r.buf = r.buf[:0]
	var s scanner
	for {
		if _, err := r.r.Peek(1); err != nil {
			if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
				return pos, r.unended(pos)
			}
			return pos, fmt.Errorf("cassettes: reading %s: %w", r.file, err)
		}
		chunk, _ := r.r.Peek(r.r.Buffered())
		n, done := s.scan(chunk)
		r.buf = append(r.buf, chunk[:n]...)
		r.take(chunk[:n])
		switch {
		case s.err != "":
			return pos, &Error{r.file, r.line, r.offset, s.err}
		case done:
			pos.Size = len(r.buf)
			return pos, nil
		case len(r.buf) > MaxValue:
			return pos, &Error{r.file, pos.Line, pos.Offset, fmt.Sprintf("a value of more than %d bytes: restore the cassette, or cut this value out", MaxValue)}
		}
	}
}

// unended says what is wrong with a value that the cassette's end cuts short.
// Only the last one can be torn: where another begins after it, at the start
// of a line, a quote or a bracket was lost, and nothing must be cut off.
func (r *Reader) unended(pos Pos) error {
	if i := bytes.Index(r.buf, []byte("\n{")); i >= 0 {
		line := pos.Line + bytes.Count(r.buf[:i+1], []byte{'\n'})
		return &Error{r.file, pos.Line, pos.Offset,
			fmt.Sprintf("damaged: the value that begins here does not end before the next, on line %d: restore the cassette, or cut this value out", line)}
	}
	return &TornError{r.file, pos.Line, pos.Offset}
}

// space passes over the white space between values.
func (r *Reader) space() error {
	for {
		c, err := r.r.ReadByte()
		if err == io.EOF {
			return io.EOF
		}
		if err != nil {
			return fmt.Errorf("cassettes: reading %s: %w", r.file, err)
		}
		switch c {
		case '\n':
			r.line++
			r.offset++
		case ' ', '\t', '\r':
			r.offset++
		default:
			return r.r.UnreadByte()
		}
	}
}

func (r *Reader) take(chunk []byte) {
	r.line += bytes.Count(chunk, []byte{'\n'})
	r.offset += int64(len(chunk))
	_, _ = r.r.Discard(len(chunk))
}

func (r *Reader) errorAt(pos Pos, err error) error {
	return &Error{r.file, pos.Line, pos.Offset, err.Error()}
}

// A scanner finds where the object that chunks begin with ends, without a stack.
type scanner struct {
	depth    int
	inString bool
	escaped  bool
	err      string
}

// scan returns how much of chunk belongs to the value and whether it ends
// there.
func (s *scanner) scan(chunk []byte) (n int, done bool) {
	for i := 0; i < len(chunk); i++ {
		if s.inString {
			j := s.closing(chunk[i:])
			if j < 0 {
				return len(chunk), false
			}
			i += j
			continue
		}
		switch chunk[i] {
		case '"':
			s.inString = true
		case '{', '[':
			if s.depth++; s.depth > maxDepth {
				s.err = fmt.Sprintf("nested deeper than %d levels: restore the cassette, or cut this value out", maxDepth)
				return i, false
			}
		case '}', ']':
			if s.depth--; s.depth <= 0 {
				return i + 1, true
			}
		}
	}
	return len(chunk), false
}

// closing returns the index of the quote that closes the current string, or
// -1 where it lies beyond the chunk.
func (s *scanner) closing(chunk []byte) int {
	for i := 0; i < len(chunk); {
		if s.escaped {
			s.escaped = false
			i++
			continue
		}
		j := i + bytes.IndexByte(chunk[i:], '"')
		if j < i {
			j = len(chunk)
		}
		k := bytes.IndexByte(chunk[i:j], '\\')
		if k >= 0 {
			i, s.escaped = i+k+1, true
			continue
		}
		if j == len(chunk) {
			return -1
		}
		s.inString = false
		return j
	}
	return -1
}
