package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// firstModern is the revision that has neither sessions nor initialize.
const firstModern = "2026-07-28"

func checkVersionUnknown(q *visit, c *scenarios.Check) string {
	if q.initialize() || q.has(mcp.Discover) {
		return ""
	}
	return checkVersionAny(q, c)
}

func checkVersionAny(q *visit, c *scenarios.Check) string {
	if q.modern {
		v := q.protocol
		if len(c.Header) == 0 {
			v = q.names()
		}
		if v != "" && !slices.Contains(q.spoken(), v) && !(c.Legacy && v >= firstModern) {
			return "version " + quote(v) + " is none of " + strings.Join(q.p.spokenVersions(), ", ")
		}
		return ""
	}
	switch {
	case q.protocol == "" && !(c.Every && len(q.r.Header[mcp.HeaderProtocolVersion]) > 0),
		c.Legacy && q.protocol >= firstModern,
		slices.Contains(q.spoken(), q.protocol):
		return ""
	}
	return "MCP-Protocol-Version " + quote(q.protocol) + " is none of " + strings.Join(q.spoken(), ", ")
}

// checkVersionModern compares as servers do that ask whether a version is at
// least the one they know: as texts.
func checkVersionModern(q *visit, c *scenarios.Check) string {
	if q.protocol < firstModern || len(q.requests()) == 0 && !slices.Contains(c.Kind, "notification") {
		return ""
	}
	return "MCP-Protocol-Version " + quote(q.protocol) + " has no sessions; this server has; send initialize with one of " + strings.Join(q.p.supported(), ", ")
}

func checkVersionDiffers(q *visit, _ *scenarios.Check) string {
	if q.protocol == "" || q.version == "" || q.protocol == q.version || q.initialize() {
		return ""
	}
	return "MCP-Protocol-Version " + q.protocol + " is not the negotiated " + q.version
}

// spoken lists the versions that the dialect speaks in the era of the request.
func (q *visit) spoken() []string {
	if q.modern {
		return q.p.gate.modern.Versions
	}
	return q.p.supported()
}

// names returns the version that a modern request names: in the header, else in
// _meta; of a handshake, in its params.
func (q *visit) names() string {
	if q.protocol != "" && !q.initialize() {
		return q.protocol
	}
	for _, m := range q.requests() {
		if v := q.told(m).field(mcp.MetaVersion); v.Type == gjson.String {
			return v.Str
		}
		if m.Method == mcp.Initialize {
			return stringOf(m.Params, "protocolVersion")
		}
	}
	return q.protocol
}
