package gate

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Opens reports whether a request is taken to be of the modern era, where a
// server has both, by what the dialect goes by. Over a pipe there is only the
// message. An initialize is of the other era unless it is told apart by the
// header of a server that looks at nothing else.
func (g *Gate) Opens(f *Facts) bool {
	by := g.modern.Opens
	if f.HTTP == nil {
		by = []string{"meta", "method"}
	} else if len(by) == 0 {
		by = []string{"version", "meta", "method"}
	}
	for _, sign := range by {
		switch {
		case sign == "any" && len(f.HTTP.Header[mcp.HeaderProtocolVersion]) > 0 && (f.Protocol == "" || g.namesOther(f)),
			sign == "version" && g.namesOther(f) && !f.handshake(),
			sign == "later" && f.Protocol >= mcp.V20260728,
			sign == "meta" && f.CarriesVersion() && !f.handshake(),
			sign == "method" && (f.Has(mcp.Discover) || f.Has(mcp.Listen)):
			return true
		}
	}
	return false
}

// namesOther reports whether the header names a version that has no handshake.
func (g *Gate) namesOther(f *Facts) bool {
	if f.Protocol == "" {
		return false
	}
	return !mcp.IsLegacy(f.Protocol) && !slices.Contains(g.dialect.Versions, f.Protocol)
}

// CarriesVersion reports whether a message names its version itself.
func (f *Facts) CarriesVersion() bool {
	return f.Post() && slices.ContainsFunc(f.Batch.Messages, func(m jsonrpc.Message) bool {
		return jsonrpc.HasMeta(m.Params) && f.Told(m).Field(mcp.MetaVersion).Exists()
	})
}

// handshake reports whether a message is the handshake of the legacy era: an
// initialize, whatever its header says, that names no modern version for
// itself (2026-07-28 basic/versioning, "Backward Compatibility with
// Initialization-Based Versions").
func (f *Facts) handshake() bool {
	return f.Initialize() && slices.ContainsFunc(f.Batch.Messages, f.isHandshake)
}

// isHandshake reports whether that message is the one. What names a modern
// version is a request of a method that the modern era has not.
func (f *Facts) isHandshake(m jsonrpc.Message) bool {
	return m.Method == mcp.Initialize && !mcp.IsModern(f.Told(m).Field(mcp.MetaVersion).Str)
}
