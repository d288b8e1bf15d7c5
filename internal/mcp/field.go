package mcp

import "strings"

// IsFieldName reports whether s may be the name of a header field, or a part of
// one: a token (RFC 9110, section 5.6.2).
func IsFieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		alnum := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !alnum && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}
