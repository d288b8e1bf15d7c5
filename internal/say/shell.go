package say

import (
	"runtime"
	"strings"
)

// Word is an argument as a person would type it in a shell: sh, or cmd on
// Windows.
func Word(s string) string { return wordOn(runtime.GOOS, s) }

// wordOn is Word for the shell of a system.
func wordOn(system, s string) string {
	plain := "-_./:=@%+,"
	if system == "windows" {
		plain += `\`
	}
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(plain, r)
	}
	switch {
	case s != "" && !strings.ContainsFunc(s, odd):
		return s
	case system == "windows":
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// File is [Word] for a path, which must not be taken for a flag.
func File(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return Word(path)
}

// Command is a program and its arguments as a person would type them.
func Command(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = Word(w)
	}
	return strings.Join(words, " ")
}
