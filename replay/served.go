package replay

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// knows reports whether requests of a method can be served in an era. In the
// legacy one a server may have more than the revisions, and there it is such
// requests that are asked for. In the modern one it is those that the revision
// has, and those that a server which has more answered. The tasks of the
// extension are among these. What a revision with a handshake has besides, the
// era has no longer.
func (p *Player) knows(method string, modern bool) bool {
	switch {
	case !modern:
		return p.index.Has(method) || p.stubs.Knows(method)
	case strings.HasPrefix(method, "tasks/"):
		return mcp.IsModernRequest(method) && (p.index.PlaysModern(method) || p.stubs.Knows(method))
	case mcp.IsModernRequest(method):
		return true
	}
	return !mcp.IsRequest(method) && (p.index.Plays(method) || p.stubs.Knows(method))
}
