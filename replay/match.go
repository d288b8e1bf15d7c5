package replay

import (
	"bytes"
	"sync"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A cursor is how far a conversation has played the exchanges of one key.
type cursor struct {
	own, ownEnd int32 // the next of its recorded session, in bySess
	rest        int32 // the next of the others, in inTape
	last        int32 // the exchange played last, or -1
	played      int32
}

// match finds the exchange that answers a request of the conversation. Where
// there is none, used says how often the tape has an exchange with that key,
// all of them played already.
//
// modern is the era of the exchange, whatever that of the request.
func (p *Player) match(c *conversation, m jsonrpc.Message, modern bool) (x int, used int) {
	if m.Method == mcp.Discover && !p.discovers() || modern && !p.index.tape.modern && m.Method != mcp.Discover {
		return -1, 0
	}
	g := p.group(c, m, modern || m.Method == mcp.Discover)
	if g < 0 {
		return -1, 0
	}
	once := m.Method == mcp.ToolsCall && c.bounded() && !p.repeat
	return c.draw(p.index, g, once)
}

// group returns the group of the exchanges that a request may be answered
// from, or -1.
func (p *Player) group(c *conversation, m jsonrpc.Message, modern bool) int32 {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	m.Params = p.labelled(c, m.Params)
	g := p.index.find(p.index.keys.key(scratch, m.Method, m.Params, modern))
	if g < 0 && len(p.index.places) > 0 {
		g = p.findRedacted(scratch, m, modern)
	}
	return g
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

// scratches hold the buffers in which keys are made.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// draw takes the next exchange of a group: the earliest unused of the
// recorded session, then of the rest of the tape; when all are used the last
// one again, unless each is to be played once.
func (c *conversation) draw(ix *index, g int32, once bool) (x int, used int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cur := c.cursors[g]
	if cur == nil {
		cur = &cursor{rest: ix.groups[g].at, last: -1}
		cur.own, cur.ownEnd = ix.own(g, c.lane)
		if c.cursors == nil {
			c.cursors = map[int32]*cursor{}
		}
		c.cursors[g] = cur
	}
	next := int32(-1)
	if cur.own < cur.ownEnd {
		next = ix.bySess[cur.own]
		cur.own++
	} else {
		end := ix.groups[g].at + ix.groups[g].n
		for cur.rest < end && ix.lanes.of(int(ix.inTape[cur.rest])) == c.lane {
			cur.rest++ // one of its own, played before
		}
		if cur.rest < end {
			next = ix.inTape[cur.rest]
			cur.rest++
		}
	}
	if next >= 0 {
		cur.last = next
		cur.played++
		return int(next), 0
	}
	if once {
		return -1, int(cur.played)
	}
	return int(cur.last), 0
}

// A binder binds new conversations of a space to recorded sessions.
type binder struct {
	index *index
	mu    sync.Mutex
	bound map[int32]bool
	next  int            // the first of begun that may be unbound
	named map[string]int // likewise for each client name
}

// bind picks the recorded session for a client: the earliest not yet bound
// whose initialize names the same client, else the earliest not yet bound,
// else from the start again.
func (b *binder) bind(client string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.index.begun) == 0 {
		return 0
	}
	if len(b.bound) == len(b.index.begun) {
		b.bound, b.named, b.next = nil, nil, 0
	}
	if b.bound == nil {
		b.bound, b.named = map[int32]bool{}, map[string]int{}
	}
	same := b.index.clients[client]
	for ; b.named[client] < len(same); b.named[client]++ {
		if s := same[b.named[client]]; !b.bound[s] {
			b.bound[s] = true
			return int(s)
		}
	}
	for b.bound[b.index.begun[b.next]] {
		b.next++
	}
	s := b.index.begun[b.next]
	b.bound[s] = true
	return int(s)
}
