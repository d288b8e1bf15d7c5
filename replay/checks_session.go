package replay

import (
	"fmt"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkNoSessionYet(q *visit, _ *scenarios.Check) string {
	if q.p.mode != "required" || q.initialize() || q.space.opened.Load() {
		return ""
	}
	return "send initialize first"
}

func checkSessionMissing(q *visit, c *scenarios.Check) string {
	if q.p.mode != "required" || q.id != "" || q.initialize() && (!c.Every || len(q.requests()) > 0) {
		return ""
	}
	if q.has(mcp.Discover) && q.p.discovers() {
		return ""
	}
	if name := wrongName(q.r.Header); name != "" {
		return "you sent " + name + "; the header is Mcp-Session-Id"
	}
	if !q.space.opened.Load() {
		return "send initialize first, then the Mcp-Session-Id of its response on every request"
	}
	return "send the Mcp-Session-Id of the initialize response on every request"
}

// wrongName returns a header that looks like a misnamed Mcp-Session-Id.
func wrongName(h http.Header) string {
	for name := range h {
		switch name {
		case "X-Session-Id":
			return "X-Session-ID"
		case "Session-Id", "Sessionid", "X-Mcp-Session-Id", "Mcp-Session", "Mcp-Sessionid", "X-Mcp-Session", "X-Session":
			return name
		}
	}
	return ""
}

func checkSessionUnknown(q *visit, c *scenarios.Check) string {
	if q.known == sessionUnknown || c.Every && q.id == "" && len(q.r.Header[mcp.HeaderSessionID]) > 0 && q.p.mode != "stateless" {
		return "this id was never issued; send initialize without Mcp-Session-Id to open a session"
	}
	return ""
}

func checkSessionEnded(q *visit, _ *scenarios.Check) string {
	if q.known == sessionEnded {
		return q.why + "; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkSessionOnInit(q *visit, _ *scenarios.Check) string {
	if q.known == sessionKnown && q.initialize() {
		return "initialize opens a session; send it without Mcp-Session-Id"
	}
	return ""
}

func checkTooManySessions(q *visit, _ *scenarios.Check) string {
	if q.p.mode != "stateless" && q.initialize() && q.p.sessions.full() {
		return fmt.Sprintf("%d sessions are open; end some with DELETE", q.p.maxSessions)
	}
	return ""
}
