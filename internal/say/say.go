// Package say puts things into words for people: at a terminal, in a report.
//
//	say.Count(2, "request")       // 2 requests
//	say.Times(2)                  // twice
//	say.Short(message, 80)        // one line, of 80 bytes at most, that moves no terminal
//	say.Command([]string{"my server"}) // 'my server', as it is typed
//
// What this does not do: it is not for what goes over the wire, where every
// byte of a text counts.
package say

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// Count is a number with its noun.
func Count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Times is how often something happened: once, twice, 3 times.
func Times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// Short cuts a text to one line of at most n bytes, and dots where something
// is missing. It is [Printable].
func Short(s string, n int) string {
	s = Printable(strings.Join(strings.Fields(s), " "))
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "..."
	}
	return s
}

// Printable is a text without what a terminal would obey, line breaks
// included, and without what turns the direction of writing: what clients,
// servers and tapes say was written by others.
func Printable(s string) string { return strings.Map(printable, s) }

// Lines is [Printable] for a text of several lines.
func Lines(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' {
			return c
		}
		return printable(c)
	}, s)
}

func printable(c rune) rune {
	if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
		return -1
	}
	return c
}

// Place names a server: without a user and a query, in which secrets may be.
func Place(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
