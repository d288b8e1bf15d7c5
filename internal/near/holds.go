package near

import (
	"slices"
	"strings"
	"unicode"
)

// Holds reports whether a text has in it every word of what was typed, in any
// order: capitals and the signs between words do not matter, letters may be a
// part of a longer word, and a number is one by itself. Nothing is in no text.
func Holds(typed, text string) bool {
	words, all := split(typed), split(text)
	for _, w := range words {
		in := func(other string) bool { return strings.Contains(other, w) }
		if w[0] >= '0' && w[0] <= '9' {
			in = func(other string) bool { return other == w }
		}
		if !slices.ContainsFunc(all, in) {
			return false
		}
	}
	return len(words) > 0
}

// split returns the words and the numbers of a text.
func split(text string) (all []string) {
	digits, inside := false, false
	for _, r := range strings.ToLower(text) {
		switch is := r >= '0' && r <= '9'; {
		case !is && !unicode.IsLetter(r):
			inside = false
			continue
		case !inside || is != digits:
			all = append(all, "")
			inside, digits = true, is
		}
		all[len(all)-1] += string(r)
	}
	return all
}
