package matching

// Cursors are how far one client has played a tape: a cursor for each group,
// which draws from the exchanges of the client's lane first. They are not safe
// for concurrent use. The zero value is at the beginning, in lane 0.
type Cursors struct {
	lane int
	at   map[Group]*cursor
}

// A cursor is how far the exchanges of one group have been played.
type cursor struct {
	own, ownEnd int32 // the next of its lane, in byLane
	rest        int32 // the next of the others, in inTape
	last        int32 // the exchange played last, or -1
	played      int32
}

// Begin starts from the beginning, in a lane.
func (c *Cursors) Begin(lane int) { c.lane, c.at = lane, nil }

// Follow goes on in a lane: where that is another one, from its beginning.
func (c *Cursors) Follow(lane int) {
	if c.lane != lane {
		c.Begin(lane)
	}
}

// Draw takes the next exchange of a group: the earliest unused of the lane,
// then of the rest of the tape; when all are used the last one again. Where
// each is to be played once, x is -1 then, and used is how often they were.
func (c *Cursors) Draw(ix *Index, g Group, once bool) (x, used int) {
	t := &ix.table
	p := t.parts[g]
	cur := c.at[g]
	if cur == nil {
		cur = &cursor{rest: p.at, last: -1}
		cur.own, cur.ownEnd = t.own(g, c.lane, ix.lanes.of)
		if c.at == nil {
			c.at = map[Group]*cursor{}
		}
		c.at[g] = cur
	}
	next := int32(-1)
	if cur.own < cur.ownEnd {
		next = t.byLane[cur.own]
		cur.own++
	} else {
		end := p.at + p.n
		for cur.rest < end && ix.lanes.of(int(t.inTape[cur.rest])) == c.lane {
			cur.rest++ // one of its own, played before
		}
		if cur.rest < end {
			next = t.inTape[cur.rest]
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
