package recorder

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// foreign returns why a request must not be served: its Host, or the page that
// makes it, is not this machine's. The upstream cannot check that itself, for it sees its own
// name as the Host (2025-11-25 basic/transports, "Security Warning").
func (r *Recorder) foreign(req *http.Request) string {
	if r.anyone {
		return ""
	}
	if req.Host != "" && !r.isOwn(req.Host, req) {
		return "host " + req.Host + " is not this machine's: mcpmock serves localhost and the address it listens on"
	}
	// An image or a link of a page has no Origin; a browser says where it stands.
	if req.Header["Origin"] == nil && strings.EqualFold(req.Header.Get("Sec-Fetch-Site"), "cross-site") {
		return "a page of another site asks for it: mcpmock serves pages of localhost"
	}
	for _, origin := range req.Header["Origin"] {
		if slices.Contains(r.origins, origin) {
			continue
		}
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.User != nil || !r.isOwn(u.Host, req) {
			return "origin " + origin + " is not this machine's: mcpmock serves pages of localhost"
		}
	}
	return ""
}

// isOwn reports whether a host, with or without a port, is a loopback name,
// an address of the connection itself, or one that was allowed.
func (r *Recorder) isOwn(hostport string, req *http.Request) bool {
	host := hostport
	if h, port, err := net.SplitHostPort(hostport); err == nil {
		if strings.Trim(port, "0123456789") != "" {
			return false
		}
		host = h
	} else if inner, ok := strings.CutPrefix(host, "["); ok {
		if host, ok = strings.CutSuffix(inner, "]"); !ok {
			return false
		}
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || slices.Contains(r.hosts, host) || slices.Contains(r.hosts, hostport) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	if ip.IsLoopback() {
		return true
	}
	local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == ip.Unmap()
}

// ownURL returns a URL of the upstream's origin as one of the proxy's; any
// other as it is.
func (p *proxy) ownURL(text string, req *http.Request) string {
	u, err := url.Parse(text)
	if err != nil || !strings.EqualFold(u.Scheme, p.scheme) || !strings.EqualFold(withPort(u), withPort(&url.URL{Scheme: p.scheme, Host: p.host})) {
		return text
	}
	scheme := "http"
	if req.TLS != nil {
		scheme = "https"
	}
	_, rest, _ := strings.Cut(text, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[i:]
	} else {
		rest = ""
	}
	return scheme + "://" + req.Host + rest
}

// withPort returns the host of a URL with the port that its scheme implies.
func withPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if strings.EqualFold(u.Scheme, "https") {
		return u.Host + ":443"
	}
	return u.Host + ":80"
}

// endpoint makes the URL of an endpoint event, with which an HTTP+SSE stream
// begins, one of the proxy's.
func (p *proxy) endpoint(req *http.Request) rewriter {
	return func(frame []byte) ([]byte, bool) {
		f := sse.Parse(frame)
		if !f.HasData {
			return frame, false
		}
		if f.Event != "endpoint" {
			return frame, true
		}
		was := string(f.Data)
		if is := p.ownURL(was, req); is != was {
			return []byte(strings.Replace(string(frame), was, is, 1)), true
		}
		return frame, true
	}
}
