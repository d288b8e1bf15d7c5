package jswords

import (
	"fmt"
	"strconv"
	"unicode/utf16"
)

// JSON returns what JSON.parse of V8 says is wrong with a body, or "" where
// it takes it. A byte order mark before it is not seen, for servers decode
// the body first.
func JSON(body []byte) string {
	r := v8Reader{text: utf16.Encode([]rune(string(unmarked(body))))}
	r.value(0)
	if r.said == "" {
		if r.space(); r.at < len(r.text) {
			r.fail("Unexpected non-whitespace character after JSON")
		}
	}
	return r.said
}

// A v8Reader reads as V8 does; its positions count UTF-16 units, as those of
// JavaScript's texts.
type v8Reader struct {
	text []uint16
	at   int
	said string
}

// maxDepth bounds the recursion. V8 has no bound; what lies deeper is not
// quoted.
const maxDepth = 1000

func (r *v8Reader) peek() rune {
	if r.at < len(r.text) {
		return rune(r.text[r.at])
	}
	return -1
}

func (r *v8Reader) space() {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\t' || r.text[r.at] == '\n' || r.text[r.at] == '\r') {
		r.at++
	}
}

// fail says what was expected at the place that was come to.
func (r *v8Reader) fail(what string) {
	r.said = what + " in JSON at position " + strconv.Itoa(r.at)
	if what == "Unexpected non-whitespace character after JSON" {
		r.said = what + " at position " + strconv.Itoa(r.at)
	}
}

// unexpected says which character is in the way there.
func (r *v8Reader) unexpected() {
	const around = 10 // of the text that is shown on both sides
	switch c := r.peek(); {
	case c < 0:
		r.said = "Unexpected end of JSON input"
	case c == '"':
		r.fail("Unexpected string")
	case c == '-' || c >= '0' && c <= '9':
		r.fail("Unexpected number")
	case r.is("undefined"), r.is("NaN"), r.is("Infinity"), r.is("[object Object]"):
		r.said = fmt.Sprintf("\"%s\" is not valid JSON", r.part(0, len(r.text)))
	case len(r.text) <= 2*around:
		r.said = fmt.Sprintf("Unexpected token '%s', \"%s\" is not valid JSON", r.part(r.at, r.at+1), r.part(0, len(r.text)))
	case r.at < around:
		r.said = fmt.Sprintf("Unexpected token '%s', \"%s\"... is not valid JSON", r.part(r.at, r.at+1), r.part(0, r.at+around))
	case r.at < len(r.text)-around:
		r.said = fmt.Sprintf("Unexpected token '%s', ...\"%s\"... is not valid JSON", r.part(r.at, r.at+1), r.part(r.at-around, r.at+around))
	default:
		r.said = fmt.Sprintf("Unexpected token '%s', ...\"%s\" is not valid JSON", r.part(r.at, r.at+1), r.part(r.at-around, len(r.text)))
	}
}

func (r *v8Reader) part(from, to int) string {
	return string(utf16.Decode(r.text[from:min(to, len(r.text))]))
}

func (r *v8Reader) is(text string) bool {
	return len(r.text) == len(text) && r.part(0, len(r.text)) == text
}

func (r *v8Reader) value(depth int) {
	r.space()
	switch c := r.peek(); {
	case depth > maxDepth:
		r.at = len(r.text)
	case c == '{':
		r.object(depth)
	case c == '[':
		r.array(depth)
	case c == '"':
		r.string()
	case c == '-' || c >= '0' && c <= '9':
		r.number()
	case c == 't':
		r.word("true")
	case c == 'f':
		r.word("false")
	case c == 'n':
		r.word("null")
	default:
		r.unexpected()
	}
}

func (r *v8Reader) word(word string) {
	for _, c := range word {
		if r.peek() != c {
			r.unexpected()
			return
		}
		r.at++
	}
}

func (r *v8Reader) object(depth int) {
	r.at++
	if r.space(); r.peek() == '}' {
		r.at++
		return
	}
	missing := "Expected property name or '}'"
	for first := true; ; first = false {
		if r.space(); r.peek() != '"' {
			r.fail(missing)
			return
		}
		if r.string(); r.said != "" {
			return
		}
		if r.space(); r.peek() != ':' {
			if first {
				r.fail("Expected ':' after property name")
			} else {
				r.unexpected() // V8 has these words for the first alone
			}
			return
		}
		r.at++
		if r.value(depth + 1); r.said != "" {
			return
		}
		r.space()
		switch r.peek() {
		case '}':
			r.at++
			return
		case ',':
			r.at++
			missing = "Expected double-quoted property name"
		default:
			r.fail("Expected ',' or '}' after property value")
			return
		}
	}
}

func (r *v8Reader) array(depth int) {
	r.at++
	if r.space(); r.peek() == ']' {
		r.at++
		return
	}
	for {
		if r.value(depth + 1); r.said != "" {
			return
		}
		r.space()
		switch r.peek() {
		case ']':
			r.at++
			return
		case ',':
			r.at++
		default:
			r.fail("Expected ',' or ']' after array element")
			return
		}
	}
}

func (r *v8Reader) string() {
	for r.at++; ; r.at++ {
		switch c := r.peek(); {
		case c < 0:
			r.fail("Unterminated string")
			return
		case c == '"':
			r.at++
			return
		case c < ' ':
			r.fail("Bad control character in string literal")
			return
		case c != '\\':
			continue
		}
		r.at++
		switch r.peek() {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			for range 4 {
				r.at++
				if c := r.peek(); !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
					r.fail("Bad Unicode escape")
					return
				}
			}
		case -1:
			r.unexpected()
			return
		default:
			r.fail("Bad escaped character")
			return
		}
	}
}

func (r *v8Reader) digit() bool { c := r.peek(); return c >= '0' && c <= '9' }

func (r *v8Reader) digits() {
	for r.digit() {
		r.at++
	}
}

func (r *v8Reader) number() {
	if r.peek() == '-' {
		if r.at++; !r.digit() {
			r.fail("No number after minus sign")
			return
		}
	}
	if r.peek() == '0' {
		if r.at++; r.digit() {
			r.fail("Unexpected number")
			return
		}
	}
	r.digits()
	if r.peek() == '.' {
		if r.at++; !r.digit() {
			r.fail("Unterminated fractional number")
			return
		}
		r.digits()
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if !r.digit() {
			r.fail("Exponent part is missing a number")
			return
		}
		r.digits()
	}
}
