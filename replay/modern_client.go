package replay

import (
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// maxClients keeps clients that give themselves ever new names from eating
// memory: those beyond share a conversation.
const maxClients = 1000

// client returns the conversation of a modern client: all requests of a space
// that give the same clientInfo and capabilities.
func (s *space) client(p *Player, t *gate.Told, params []byte) *conversation {
	who := whoIs(t, p.keys)
	s.clientsMu.RLock()
	c := s.clients[who]
	s.clientsMu.RUnlock()
	if c != nil {
		return c
	}
	s.clientsMu.Lock()
	defer s.clientsMu.Unlock()
	if c = s.clients[who]; c != nil {
		return c
	}
	if len(s.clients) >= maxClients {
		who = matching.Key{}
		if c = s.clients[who]; c != nil {
			return c
		}
	}
	c = newConversation("", s, p.clock.Now())
	c.modern, c.version = true, mcp.V20260728
	p.bindClient(c, params)
	if s.clients == nil {
		s.clients = map[matching.Key]*conversation{}
	}
	s.clients[who] = c
	return c
}

// client returns the conversation of the modern client at the other end of a
// pipe. There is but one, though it may come to say otherwise who it is.
func (pp *pipe) client(t *gate.Told, params []byte) *conversation {
	who := whoIs(t, pp.p.keys)
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if pp.modern == nil {
		pp.modern = newConversation("", pp.space, pp.p.clock.Now())
		pp.modern.modern, pp.modern.version, pp.modern.pipe = true, mcp.V20260728, pp
	} else if pp.modernWho == who || params == nil {
		return pp.modern
	}
	pp.modernWho = who
	pp.p.bindClient(pp.modern, params)
	return pp.modern
}

// bindClient binds a modern client's conversation to what the tape has of it,
// or to a recorded session where it has no modern clients.
func (p *Player) bindClient(c *conversation, params []byte) {
	lane, session := p.index.LaneOf(params)
	if lane < 0 {
		session = c.space.binder.Bind(matching.ClientName(params))
		lane = session
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.initialized, c.ready = true, true
	c.recorded = session
	c.cursors.Follow(lane) // another client has exchanges of its own
}

// whoIs returns the key of who a client is, as it spells that.
func whoIs(t *gate.Told, keys *matching.Keys) matching.Key {
	return keys.Spelled(t.Field(mcp.MetaClientInfo).Raw, t.Field(mcp.MetaCapabilities).Raw)
}
