package pywords

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Jiter returns what pydantic_core.from_json says is wrong with body, or ""
// where it takes it.
func Jiter(body []byte) string {
	r := &jiterReader{text: body}
	at := r.space(0)
	at, ok := r.value(at, 0, "a value")
	if ok {
		if at = r.space(at); at < len(body) {
			r.fail("trailing characters", at)
		}
	}
	return r.said
}

// A jiterReader reads as jiter does; its positions count bytes.
type jiterReader struct {
	text []byte
	said string
}

// jiterDepth is how deep jiter follows arrays and objects.
const jiterDepth = 200

// fail says what is wrong at a position. A line feed there is on the line
// that it ends already, in column 0.
func (r *jiterReader) fail(what string, at int) (int, bool) {
	line, start := 1, 0
	for i, c := range r.text {
		if c == '\n' {
			line, start = line+1, i+1
		}
		if i == at {
			r.said = fmt.Sprintf("%s at line %d column %d", what, line, at+1-start)
			return at, false
		}
	}
	r.said = fmt.Sprintf("%s at line %d column %d", what, line, len(r.text)-start)
	return at, false
}

func (r *jiterReader) space(at int) int {
	for at < len(r.text) && strings.IndexByte(" \t\n\r", r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jiterReader) eof(what string) (int, bool) {
	return r.fail("EOF while parsing "+what, len(r.text))
}

// value reads a value; within names what is not whole where there is none.
func (r *jiterReader) value(at, depth int, within string) (int, bool) {
	if at >= len(r.text) {
		return r.eof(within)
	}
	switch c := r.text[at]; c {
	case '"':
		return r.str(at)
	case '{', '[':
		if depth >= jiterDepth {
			return r.fail("recursion limit exceeded", at+1)
		}
		if c == '{' {
			return r.object(at+1, depth+1)
		}
		return r.array(at+1, depth+1)
	case 'n':
		return r.word(at, "null")
	case 't':
		return r.word(at, "true")
	case 'f':
		return r.word(at, "false")
	case 'N':
		return r.word(at, "NaN")
	case 'I':
		return r.word(at, "Infinity")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.number(at)
	}
	return r.fail("expected value", at)
}

func (r *jiterReader) word(at int, word string) (int, bool) {
	for i := range len(word) {
		switch {
		case at+i >= len(r.text):
			return r.eof("a value")
		case r.text[at+i] != word[i]:
			return r.fail("expected ident", at+i)
		}
	}
	return at + len(word), true
}

func (r *jiterReader) number(at int) (int, bool) {
	is := func(set string) bool { return at < len(r.text) && strings.IndexByte(set, r.text[at]) >= 0 }
	// digits reads one digit or more.
	digits := func() (int, bool) {
		switch {
		case at >= len(r.text):
			return r.eof("a value")
		case !is("0123456789"):
			return r.fail("invalid number", at)
		}
		for is("0123456789") {
			at++
		}
		return at, true
	}
	if is("-") {
		if at++; is("I") {
			return r.word(at, "Infinity")
		}
	}
	if is("0") {
		if at++; is("0123456789") {
			return r.fail("invalid number", at)
		}
	} else if _, ok := digits(); !ok {
		return at, false
	}
	if is(".") {
		at++
		if _, ok := digits(); !ok {
			return at, false
		}
	}
	if is("eE") {
		if at++; is("+-") {
			at++
		}
		if _, ok := digits(); !ok {
			return at, false
		}
	}
	return at, true
}

func (r *jiterReader) object(at, depth int) (int, bool) {
	at = r.space(at)
	switch {
	case at >= len(r.text):
		return r.eof("an object")
	case r.text[at] == '}':
		return at + 1, true
	}
	for {
		if r.text[at] != '"' {
			return r.fail("key must be a string", at)
		}
		var ok bool
		if at, ok = r.str(at); !ok {
			return at, false
		}
		switch at = r.space(at); {
		case at >= len(r.text):
			return r.eof("an object")
		case r.text[at] != ':':
			return r.fail("expected `:`", at)
		}
		if at, ok = r.value(r.space(at+1), depth, "a value"); !ok {
			return at, false
		}
		switch at = r.space(at); {
		case at >= len(r.text):
			return r.eof("an object")
		case r.text[at] == '}':
			return at + 1, true
		case r.text[at] != ',':
			return r.fail("expected `,` or `}`", at)
		}
		switch at = r.space(at + 1); {
		case at >= len(r.text):
			return r.eof("a value")
		case r.text[at] == '}':
			return r.fail("trailing comma", at)
		}
	}
}

func (r *jiterReader) array(at, depth int) (int, bool) {
	at = r.space(at)
	if at < len(r.text) && r.text[at] == ']' {
		return at + 1, true
	}
	within := "a list"
	for {
		var ok bool
		if at, ok = r.value(at, depth, within); !ok {
			return at, false
		}
		switch at = r.space(at); {
		case at >= len(r.text):
			return r.eof("a list")
		case r.text[at] == ']':
			return at + 1, true
		case r.text[at] != ',':
			return r.fail("expected `,` or `]`", at)
		}
		if at = r.space(at + 1); at < len(r.text) && r.text[at] == ']' {
			return r.fail("trailing comma", at)
		}
		within = "a value"
	}
}

// str reads a text; at is where its quote stands.
func (r *jiterReader) str(at int) (int, bool) {
	for at++; at < len(r.text); {
		switch c := r.text[at]; {
		case c == '"':
			return at + 1, true
		case c < ' ':
			return r.fail(`control character (\u0000-\u001F) found while parsing a string`, at)
		case c == '\\':
			var ok bool
			if at, ok = r.escape(at + 1); !ok {
				return at, false
			}
		default:
			if c, n := utf8.DecodeRune(r.text[at:]); c != utf8.RuneError || n > 1 {
				at += n
			} else {
				return r.fail("invalid unicode code point", at)
			}
		}
	}
	return r.eof("a string")
}

// escape reads what follows a backslash.
func (r *jiterReader) escape(at int) (int, bool) {
	switch {
	case at >= len(r.text):
		return r.eof("a string")
	case strings.IndexByte(`"\/bfnrt`, r.text[at]) >= 0:
		return at + 1, true
	case r.text[at] != 'u':
		return r.fail("invalid escape", at)
	}
	const lone = "lone leading surrogate in hex escape"
	at, first, ok := r.hex(at + 1)
	switch {
	case !ok || first < 0xd800 || first > 0xdfff:
		return at, ok
	case first >= 0xdc00:
		return r.fail(lone, at-1)
	}
	for _, c := range []byte(`\u`) { // the other half of a pair
		switch {
		case at >= len(r.text):
			return r.eof("a string")
		case r.text[at] != c:
			return r.fail("unexpected end of hex escape", at)
		}
		at++
	}
	at, second, ok := r.hex(at)
	if ok && (second < 0xdc00 || second > 0xdfff) {
		return r.fail(lone, at-1)
	}
	return at, ok
}

func (r *jiterReader) hex(at int) (end, value int, ok bool) {
	for range 4 {
		if at >= len(r.text) {
			end, ok = r.eof("a string")
			return end, 0, ok
		}
		digit := strings.IndexByte("0123456789abcdef", r.text[at]|0x20)
		if digit < 0 || r.text[at] < '0' {
			end, ok = r.fail("invalid escape", at)
			return end, 0, ok
		}
		value = value<<4 | digit
		at++
	}
	return at, value, true
}
