package replay

import (
	"bytes"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// match finds the exchange that answers a request of the conversation. Where
// there is none, used says how often the tape has an exchange with that key,
// all of them played already.
//
// modern is the era of the exchange, whatever that of the request.
func (p *Player) match(c *conversation, m jsonrpc.Message, modern bool) (x int, used int) {
	if m.Method == mcp.Discover && !p.discovers() || modern && !p.taped.modern && m.Method != mcp.Discover {
		return -1, 0
	}
	g := p.group(c, m, modern || m.Method == mcp.Discover)
	if g == matching.None {
		return -1, 0
	}
	once := m.Method == mcp.ToolsCall && c.bounded() && !p.repeat
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cursors.Draw(p.index, g, once)
}

// group returns the group of the exchanges that a request may be answered
// from, or matching.None.
func (p *Player) group(c *conversation, m jsonrpc.Message, modern bool) matching.Group {
	return p.index.Find(m.Method, p.labelled(c, m.Params), modern)
}

// labelled puts the session's label on the tape in place of its live id, as a
// recorder does, where a client names it in params.
func (p *Player) labelled(c *conversation, params []byte) []byte {
	c.mu.Lock()
	live, label := c.id+c.called, p.index.Sessions[c.recorded].Label
	c.mu.Unlock()
	if live == "" || label == "" || !bytes.Contains(params, jsonrpc.Bytes(live)) {
		return params
	}
	params = bytes.ReplaceAll(params, []byte(`"`+live+`"`), []byte(`"`+label+`"`))
	return bytes.ReplaceAll(params, []byte(live), []byte("{{"+label+"}}"))
}
