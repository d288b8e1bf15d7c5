package jsonrpc

import (
	"bytes"
	"slices"
	"sync"
)

// A plain value is one as nearly all are: its strings are ASCII without
// escapes, its numbers integers, no name stands twice. Of these the canonical
// form is the same text without white space and with sorted names, which takes
// one pass.

// A sorter makes the canonical form of a plain value.
type sorter struct {
	in      []byte
	out     []byte
	members []member // of the objects that are open
	aside   []byte   // an object whose members are being sorted
}

// A member is where a member of an object stands in the output.
type member struct{ name, colon, end int }

var sorters = sync.Pool{New: func() any { return new(sorter) }}

// plain turns a plain value into its canonical form, in place, and returns
// that. Of any other it returns nil and leaves it as it is.
func plain(value []byte) []byte {
	s := sorters.Get().(*sorter)
	defer sorters.Put(s)
	s.in, s.out, s.members = value, s.out[:0], s.members[:0]
	end := s.value(s.space(0), 0)
	s.in = nil
	if end < 0 || skipSpace(value, end) != len(value) {
		return nil
	}
	return append(value[:0], s.out...)
}

// value appends the value at i and returns where it ends, or -1 where it is
// not plain. So do the others.
func (s *sorter) value(i, depth int) int {
	if i == len(s.in) || depth == MaxDepth {
		return -1
	}
	switch c := s.in[i]; {
	case c == '{':
		return s.object(i, depth)
	case c == '[':
		return s.array(i, depth)
	case c == '"':
		return s.text(i)
	case c == '-' || '0' <= c && c <= '9':
		return s.integer(i)
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.in[i:], Bytes(word)) {
			s.out = append(s.out, word...)
			return i + len(word)
		}
	}
	return -1
}

// text appends a string.
func (s *sorter) text(i int) int {
	for j := i + 1; j < len(s.in); j++ {
		switch c := s.in[j]; {
		case c == '"':
			s.out = append(s.out, s.in[i:j+1]...)
			return j + 1
		case c == '\\' || c < ' ' || c > '~':
			return -1
		}
	}
	return -1
}

// integer appends an integer with its digits. There is no plain -0.
func (s *sorter) integer(i int) int {
	j := i
	if s.in[j] == '-' {
		j++
	}
	digits := j
	for j < len(s.in) && '0' <= s.in[j] && s.in[j] <= '9' {
		j++
	}
	if j == digits || s.in[digits] == '0' && j-i > 1 || j < len(s.in) && bytes.IndexByte([]byte(".eE"), s.in[j]) >= 0 {
		return -1
	}
	s.out = append(s.out, s.in[i:j]...)
	return j
}

func (s *sorter) array(i, depth int) int {
	s.out = append(s.out, '[')
	if i = s.space(i + 1); s.at(i) == ']' {
		s.out = append(s.out, ']')
		return i + 1
	}
	for {
		if i = s.value(i, depth+1); i < 0 {
			return -1
		}
		c := s.at(s.space(i))
		i = s.space(i) + 1
		if c != ',' && c != ']' {
			return -1
		}
		s.out = append(s.out, c)
		if c == ']' {
			return i
		}
		i = s.space(i)
	}
}

func (s *sorter) object(i, depth int) int {
	start, first, sorted := len(s.out), len(s.members), true
	s.out = append(s.out, '{')
	if i = s.space(i + 1); s.at(i) == '}' {
		s.out = append(s.out, '}')
		return i + 1
	}
	for {
		m := member{name: len(s.out)}
		if s.at(i) != '"' {
			return -1
		}
		if i = s.text(i); i < 0 {
			return -1
		}
		if i = s.space(i); s.at(i) != ':' {
			return -1
		}
		m.colon = len(s.out)
		s.out = append(s.out, ':')
		if i = s.value(s.space(i+1), depth+1); i < 0 {
			return -1
		}
		m.end = len(s.out)
		sorted = sorted && (len(s.members) == first || s.compare(s.members[len(s.members)-1], m) < 0)
		s.members = append(s.members, m)
		i = s.space(i)
		c := s.at(i)
		if c != ',' && c != '}' {
			return -1
		}
		s.out = append(s.out, c)
		i = s.space(i + 1)
		if c == '}' {
			break
		}
	}
	ok := sorted || s.sort(start, s.members[first:])
	s.members = s.members[:first]
	if !ok {
		return -1
	}
	return i
}

// sort puts the members of the object that begins at start in order. It
// reports whether each name stands once.
func (s *sorter) sort(start int, members []member) bool {
	slices.SortFunc(members, s.compare)
	s.aside = append(s.aside[:0], s.out[start:]...)
	for i, m := range members {
		if i > 0 && s.compare(members[i-1], m) == 0 {
			return false
		}
	}
	s.out = s.out[:start]
	for i, m := range members {
		s.out = append(s.out, "{,"[min(i, 1)])
		s.out = append(s.out, s.aside[m.name-start:m.end-start]...)
	}
	s.out = append(s.out, '}')
	return true
}

// compare compares two names, without their quotes.
func (s *sorter) compare(a, b member) int {
	return bytes.Compare(s.out[a.name+1:a.colon-1], s.out[b.name+1:b.colon-1])
}

// at returns the byte at i, or 0 at the end.
func (s *sorter) at(i int) byte {
	if i < len(s.in) {
		return s.in[i]
	}
	return 0
}

func (s *sorter) space(i int) int { return skipSpace(s.in, i) }

// skipSpace returns where what is no white space begins, from i on.
func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}
