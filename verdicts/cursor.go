package verdicts

import (
	"slices"
	"strings"
)

// A cursor is how far a client has been told events of one stream. What was
// sent on a connection that broke, or is still open, may not have arrived: a
// client may come back with any id from the last that it certainly has.
type cursor struct {
	on  int      // the carrier
	ids []string // of events, the latest last; the client certainly has the first, or none
	cut bool     // there were more than are kept
}

// The bounds of what a client may come back to.
const (
	maxCursors  = 64    // streams of a session
	maxEventIDs = 1_000 // events of a stream
)

// add takes in the id of an event that was sent.
func (c *cursor) add(id string) {
	if len(c.ids) >= maxEventIDs {
		c.ids, c.cut = slices.Delete(c.ids, 0, maxEventIDs/2), true
	}
	c.ids = append(c.ids, strings.Clone(id))
}

// last is the id of the latest event that was sent, or "".
func (c *cursor) last() string {
	if len(c.ids) == 0 {
		return ""
	}
	return c.ids[len(c.ids)-1]
}

// arrived says that the client has all that was sent: the stream has ended as it
// should.
func (c *cursor) arrived() {
	if n := len(c.ids); n > 1 {
		c.ids, c.cut = append([]string{}, c.ids[n-1]), false
	}
}

// cursorOf returns the cursor of a carrier, which it makes where there is none.
func (s *session) cursorOf(on int) *cursor {
	for _, c := range s.cursors {
		if c.on == on {
			return c
		}
	}
	if len(s.cursors) >= maxCursors {
		s.cursors = s.cursors[1:]
	}
	c := &cursor{on: on}
	s.cursors = append(s.cursors, c)
	return c
}

// take takes the cursor of a stream whose client may have come as far as an id,
// and reports whether there is one. The client has come that far, then: it has
// what was sent before, and maybe what was sent after that.
func (s *session) take(id string, on int) bool {
	for _, c := range s.cursors {
		if i := slices.Index(c.ids, id); i >= 0 {
			c.on, c.ids, c.cut = on, slices.Delete(c.ids, 0, i), false
			return true
		}
	}
	for _, c := range s.cursors {
		if c.cut { // it may be one of those that are not kept
			c.on = on
			return true
		}
	}
	return false
}
