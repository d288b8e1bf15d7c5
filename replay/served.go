package replay

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// knowsModern reports whether a modern request of that method can be served:
// one that the revision has, or, of a server that has more, one that it
// answered. The tasks of the extension are among these. What a revision with a
// handshake has besides, the era has no longer.
func (p *Player) knowsModern(method string) bool {
	switch {
	case strings.HasPrefix(method, "tasks/"):
		return mcp.IsModernRequest(method) && (p.index.PlaysModern(method) || p.stubs.Knows(method))
	case mcp.IsModernRequest(method):
		return true
	}
	return !mcp.IsRequest(method) && (p.index.Plays(method) || p.stubs.Knows(method))
}
