package replay

import (
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A watched is what the faults of a scenario may ask of a conversation's past.
// Nobody watches where there are none.
type watched struct {
	first, latest time.Time       // of its requests
	flying        int             // requests without an answer
	ids           map[string]bool // of requests
}

// A past is what came before one request.
type past struct {
	since, idle time.Duration
	flying      int // requests without an answer, its own included
	sameID      bool
}

// maxWatchedIDs bounds the ids that are remembered.
const maxWatchedIDs = 10_000

// watch notes what a client sends, and says what came before it.
func (c *conversation) watch(requests []jsonrpc.Message, now time.Time) past {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &c.watched
	if w.first.IsZero() {
		w.first, w.latest = now, now
	}
	p := past{since: now.Sub(w.first), idle: now.Sub(w.latest)}
	w.latest = now
	for _, m := range requests {
		if w.ids == nil || len(w.ids) >= maxWatchedIDs {
			w.ids = map[string]bool{}
		}
		p.sameID = p.sameID || w.ids[string(m.ID)]
		w.ids[string(m.ID)] = true
		w.flying++
	}
	p.flying = w.flying
	return p
}

// landed notes that so many requests are answered, or never will be.
func (c *conversation) landed(n int) {
	c.mu.Lock()
	c.watched.flying = max(0, c.watched.flying-n)
	c.mu.Unlock()
}
