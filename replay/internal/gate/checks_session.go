package gate

import (
	"fmt"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkNoSessionYet(q visitor, _ *scenarios.Check) string {
	if q.mock.Sessions != "required" || q.Initialize() || q.Opened {
		return ""
	}
	return "send initialize first"
}

func checkSessionMissing(q visitor, c *scenarios.Check) string {
	if q.mock.Sessions != "required" || q.ID != "" || q.Initialize() && (!c.Every || len(q.Requests()) > 0) {
		return ""
	}
	if q.Has(mcp.Discover) && q.mock.Discovers {
		return ""
	}
	if name := wrongName(q.header()); name != "" {
		return "you sent " + name + "; the header is Mcp-Session-Id"
	}
	if !q.Opened {
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

func checkSessionUnknown(q visitor, c *scenarios.Check) string {
	if q.Standing == SessionUnknown || c.Every && q.ID == "" && len(q.header()[mcp.HeaderSessionID]) > 0 && q.mock.Sessions != "stateless" {
		return "this id was never issued; send initialize without Mcp-Session-Id to open a session"
	}
	return ""
}

func checkSessionEnded(q visitor, _ *scenarios.Check) string {
	if q.Standing == SessionEnded {
		return q.Why + "; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkSessionOnInit(q visitor, _ *scenarios.Check) string {
	if q.Standing == SessionKnown && q.Initialize() {
		return "initialize opens a session; send it without Mcp-Session-Id"
	}
	return ""
}

func checkTooManySessions(q visitor, _ *scenarios.Check) string {
	if q.mock.Sessions != "stateless" && q.Initialize() && q.Full {
		return fmt.Sprintf("%d sessions are open; end some with DELETE", q.mock.MaxSessions)
	}
	return ""
}
