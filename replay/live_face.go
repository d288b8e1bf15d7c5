package replay

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
)

// safeLive refuses requests that a foreign web page may have made a browser
// send, which the live server cannot tell: it sees its own name as the Host
// (2025-11-25 basic/transports, "Security Warning"). CORS is the server's own
// business, unless the scenario has a policy about it. It reports whether the
// request may go on.
func (p *Player) safeLive(w http.ResponseWriter, r *http.Request) bool {
	if why := p.stranger(r); why != "" {
		p.writeError(w, r, http.StatusForbidden, mcp.InvalidRequest, "Forbidden: "+why)
		return false
	}
	if p.cors != nil && r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" {
		p.share(w.Header(), r.Header["Origin"])
		p.preflight(w, r)
		return false
	}
	return true
}

// stranger returns why a request must not be passed on, or "".
func (p *Player) stranger(r *http.Request) string {
	if r.Host != "" && !p.isOwn(r.Host, r) {
		return "foreign Host " + gate.Quote(r.Host) + ": start mcpmock with --allow-host if it is yours"
	}
	origins := r.Header["Origin"]
	if origins == nil && strings.EqualFold(r.Header.Get("Sec-Fetch-Site"), "cross-site") {
		// An image or a link of a page has no Origin; a browser says where it stands.
		return "a page of another site asks for it: start mcpmock with --allow-origin, and have the page use fetch, if it is yours"
	}
	for _, origin := range origins {
		if p.admits(origin) {
			continue
		}
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.User != nil || !p.isOwn(u.Host, r) {
			return "foreign Origin " + gate.Quote(origin) + ": start mcpmock with --allow-origin if it is yours"
		}
	}
	return ""
}

// isOwn reports whether a host, with or without a port, is this machine's, the
// address that the connection came to, or one that was allowed.
func (p *Player) isOwn(host string, r *http.Request) bool {
	name := strings.TrimSuffix(hostname(host), ".")
	if loopback(name) || slices.Contains(p.allowHosts, name) || slices.Contains(p.allowHosts, strings.ToLower(host)) {
		return true
	}
	ip, err := netip.ParseAddr(name)
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if err != nil || !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == ip.Unmap()
}

// A face is the last to see the head of an answer of the live server: it has
// there what mcpmock itself says to the client.
type face struct {
	http.ResponseWriter
	q      *visit
	cookie []string // of the replica
	shown  bool
}

// facing returns w, with a face where the client is to see one.
func (q *visit) facing(w http.ResponseWriter) http.ResponseWriter {
	cookie := w.Header()["Set-Cookie"]
	aliased := q.session != nil && !q.old && q.ID != q.session.id
	if cookie == nil && !aliased && (q.p.cors == nil || len(q.HTTP.Header["Origin"]) == 0) {
		return w
	}
	delete(w.Header(), "Set-Cookie")
	return &face{ResponseWriter: w, q: q, cookie: cookie}
}

func (f *face) WriteHeader(status int) {
	if status >= 200 && !f.shown {
		f.shown = true
		f.show()
	}
	f.ResponseWriter.WriteHeader(status)
}

func (f *face) show() {
	h, q := f.Header(), f.q
	if f.cookie != nil {
		h["Set-Cookie"] = append(slices.Clone(h["Set-Cookie"]), f.cookie...)
	}
	if s := q.session; s != nil && !q.old && q.ID != s.id && h.Get(mcp.HeaderSessionID) == s.id {
		h[mcp.HeaderSessionID] = []string{q.ID} // by which this client knows it
	}
	if origins := q.HTTP.Header["Origin"]; q.p.cors != nil && len(origins) > 0 {
		for name := range h {
			if strings.HasPrefix(name, "Access-Control-") {
				delete(h, name)
			}
		}
		q.p.share(h, origins)
	}
}

func (f *face) Write(b []byte) (int, error) {
	if !f.shown {
		f.WriteHeader(http.StatusOK)
	}
	return f.ResponseWriter.Write(b)
}

// Unwrap returns what is written to, for its connection.
func (f *face) Unwrap() http.ResponseWriter { return f.ResponseWriter }
