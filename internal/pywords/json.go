package pywords

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the recursion of the readers here. Python's own bound is
// near it; what lies deeper is not quoted.
const maxDepth = 900

// JSON returns what json.loads of Python 3.8 to 3.12 says is wrong with body,
// or "" where it takes it, or says something that is not known here: of text
// that is no UTF-8, and of nesting that is too deep.
func JSON(body []byte) string {
	if !utf8.Valid(body) {
		return ""
	}
	r := &pyReader{text: []rune(strings.TrimPrefix(string(body), "\ufeff"))} // a byte order mark does not count
	at := r.space(0)
	at, ok := r.value(at, 0)
	if ok {
		if at = r.space(at); at < len(r.text) {
			r.fail("Extra data", at)
		}
	}
	return r.said
}

// A pyReader reads as Python's decoder does; its positions count characters.
type pyReader struct {
	text []rune
	said string
}

// fail says what is wrong at a position, with its line and column.
func (r *pyReader) fail(what string, at int) (int, bool) {
	line, column := 1, at+1
	for i := range at {
		if r.text[i] == '\n' {
			line, column = line+1, at-i
		}
	}
	r.said = fmt.Sprintf("%s: line %d column %d (char %d)", what, line, column, at)
	return at, false
}

func (r *pyReader) space(at int) int {
	for at < len(r.text) && strings.ContainsRune(" \t\n\r", r.text[at]) {
		at++
	}
	return at
}

// is reports whether c stands at a position.
func (r *pyReader) is(at int, c rune) bool { return at < len(r.text) && r.text[at] == c }

// value reads a value, and returns where it ends.
func (r *pyReader) value(at, depth int) (int, bool) {
	if depth > maxDepth {
		return at, false
	}
	if at < len(r.text) && strings.ContainsRune("ntfNI-", r.text[at]) {
		for _, word := range []string{"null", "true", "false", "NaN", "Infinity", "-Infinity"} {
			if r.has(at, word) {
				return at + len(word), true
			}
		}
	}
	switch {
	case r.is(at, '"'):
		return r.str(at)
	case r.is(at, '{'):
		return r.object(at+1, depth)
	case r.is(at, '['):
		return r.array(at+1, depth)
	}
	if end := r.number(at); end > at {
		return end, true
	}
	return r.fail("Expecting value", at)
}

func (r *pyReader) has(at int, word string) bool {
	return at+len(word) <= len(r.text) && string(r.text[at:at+len(word)]) == word
}

// number returns where a number ends, or at where there is none. A fraction
// or exponent without digits is not part of it.
func (r *pyReader) number(at int) int {
	digits := func(from int) int {
		for from < len(r.text) && r.text[from] >= '0' && r.text[from] <= '9' {
			from++
		}
		return from
	}
	end := at
	if r.is(end, '-') {
		end++
	}
	whole := digits(end)
	switch {
	case whole == end:
		return at
	case r.is(end, '0'):
		whole = end + 1
	}
	end = whole
	if r.is(end, '.') && digits(end+1) > end+1 {
		end = digits(end + 1)
	}
	if r.is(end, 'e') || r.is(end, 'E') {
		from := end + 1
		if r.is(from, '-') || r.is(from, '+') {
			from++
		}
		if digits(from) > from {
			end = digits(from)
		}
	}
	return end
}

func (r *pyReader) object(at, depth int) (int, bool) {
	if at = r.space(at); r.is(at, '}') {
		return at + 1, true
	}
	for {
		if !r.is(at, '"') {
			return r.fail("Expecting property name enclosed in double quotes", at)
		}
		var ok bool
		if at, ok = r.str(at); !ok {
			return at, false
		}
		if at = r.space(at); !r.is(at, ':') {
			return r.fail("Expecting ':' delimiter", at)
		}
		if at, ok = r.value(r.space(at+1), depth+1); !ok {
			return at, false
		}
		at = r.space(at)
		switch {
		case r.is(at, '}'):
			return at + 1, true
		case !r.is(at, ','):
			return r.fail("Expecting ',' delimiter", at)
		}
		at = r.space(at + 1)
	}
}

func (r *pyReader) array(at, depth int) (int, bool) {
	if at = r.space(at); r.is(at, ']') {
		return at + 1, true
	}
	for {
		var ok bool
		if at, ok = r.value(at, depth+1); !ok {
			return at, false
		}
		at = r.space(at)
		switch {
		case r.is(at, ']'):
			return at + 1, true
		case !r.is(at, ','):
			return r.fail("Expecting ',' delimiter", at)
		}
		at = r.space(at + 1)
	}
}

// str reads a text; at is where its quote stands.
func (r *pyReader) str(at int) (int, bool) {
	for i := at + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			return i + 1, true
		case c < ' ':
			return r.fail("Invalid control character at", i)
		case c != '\\':
		case i+1 == len(r.text):
			return r.fail("Unterminated string starting at", at)
		case r.text[i+1] == 'u':
			if i+6 >= len(r.text) || !isHex(r.text[i+2:i+6]) {
				return r.fail(`Invalid \uXXXX escape`, i+1)
			}
			i += 5
		case !strings.ContainsRune(`"\/bfnrt`, r.text[i+1]):
			return r.fail(`Invalid \escape`, i)
		default:
			i++
		}
	}
	return r.fail("Unterminated string starting at", at)
}

func isHex(digits []rune) bool {
	for _, d := range digits {
		if !strings.ContainsRune("0123456789abcdefABCDEF", d) {
			return false
		}
	}
	return true
}
