package replay

import (
	"slices"
	"sort"
	"sync"
)

// Crossings are the requests on a tape that clients of either era send. What a
// server says by itself waits for the client message before it on the tape; a
// client of the other era sends no handshake, no subscription and no ping, so
// for it that is the latest of these.
type crossings struct {
	bits   []uint64 // of each exchange
	once   sync.Once
	sorted []crossing // by session, then by event
}

type crossing struct{ session, event int32 }

// add takes in exchange x.
func (c *crossings) add(x int, crosses bool) {
	if x/64 >= len(c.bits) {
		c.bits = append(c.bits, 0)
	}
	if crosses {
		c.bits[x/64] |= 1 << (x % 64)
	}
}

// latest returns the last of these in a session that is not after an event, or
// -1.
func (ix *index) latestCrossing(session, event int) int {
	c := &ix.crossings
	c.once.Do(func() {
		for x := range ix.Len() {
			if c.bits[x/64]&(1<<(x%64)) != 0 && ix.playableAt(x) {
				c.sorted = append(c.sorted, crossing{int32(ix.Session(x)), int32(ix.RequestEvent(x))})
			}
		}
		slices.SortStableFunc(c.sorted, func(a, b crossing) int { return int(a.session - b.session) })
	})
	i := sort.Search(len(c.sorted), func(i int) bool {
		at := c.sorted[i]
		return int(at.session) > session || int(at.session) == session && int(at.event) > event
	})
	if i == 0 || int(c.sorted[i-1].session) != session {
		return -1
	}
	return int(c.sorted[i-1].event)
}
