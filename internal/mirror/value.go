package mirror

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// The marks of a header value in base64. Their case counts.
const (
	encodedBegins = "=?base64?"
	encodedEnds   = "?="
)

// Encode spells a text as the value of a header field that mirrors the
// body: in base64 where it could not stand there as it is (2026-07-28
// basic/transports/streamable-http, "Value Encoding").
func Encode(text string) string {
	plain := strings.Trim(text, " \t") == text && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	if plain && !(strings.HasPrefix(text, encodedBegins) && strings.HasSuffix(text, encodedEnds)) {
		return text
	}
	return encodedBegins + base64.StdEncoding.EncodeToString([]byte(text)) + encodedEnds
}

// Decode returns what such a value says. One that is marked as base64 and
// is none says itself.
func Decode(value string) string {
	inner, begins := strings.CutPrefix(value, encodedBegins)
	inner, ends := strings.CutSuffix(inner, encodedEnds)
	if !begins || !ends {
		return value
	}
	for _, coding := range [...]*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if text, err := coding.DecodeString(inner); err == nil && utf8.Valid(text) {
			return string(text)
		}
	}
	return value
}

// Read returns what a value says, as a server is to take it. It says false
// where that cannot be: signs that no such value may have, what is marked as
// base64 and is not canonical, or is not UTF-8.
func Read(value string) (text string, ok bool) {
	if !Plain(value) {
		return "", false
	}
	inner, begins := strings.CutPrefix(value, encodedBegins)
	inner, ends := strings.CutSuffix(inner, encodedEnds)
	if !begins || !ends {
		return value, true
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(inner)
	if err != nil || !utf8.Valid(decoded) {
		return "", false
	}
	return string(decoded), true
}

// Plain reports whether a value has only signs that a field may have as they
// are: visible ASCII, spaces and tabs.
func Plain(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' })
}
