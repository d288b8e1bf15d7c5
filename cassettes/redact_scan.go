package cassettes

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// stringEnd returns the index after the string that opens at i.
func stringEnd(s []byte, i int) (end int, ok bool) {
	for j := i + 1; ; {
		n := bytes.IndexByte(s[j:], '"')
		if n < 0 {
			return len(s), false
		}
		j += n
		k := j
		for s[k-1] == '\\' {
			k--
		}
		if (j-k)%2 == 0 {
			return j + 1, true
		}
		j++
	}
}

// scalarEnd returns the index after the number or word at i.
func scalarEnd(s []byte, i int) (end int, ok bool) {
	end = i
	for end < len(s) {
		switch s[end] {
		case ',', '}', ']', ' ', '\n', '\r', '\t', '"', '{', '[', ':':
			return end, end > i
		}
		end++
	}
	return end, end > i
}

// skip returns the index after the value at i, whatever it is.
func skip(s []byte, i int) (end int, ok bool) {
	if i >= len(s) {
		return i, false
	}
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
	default:
		return scalarEnd(s, i)
	}
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			if i, ok = stringEnd(s, i); !ok {
				return i, false
			}
			i--
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return i, false
}

// unescape appends the text that a JSON string's inside spells.
func unescape(dst, raw []byte) []byte {
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:n]...)
		raw = raw[n:]
		c, size := escape(raw)
		dst = utf8.AppendRune(dst, c)
		raw = raw[size:]
	}
	return dst
}

// escape reads the escape at the beginning of raw.
func escape(raw []byte) (c rune, size int) {
	if len(raw) < 2 {
		return utf8.RuneError, len(raw)
	}
	switch raw[1] {
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'u':
		c, ok := hex4(raw)
		if !ok {
			return utf8.RuneError, min(6, len(raw))
		}
		if utf16.IsSurrogate(c) {
			if low, ok := hex4(raw[6:]); ok {
				if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
					return pair, 12
				}
			}
			return utf8.RuneError, 6
		}
		return c, 6
	}
	return rune(raw[1]), 2
}

func hex4(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(n), err == nil
}

// rawIndex returns the index in raw at which n bytes of plain text, counted
// from index at on, have been spelled.
func rawIndex(raw []byte, at, n int) int {
	for n > 0 && at < len(raw) {
		if raw[at] != '\\' {
			run := bytes.IndexByte(raw[at:], '\\')
			if run < 0 {
				run = len(raw) - at
			}
			run = min(run, n)
			at, n = at+run, n-run
			continue
		}
		c, size := escape(raw[at:])
		at += size
		n -= utf8.RuneLen(c)
	}
	return at
}
