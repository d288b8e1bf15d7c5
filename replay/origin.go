package replay

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// safe refuses requests that a foreign web page may have made a browser send:
// those whose Host is not this machine's, and those of a foreign Origin
// (2025-11-25 basic/transports, "Security Warning"). It reports whether the
// request may go on, and sets the CORS headers of one that may.
func (p *Player) safe(w http.ResponseWriter, r *http.Request) bool {
	if !loopback(hostname(r.Host)) && !slices.Contains(p.allowHosts, hostname(r.Host)) {
		p.refuseForeign(w, r, "Host", r.Host, "--allow-host")
		return false
	}
	origins, ok := r.Header["Origin"]
	if !ok {
		return true
	}
	if len(origins) != 1 || !p.admits(origins[0]) {
		p.refuseForeign(w, r, "Origin", strings.Join(origins, ", "), "--allow-origin")
		return false
	}
	h := w.Header()
	h["Access-Control-Allow-Origin"] = origins
	h["Access-Control-Expose-Headers"] = exposed
	h["Vary"] = varyOrigin
	return true
}

var (
	exposed    = []string{"Mcp-Session-Id, Mcp-Protocol-Version, Www-Authenticate"}
	varyOrigin = []string{"Origin"}
)

// admits reports whether an origin is this machine's or an allowed one.
func (p *Player) admits(origin string) bool {
	origin = strings.ToLower(origin)
	if slices.Contains(p.allowOrigins, origin) || slices.Contains(p.allowOrigins, "*") {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Path == "" && loopback(u.Hostname())
}

func (p *Player) refuseForeign(w http.ResponseWriter, r *http.Request, what, value, flag string) {
	p.writeError(w, r, http.StatusForbidden, mcp.InvalidRequest,
		"Forbidden: foreign "+what+" "+quote(value)+": replay with "+flag+" if it is yours")
}

// hostname is the name in a Host header, lower-cased, without the port.
func hostname(host string) string {
	if rest, ok := strings.CutPrefix(host, "["); ok { // an IPv6 address
		host, _, _ = strings.Cut(rest, "]")
	} else if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return strings.ToLower(host)
}

// loopback reports whether name is this machine's alone.
func loopback(name string) bool {
	switch name {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// preflight answers the question that a browser asks before a request of
// another origin.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Accept, Authorization, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}
