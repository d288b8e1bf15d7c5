package cassettes

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Header returns h with the values replaced that do not belong on a tape: all
// but those of fields known to carry no secret. Every name stays, as does the
// number of its values. It returns h itself when nothing changes, and never
// changes h.
func (r *Redactor) Header(h http.Header) http.Header {
	for _, live := range h[mcp.HeaderSessionID] {
		if live != "" {
			r.SessionLabel(live) // first: another field may repeat it
		}
	}
	out, copied := h, false
	for name, values := range h {
		own := false // out's values of this name are a copy
		for i, value := range values {
			redacted := r.field(name, value)
			if redacted == value {
				continue
			}
			if !copied {
				out, copied = make(http.Header, len(h)), true
				for k, v := range h {
					out[k] = v
				}
			}
			if !own {
				out[name], own = slices.Clone(values), true
			}
			out[name][i] = redacted
		}
	}
	return out
}

// field returns what a header field's value is on the tape.
func (r *Redactor) field(name, value string) string {
	switch {
	case value == "":
		return value
	case name == mcp.HeaderSessionID:
		return r.SessionLabel(value)
	case name == "Location" || name == "Content-Location":
		return r.URL(value)
	case mirrors(name):
		return r.mirror(name, value)
	}
	if label, ok := r.sessionIn(value); ok {
		return label
	}
	if n, ok := numbered(value, placeholder); ok {
		r.seen(n)
		return value
	}
	if !r.active() {
		return r.withinText(value)
	}
	if !isOpen(name) {
		if isCredential(name) {
			r.HideHeader(name, value)
		}
		return r.replacement([]byte(value))
	}
	return r.withinText(r.spans(value))
}

// withinText is within for a text that is not JSON.
func (r *Redactor) withinText(s string) string {
	return jsonrpc.String(r.within(jsonrpc.Bytes(s), false))
}

// isOpen reports whether the values of a header field are known to carry no
// secret, beyond what its shape tells.
func isOpen(name string) bool {
	switch name {
	case "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Accept-Post", "Accept-Ranges",
		"Age", "Allow", "Alt-Svc", "Cache-Control", "Connection", "Content-Disposition", "Content-Encoding",
		"Content-Language", "Content-Length", "Content-Location", "Content-Range", "Content-Security-Policy",
		"Content-Type", "Cross-Origin-Embedder-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
		"Date", "Etag", "Expect", "Expires", "Forwarded", "Host", "If-Modified-Since", "If-None-Match",
		"Keep-Alive", "Last-Event-Id", "Last-Modified", "Link", "Location", "Origin", "Permissions-Policy", "Pragma",
		"Priority", "Range", "Referrer-Policy", "Retry-After", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site",
		"Server", "Server-Timing", "Strict-Transport-Security", "Te", "Traceparent", "Tracestate", "Trailer",
		"Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "Vary", "Via", "Www-Authenticate",
		"X-Accel-Buffering", "X-Content-Type-Options", "X-Correlation-Id", "X-Dns-Prefetch-Control",
		"X-Frame-Options", "X-Powered-By", "X-Request-Id", "X-Xss-Protection":
		return true
	}
	return strings.HasPrefix(name, "Mcp-") || strings.HasPrefix(name, "Access-Control-") ||
		strings.HasPrefix(name, "X-Ratelimit-") || strings.HasPrefix(name, "Ratelimit")
}
