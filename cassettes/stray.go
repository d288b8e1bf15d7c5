package cassettes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// byteOrderMark is what some editors begin a file with. It says nothing about
// UTF-8 and is passed over.
const byteOrderMark = "\xef\xbb\xbf"

// errNoHeader is what is wrong with a file that never was a cassette, or has
// lost its first value.
var errNoHeader = errors.New(`no cassette: it must begin with a header such as {"mcpmock": 1, "transport": "http"}`)

// skipMark passes over a byte order mark at the beginning.
func (r *Reader) skipMark() {
	if head, _ := r.r.Peek(len(byteOrderMark)); string(head) == byteOrderMark {
		r.take(head)
	}
}

// stray says what is wrong where a value should begin and something else
// stands.
func (r *Reader) stray(pos Pos) error {
	if head, _ := r.r.Peek(1); head[0] == 0 && pos.Offset > 0 {
		return r.zeros(pos)
	}
	head, _ := r.r.Peek(16)
	reason := fmt.Sprintf("a value must be an object, here stands %q: restore the cassette, or cut this out", head[0])
	switch {
	case r.begun && isConflict(head):
		reason = "a merge conflict begins or ends here: keep one side of it, or record anew"
	case head[0] == '[', r.begun && bytes.IndexByte([]byte(",]"), head[0]) >= 0:
		reason = "values stand one after another, without brackets around them or commas between: take those out"
	case !r.begun && (bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))):
		reason = "it is in UTF-16: save it in UTF-8"
	case !r.begun:
		reason = errNoHeader.Error()
	}
	return &Error{r.file, pos.Line, pos.Offset, reason}
}

// zeros says what is wrong where zero bytes stand. A loss of power leaves such
// at the end of a file that has grown: then they are a torn end.
func (r *Reader) zeros(pos Pos) error {
	for {
		chunk, err := r.r.Peek(max(r.r.Buffered(), 1))
		switch {
		case len(bytes.Trim(chunk, "\x00")) > 0:
			return &Error{r.file, pos.Line, pos.Offset, "zero bytes stand here, as a damaged disk leaves them: restore the cassette, or cut them out"}
		case err == io.EOF:
			return &TornError{r.file, pos.Line, pos.Offset}
		case err != nil:
			return fmt.Errorf("cassettes: reading %s: %w", r.file, err)
		}
		r.take(chunk)
	}
}

// isConflict reports whether a line is a mark of a merge that was not resolved.
func isConflict(line []byte) bool {
	for _, mark := range [...]string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return false
}

// hasConflict reports whether such a mark begins a line within a value.
func hasConflict(value []byte) bool {
	for line := range bytes.Lines(value) {
		if isConflict(line) {
			return true
		}
	}
	return false
}
