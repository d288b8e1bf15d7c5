package cassettes

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A stream that breaks off may be resumed: the client comes back with a GET
// and the id of the last event that it received, and gets the rest there
// (2025-11-25 basic/transports, "Resumability and Redelivery"). Such a GET is
// no standalone stream; what comes on it goes on with what broke off, less
// what the tape has already: a recorder may have seen events that the client
// has not.

// An origin is the stream that an event id belongs to.
type origin struct {
	exchange *open // nil for a standalone stream
}

// note remembers the id of a frame, for as long as its carrier is open.
func (c *carrier) note(id string) {
	c.frames = append(append(c.frames, id...), 0)
}

// noted reports whether the carrier has had a frame with that id.
func (c *carrier) noted(id string) bool {
	for frame := range strings.SplitSeq(string(c.frames), "\x00") {
		if frame == id && frame != "" {
			return true
		}
	}
	return false
}

// keep remembers a carrier's ids beyond its end: it may be resumed.
func (b *indexer) keep(c *carrier, o *origin) {
	for id := range strings.SplitSeq(string(c.frames), "\x00") {
		if id != "" {
			b.ids[name(c.session, []byte(id))] = o
		}
	}
}

// resume finds out which stream a GET goes on with.
func (b *indexer) resume(c *carrier, h *HTTP) {
	last := h.Header.Get(mcp.HeaderLastEventID)
	if last == "" {
		return
	}
	if c.resumes = b.ids[name(c.session, []byte(last))]; c.resumes != nil {
		return
	}
	for _, other := range b.open { // the client noticed the end before the recorder did
		if other == c || other.session != c.session || !other.noted(last) {
			continue
		}
		o := other.origin
		if o == nil {
			o = new(origin)
			for i := 0; i < len(other.ids) && o.exchange == nil; i++ {
				o.exchange = b.leave(other, i)
			}
		}
		b.keep(other, o)
		c.resumes = o
		return
	}
}

// goOn makes a carrier go on with a stream: the server has agreed to.
func (b *indexer) goOn(c *carrier) {
	c.origin = c.resumes
	if o := c.origin.exchange; o != nil {
		c.listen = false
		b.follow(o.chain, c.opened)
	}
}

// maxWhole is of how many streams that ended whole the ids are kept: a client
// that lost the end of one comes back at once.
const maxWhole = 256

// keepWhole keeps the ids of a stream that ended whole for a while.
func (b *indexer) keepWhole(c *carrier) {
	x := c.exchanges[0]
	b.keep(c, &origin{&open{x: x, chain: &chain{c.own.last}}})
	var ids []string
	for id := range strings.SplitSeq(string(c.frames), "\x00") {
		if id != "" {
			ids = append(ids, name(c.session, []byte(id)))
		}
	}
	if b.whole = append(b.whole, ids); len(b.whole) > maxWhole {
		for _, id := range b.whole[0] {
			delete(b.ids, id)
		}
		b.whole = b.whole[1:]
	}
}

// repeated reports whether a frame is on the tape already, on the carrier that
// this one goes on with.
func (b *indexer) repeated(c *carrier, id string) bool {
	return c.origin != nil && id != "" && b.ids[name(c.session, []byte(id))] == c.origin
}
