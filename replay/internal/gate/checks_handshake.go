package gate

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkReinitialize(q visitor, _ *scenarios.Check) string {
	if q.Way == AsMessage && q.Initialized && q.Initialize() {
		return "this connection is initialized already; open another one to begin anew"
	}
	if q.Standing == SessionKnown && q.Initialized && q.Initialize() {
		return "this session is initialized already; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkNotInitialized(q visitor, c *scenarios.Check) string {
	if q.mock.Sessions == "stateless" || q.Initialized {
		return ""
	}
	if early := q.early(c); early != "" {
		return "send initialize before " + Quote(early)
	}
	return ""
}

func checkNotReady(q visitor, c *scenarios.Check) string {
	if q.mock.Sessions == "stateless" || !q.Initialized || q.Ready {
		return ""
	}
	if early := q.early(c); early != "" {
		return Quote(early) + " came before notifications/initialized"
	}
	return ""
}

// early returns a request that should not come in the middle of a handshake.
func (q visitor) early(c *scenarios.Check) string {
	for _, m := range q.Requests() {
		switch {
		case m.Method == mcp.Initialize:
		case (m.Method == mcp.Ping || m.Method == mcp.Discover) && !c.Every:
		case slices.Contains(c.Except, m.Method):
		default:
			return m.Method
		}
	}
	return ""
}

// checkHandshake finds the handshake of the legacy era.
func checkHandshake(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		if !q.isHandshake(m) || !c.Every && !mcp.IsModern(q.Protocol) {
			continue
		}
		q.Own().found = &finding{header: "MCP-Protocol-Version", sent: q.Protocol, decoded: q.Protocol}
		return "there is no initialize any more; send each request with _meta that has " + mcp.MetaVersion +
			" and " + mcp.MetaCapabilities + ", and one of the versions " + strings.Join(q.mock.Announced, ", ")
	}
	return ""
}
