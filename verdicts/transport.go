package verdicts

import (
	"net/http"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// over is the transport of a carrier: http (Streamable HTTP), sse (HTTP+SSE) or
// stdio; "" where nothing has come on it, so that nobody knows.
func (c *carrier) over() string {
	switch {
	case c.old:
		return "sse"
	case c.verb != "":
		return "http"
	case c.pipe:
		return "stdio"
	}
	return ""
}

// dates finds out which of the two transports over HTTP a request is of, before
// anything has answered it. A POST of HTTP+SSE has its session in the query. The
// GET that opens such a stream shows nothing of what came before it, and goes to a
// path of its own, which was never posted to.
func (l *ledger) dates(c *carrier, h *cassettes.HTTP) {
	path := bounded([]byte(h.Path))
	_, posted := l.paths.all[path]
	shows := h.Header[mcp.HeaderSessionID] != nil || h.Header[mcp.HeaderProtocolVersion] != nil || h.Header[mcp.HeaderLastEventID] != nil
	switch {
	case c.who.pipe:
		c.old = true
	case posted, shows && h.Method != http.MethodPost:
	case h.Method == http.MethodGet, h.Method == http.MethodPost && c.shown != "" && h.Header[mcp.HeaderSessionID] == nil:
		c.old = true
	case h.Method == http.MethodPost:
		l.paths.add(path, struct{}{})
	}
}
