package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// quote puts a peer's text into a message, shortened, so that no control
// character and no flood gets through.
func quote(s string) string {
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
	return quote(sent)
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

// quoteJSON spells s as a JSON string, without escaping <, > and &.
func quoteJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can be encoded
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
