package gate

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

func checkVersionUnknown(q visitor, c *scenarios.Check) string {
	if q.Initialize() || q.Has(mcp.Discover) {
		return ""
	}
	return checkVersionAny(q, c)
}

func checkVersionAny(q visitor, c *scenarios.Check) string {
	if q.Modern {
		v := q.Protocol
		if len(c.Header) == 0 {
			v = q.versionNamed()
		}
		if v != "" && !slices.Contains(q.versions(), v) && !(c.Legacy && v >= mcp.V20260728) {
			return "version " + Quote(v) + " is none of " + strings.Join(q.mock.Announced, ", ")
		}
		return ""
	}
	switch {
	case q.Protocol == "" && !(c.Every && len(q.header()[mcp.HeaderProtocolVersion]) > 0),
		c.Legacy && q.Protocol >= mcp.V20260728,
		slices.Contains(q.versions(), q.Protocol):
		return ""
	}
	return "MCP-Protocol-Version " + Quote(q.Protocol) + " is none of " + strings.Join(q.versions(), ", ")
}

// checkVersionModern compares as servers do that ask whether a version is at
// least the one they know: as texts.
func checkVersionModern(q visitor, c *scenarios.Check) string {
	if q.Protocol < mcp.V20260728 || len(q.Requests()) == 0 && !slices.Contains(c.Kind, "notification") {
		return ""
	}
	return "MCP-Protocol-Version " + Quote(q.Protocol) + " has no sessions; this server has; send initialize with one of " + strings.Join(q.mock.Handshakes, ", ")
}

func checkVersionDiffers(q visitor, _ *scenarios.Check) string {
	if q.Protocol == "" || q.Version == "" || q.Protocol == q.Version || q.Initialize() {
		return ""
	}
	return "MCP-Protocol-Version " + q.Protocol + " is not the negotiated " + q.Version
}

// versions lists those that the dialect speaks in the era of the request.
func (q visitor) versions() []string {
	if q.Modern {
		return q.modern.Versions
	}
	return q.mock.Handshakes
}

// versionNamed returns the version that a modern request names: in the header,
// else in _meta; of a handshake, in its params.
func (f *Facts) versionNamed() string {
	if f.Protocol != "" && !f.Initialize() {
		return f.Protocol
	}
	for _, m := range f.Requests() {
		if v := f.Told(m).Field(mcp.MetaVersion); v.Type == gjson.String {
			return v.Str
		}
		if m.Method == mcp.Initialize {
			return gjson.Get(jsonrpc.String(m.Params), "protocolVersion").Str
		}
	}
	return f.Protocol
}
