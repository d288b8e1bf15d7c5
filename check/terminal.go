package check

import (
	"runtime"
	"strings"
	"unicode"
)

// short cuts a text to one line of at most n bytes, for a terminal.
func short(s string, n int) string {
	s = printable(strings.Join(strings.Fields(s), " "))
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "..."
	}
	return s
}

// printable is a text without what a terminal would obey: what servers say
// was written by others.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return -1
		}
		return c
	}, s)
}

// commandLine is a command as a person would type it.
func commandLine(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = word(w)
	}
	return strings.Join(words, " ")
}

// word is an argument as a person would type it in a shell: sh, or cmd on
// Windows.
func word(s string) string {
	windows, plain := runtime.GOOS == "windows", "-_./:=@%+,"
	if windows {
		plain += `\`
	}
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(plain, r)
	}
	switch {
	case s != "" && !strings.ContainsFunc(s, odd):
		return s
	case windows:
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
