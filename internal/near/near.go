// Package near finds the word that was meant by a word that was mistyped, and
// what somebody remembers a part of.
//
//	near.Word("sesions", []string{"name", "sessions"}) // "sessions"
//	near.Holds("404 session", "session-404-no-reinit") // true
//
// What this does not do: it knows no language, only slips of the fingers.
package near

import "strings"

// Word returns the word that a slip of the fingers makes of wrong: one letter
// more for every four is changed, missing, added or swapped, or capitals,
// dashes, underscores and spaces are mixed up. It returns "" where none is
// near, and the first of several that are equally near.
func Word(wrong string, words []string) string {
	best, word := 1+len(wrong)/4, ""
	for _, w := range words {
		if d := distance(plain(wrong), plain(w)); d <= best && (word == "" || d < best) {
			best, word = d, w
		}
	}
	return word
}

// plain takes away what people mix up without noticing.
func plain(s string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(s))
}

// distance counts the letters to add, drop, change or swap between a and b.
// Words that are far longer than any name count as far away.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	var before, row, after [65]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		after[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			after[j] = min(row[j]+1, after[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				after[j] = min(after[j], before[j-2]+1)
			}
		}
		before, row = row, after
	}
	return row[len(b)]
}
