package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkReinitialize(q *visit, _ *scenarios.Check) string {
	if q.pipe != nil && q.initialized && q.initialize() {
		return "this connection is initialized already; open another one to begin anew"
	}
	if q.known == sessionKnown && q.initialized && q.initialize() {
		return "this session is initialized already; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkNotInitialized(q *visit, c *scenarios.Check) string {
	if q.p.mode == "stateless" || q.initialized {
		return ""
	}
	if early := q.early(c); early != "" {
		return "send initialize before " + quote(early)
	}
	return ""
}

func checkNotReady(q *visit, c *scenarios.Check) string {
	if q.p.mode == "stateless" || !q.initialized || q.ready {
		return ""
	}
	if early := q.early(c); early != "" {
		return quote(early) + " came before notifications/initialized"
	}
	return ""
}

// early returns a request that should not come in the middle of a handshake.
func (q *visit) early(c *scenarios.Check) string {
	for _, m := range q.requests() {
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
func checkHandshake(q *visit, c *scenarios.Check) string {
	for _, m := range q.requests() {
		if !q.shakesWith(m) || !c.Every && !mcp.IsModern(q.protocol) {
			continue
		}
		q.own().found = &finding{header: "MCP-Protocol-Version", sent: q.protocol, decoded: q.protocol}
		return "there is no initialize any more; send each request with _meta that has " + mcp.MetaVersion +
			" and " + mcp.MetaCapabilities + ", and one of the versions " + strings.Join(q.p.spokenVersions(), ", ")
	}
	return ""
}

// shakes reports whether a message is the handshake of the legacy era: an
// initialize, whatever its header says, that names no modern version for
// itself (2026-07-28 basic/versioning, "Backward Compatibility with
// Initialization-Based Versions").
func (q *visit) shakes() bool {
	return q.initialize() && slices.ContainsFunc(q.batch.Messages, q.shakesWith)
}

// shakesWith reports whether that message is the one. What names a modern
// version is a request of a method that the modern era has not.
func (q *visit) shakesWith(m jsonrpc.Message) bool {
	return m.Method == mcp.Initialize && !mcp.IsModern(q.told(m).field(mcp.MetaVersion).Str)
}
