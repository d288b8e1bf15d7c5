package cassettes

import "bytes"

// looseMember finds the value of a secret member of JSON that stands in a
// text, as tools like to answer. i is the quote that closes the name.
func (r *Redactor) looseMember(s []byte, i int) (from, to int) {
	end := i
	for end > 0 && s[end-1] == '\\' {
		end--
	}
	escapes := i - end // how deep the text is quoted
	j := skipSpace(s, i+1)
	if j == len(s) || s[j] != ':' || end == 0 {
		return 0, 0
	}
	j = skipSpace(s, j+1)
	array := j < len(s) && s[j] == '['
	number := j < len(s) && (s[j] == '-' || isDigit(s[j]))
	if !number && !array && !opens(s, j, escapes) {
		return 0, 0
	}
	name := end
	for name > 0 && end-name < 40 && inKey(s[name-1]) {
		name--
	}
	if name == 0 || s[name-1] != '"' || !(r.secrets && secretName(s[name:end]) || len(r.names) > 0 && r.names[normal(string(s[name:end]))]) {
		return 0, 0
	}
	switch {
	case array:
		return looseArray(s, j, escapes)
	case number:
		for to = j; to < len(s) && (inKey(s[to]) || s[to] == '.' || s[to] == '+'); {
			to++
		}
		return j, to
	}
	return j + escapes + 1, looseEnd(s, j+escapes+1, escapes)
}

// opens reports whether a string that is so many backslashes deep opens at i.
func opens(s []byte, i, escapes int) bool {
	return i+escapes < len(s) && s[i+escapes] == '"' && bytes.Count(s[i:i+escapes], []byte{'\\'}) == escapes
}

// looseEnd returns where the inside of a string ends that is so many
// backslashes deep and begins at from; a torn one goes to the end.
func looseEnd(s []byte, from, escapes int) int {
	for to := from; to < len(s); to++ {
		if s[to] != '"' {
			continue
		}
		n := to
		for n > from && s[n-1] == '\\' {
			n--
		}
		if to-n == escapes {
			return n
		}
	}
	return len(s)
}

// looseArray finds an array of texts and numbers in a text, as a whole. One
// that has anything else in it is left alone, and what is in that is looked at
// by its own names.
func looseArray(s []byte, i, escapes int) (from, to int) {
	some := false
	for to = skipSpace(s, i+1); to < len(s); to = skipSpace(s, to) {
		switch c := s[to]; {
		case c == ']' && some:
			return i, to + 1
		case c == ',':
			to++
		case opens(s, to, escapes):
			to = min(looseEnd(s, to+escapes+1, escapes)+escapes+1, len(s))
			some = true
		case inKey(c), c == '.', c == '+': // a number, or a null
			to++
			some = some || isDigit(c)
		default:
			return 0, 0
		}
	}
	if !some {
		return 0, 0
	}
	return i, len(s)
}
