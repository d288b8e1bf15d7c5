package matching

import (
	"slices"
	"sort"
	"sync"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Crossings are the requests on a tape that clients of either era send. What a
// server says by itself waits for the client message before it on the tape; a
// client of the other era sends no handshake, no subscription and no ping, so
// for it that is the latest of these.
type crossings struct {
	bits   []uint64 // two of each exchange: that it is one, and a call
	once   sync.Once
	sorted []crossing // by session, then by event
}

type crossing struct {
	session, event int32
	call           bool // of a tool, which may change what the server has
}

// add takes in exchange x.
func (c *crossings) add(x int, method string) {
	if x/32 >= len(c.bits) {
		c.bits = append(c.bits, 0)
	}
	if mcp.Crosses(method) {
		c.bits[x/32] |= 1 << (2 * (x % 32))
	}
	if method == mcp.ToolsCall {
		c.bits[x/32] |= 2 << (2 * (x % 32))
	}
}

// LatestCrossing returns the event of the last request in a session that is not
// after an event and that clients of either era send, or -1; and whether it is a
// call of a tool, which may change what the server has.
func (ix *Index) LatestCrossing(session, event int) (latest int, call bool) {
	c := &ix.crossings
	c.once.Do(func() {
		for x := range ix.Len() {
			if is := c.bits[x/32] >> (2 * (x % 32)); is&1 != 0 && ix.PlayableAt(x) {
				c.sorted = append(c.sorted, crossing{int32(ix.Session(x)), int32(ix.RequestEvent(x)), is&2 != 0})
			}
		}
		slices.SortStableFunc(c.sorted, func(a, b crossing) int { return int(a.session - b.session) })
	})
	i := sort.Search(len(c.sorted), func(i int) bool {
		at := c.sorted[i]
		return int(at.session) > session || int(at.session) == session && int(at.event) > event
	})
	if i == 0 || int(c.sorted[i-1].session) != session {
		return -1, false
	}
	return int(c.sorted[i-1].event), c.sorted[i-1].call
}
