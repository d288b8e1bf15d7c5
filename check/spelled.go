package check

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// spelled returns how many bytes a secret takes at the beginning of a text, 0
// where it does not stand there. A server that quotes what it was told may have
// put it into a URL, JSON, HTML or a text in quotes, and that into another one.
// One of which more than a few letters stand before the dots of a text that was
// cut is there, too.
func spelled(text, secret string) int { return spelledFrom(text, secret, 0) }

// spelledFrom is spelled for what of a secret is not found yet.
func spelledFrom(text, secret string, at int) int {
	r, size := utf8.DecodeRuneInString(secret[at:])
	next := at + size
	for next < len(secret) && rune(secret[next]) == r && (r == ' ' || r == '\\') { // of which a text may have more or fewer
		next++
	}
	for _, n := range spellings(text, r) {
		if next == len(secret) {
			return n
		}
		if more := spelledFrom(text[n:], secret, next); more > 0 {
			return n + more
		}
	}
	if at >= secretLength {
		return cut(text)
	}
	return 0
}

// cut returns the length of the dots where a text was cut, with what is left of
// a spelling that was cut with it.
func cut(text string) int {
	const dots = "..."
	at := strings.Index(text, dots)
	if at == 0 || at > 0 && at < len(`\U0010ffff`) && strings.ContainsRune(`\%&`, rune(text[0])) && !strings.Contains(text[:at], " ") {
		return at + len(dots)
	}
	return 0
}

// spellings returns how many bytes a character takes at the beginning of a text,
// for each way in which it may stand there.
func spellings(text string, r rune) []int {
	ways := entity(text, r)
	if r == ' ' {
		ways = append(ways, percent(text, '+')...)
	}
	if r < utf8.RuneSelf {
		return append(append(ways, percent(text, byte(r))...), character(text, r)...)
	}
	ways = append(ways, character(text, r)...)
	if high, low := utf16.EncodeRune(r); r > 0xffff {
		ways = append(ways, each(text, []rune{high, low}, character)...)
	}
	var octets []rune
	for _, b := range []byte(string(r)) {
		octets = append(octets, rune(b))
	}
	return append(ways, each(text, octets, func(text string, b rune) []int { // some servers take each byte of a header for a character
		return append(percent(text, byte(b)), character(text, b)...)
	})...)
}

// each is how many bytes some characters take, one after the other.
func each(text string, all []rune, spellings func(string, rune) []int) []int {
	took := 0
	for _, c := range all {
		n := spellings(text[took:], c)
		if n == nil {
			return nil
		}
		took += n[0]
	}
	return []int{took}
}

// character is spellings of one that stands for itself, behind any number of
// backslashes, or behind them by a letter or its number.
func character(text string, c rune) []int {
	rest := strings.TrimLeft(text, `\`)
	slashes := len(text) - len(rest)
	switch {
	case c == '\\' && slashes > 0:
		return []int{slashes}
	case rest == "":
		return nil
	case strings.HasPrefix(rest, string(c)):
		return []int{slashes + len(string(c))}
	case c == ' ' && rest[0] == '+':
		return []int{slashes + 1}
	case slashes == 0:
		return nil
	}
	if at := strings.IndexRune("\b\t\n\f\r", c); at >= 0 && rest[0] == "btnfr"[at] {
		return []int{slashes + 1}
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[rest[0]]
	if digits > 0 && len(rest) > digits && hex(rest[1:1+digits]) == int64(c) {
		return []int{slashes + 1 + digits}
	}
	return nil
}

// entity is spellings of a character in HTML.
func entity(text string, c rune) []int {
	if end := strings.IndexByte(text, ';'); end > 0 && end < len("&#x10ffff;") && text[0] == '&' && html.UnescapeString(text[:end+1]) == string(c) {
		return []int{end + 1}
	}
	return nil
}

// percent is spellings of a byte as URLs have it, also in one that is part of
// another one.
func percent(text string, b byte) (ways []int) {
	rest, ok := strings.CutPrefix(text, "%")
	for ok && len(rest) >= 2 {
		if hex(rest[:2]) == int64(b) {
			ways = append(ways, len(text)-len(rest)+2)
		}
		rest, ok = strings.CutPrefix(rest, "25")
	}
	return ways
}

// hex is the number that digits of base 16 are, -1 where they are none.
func hex(digits string) int64 {
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return -1
	}
	return int64(n)
}
