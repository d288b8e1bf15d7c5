package gate

import (
	"fmt"
	"strings"
)

// Quote puts a peer's text into a message, shortened, so that no control
// character and no flood gets through.
func Quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return fmt.Sprintf("%q", s)
}

// orNone names what was sent, or that nothing was.
func orNone(sent string) string {
	if sent == "" {
		return "none"
	}
	return Quote(sent)
}

// printable drops what must not get into a header or a message.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
