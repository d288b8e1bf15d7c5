package recorder

import (
	"net/http"
	"net/textproto"
	"strings"
)

// isHop reports whether a header field is between two neighbours only (RFC
// 9110, section 7.6.1), and so is not passed on.
func isHop(name string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// copyEnd copies the fields that go from end to end into dst. The values are
// shared.
func copyEnd(dst, src http.Header) {
	for name, values := range src {
		if !isHop(name) {
			dst[name] = values
		}
	}
	for _, field := range src["Connection"] {
		for name := range strings.SplitSeq(field, ",") {
			if name = textproto.TrimString(name); name != "" {
				delete(dst, textproto.CanonicalMIMEHeaderKey(name))
			}
		}
	}
}

// readable returns an Accept-Encoding without the codings that the recorder
// cannot read: it leaves gzip and identity.
func readable(fields []string) []string {
	var kept []string
	dropped := false
	for _, field := range fields {
		for coding := range strings.SplitSeq(field, ",") {
			name, _, _ := strings.Cut(coding, ";")
			switch strings.ToLower(textproto.TrimString(name)) {
			case "gzip", "x-gzip", "identity":
				kept = append(kept, textproto.TrimString(coding))
			case "":
			default:
				dropped = true
			}
		}
	}
	switch {
	case !dropped:
		return fields
	case len(kept) == 0:
		return []string{"identity"}
	}
	return []string{strings.Join(kept, ", ")}
}
