package replay

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// safe refuses requests that a foreign web page may have made a browser send:
// those whose Host is not this machine's, and those of a foreign Origin
// (2025-11-25 basic/transports, "Security Warning"). It reports whether the
// request may go on, and sets the CORS headers of one that may.
func (p *Player) safe(w http.ResponseWriter, r *http.Request) bool {
	if !loopback(hostname(r.Host)) && !slices.Contains(p.allowHosts, hostname(r.Host)) || !p.gate.KnowsHost(r.Host) {
		if !p.refuseOutside(w, r, scenarios.CheckHost, "foreign Host "+gate.Quote(r.Host)) {
			p.refuseForeign(w, r, "Host", r.Host, "--allow-host")
		}
		return false
	}
	origins, ok := r.Header["Origin"]
	if !ok {
		return true
	}
	if len(origins) != 1 || !p.admits(origins[0]) {
		if !p.refuseOutside(w, r, scenarios.CheckOrigin, "foreign Origin "+gate.Quote(strings.Join(origins, ", "))) {
			p.refuseForeign(w, r, "Origin", strings.Join(origins, ", "), "--allow-origin")
		}
		return false
	}
	p.share(w.Header(), origins)
	return true
}

// share sets the CORS headers for an origin that is admitted.
func (p *Player) share(h http.Header, origins []string) {
	h["Access-Control-Allow-Origin"] = origins
	h["Access-Control-Expose-Headers"] = exposed
	h["Vary"] = varyOrigin
	if p.cors != nil && p.cors.Expose != nil {
		setList(h, "Access-Control-Expose-Headers", p.cors.Expose)
	}
}

// setList sets a header to a list; an empty one says nothing.
func setList(h http.Header, name string, list []string) {
	if len(list) == 0 {
		delete(h, name)
		return
	}
	h[name] = []string{strings.Join(list, ", ")}
}

var (
	exposed    = []string{"Mcp-Session-Id, Mcp-Protocol-Version, Www-Authenticate"}
	varyOrigin = []string{"Origin"}
)

// admits reports whether an origin is this machine's or an allowed one.
func (p *Player) admits(origin string) bool {
	origin = strings.ToLower(origin)
	if p.cors != nil && (slices.Contains(p.cors.Origins, origin) || slices.Contains(p.cors.Origins, "*")) {
		return true
	}
	if slices.Contains(p.allowOrigins, origin) || slices.Contains(p.allowOrigins, "*") {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Path == "" && loopback(u.Hostname())
}

func (p *Player) refuseForeign(w http.ResponseWriter, r *http.Request, what, value, flag string) {
	p.writeError(w, r, http.StatusForbidden, mcp.InvalidRequest,
		"Forbidden: foreign "+what+" "+gate.Quote(value)+": replay with "+flag+" if it is yours")
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
func (p *Player) preflight(w http.ResponseWriter, r *http.Request) {
	q := &visit{Facts: gate.Facts{Verb: r.Method, HTTP: r}, p: p, w: w, space: p.space(""), carrier: int(p.carriers.Add(1)), began: p.clock.Now(), fate: &fate{}}
	q.asked()
	q.showPolicy()
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", strings.Join(append(requestHeaders(), paramHeadersAsked(r)...), ", "))
	h.Set("Access-Control-Max-Age", "600")
	if p.cors != nil && p.cors.Methods != nil {
		setList(h, "Access-Control-Allow-Methods", p.cors.Methods)
	}
	if p.cors != nil && p.cors.Allow != nil {
		setList(h, "Access-Control-Allow-Headers", p.cors.Allow)
	}
	w.WriteHeader(http.StatusNoContent)
	q.said(http.StatusNoContent, h, nil)
}

// requestHeaders are those that clients of either era send.
func requestHeaders() []string {
	return []string{"Content-Type", "Accept", "Authorization", mcp.HeaderLastEventID, mcp.HeaderSessionID, mcp.HeaderProtocolVersion, mcp.HeaderMethod, mcp.HeaderName}
}

// How many headers of arguments a preflight may ask for, and how many bytes the
// name of one may have.
const maxParamHeaders, maxParamHeader = 64, 128

// paramHeadersAsked are the headers of arguments that a preflight asks for.
// Their names are the tools' own, so they cannot be listed beforehand
// (2026-07-28 basic/transports/streamable-http, "Custom Headers from Tool
// Parameters").
func paramHeadersAsked(r *http.Request) (names []string) {
	for _, line := range r.Header["Access-Control-Request-Headers"] {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.TrimSpace(name)
			if len(names) == maxParamHeaders {
				return names
			}
			if n := len(mcp.HeaderParamPrefix); n < len(name) && len(name) <= maxParamHeader && strings.EqualFold(name[:n], mcp.HeaderParamPrefix) && mcp.IsFieldName(name) {
				names = append(names, name)
			}
		}
	}
	return names
}
