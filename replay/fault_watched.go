package replay

import (
	"slices"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// asks are what the faults of a scenario need to be told, beside what a request
// shows by itself.
type asks struct {
	sameID bool // the ids of earlier requests
	crash  bool // that the server has crashed
}

func asksOf(s *scenarios.Scenario) (a asks) {
	for i := range s.Faults {
		f := &s.Faults[i]
		a.crash = a.crash || f.Do.Crash > 0
		a.sameID = a.sameID || asksSameID(&f.When) || asksSameID(f.Until)
	}
	return a
}

func asksSameID(t *scenarios.Trigger) bool {
	return t != nil && (t.SameID || asksSameID(t.Not) ||
		slices.ContainsFunc(t.Any, func(t scenarios.Trigger) bool { return asksSameID(&t) }))
}

// A watched is what the faults of a scenario may ask of a conversation's past.
// Nobody watches where there are none.
type watched struct {
	first, latest time.Time       // of its requests
	flying        int             // requests without an answer
	ids           map[string]bool // of requests, where a fault asks
}

// A past is what came before one request.
type past struct {
	since, idle time.Duration
	flying      int // requests without an answer, its own included
	sameID      bool
}

// maxWatchedIDs bounds the ids that are remembered.
const maxWatchedIDs = 10_000

// watch notes what a client sends, and says what came before it. Ids are kept
// where a fault asks for them.
func (c *conversation) watch(requests []jsonrpc.Message, now time.Time, ids bool) past {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &c.watched
	if w.first.IsZero() {
		w.first, w.latest = now, now
	}
	p := past{since: now.Sub(w.first), idle: now.Sub(w.latest)}
	w.latest = now
	w.flying += len(requests)
	p.flying = w.flying
	if !ids {
		return p
	}
	for _, m := range requests {
		if w.ids == nil || len(w.ids) >= maxWatchedIDs {
			w.ids = map[string]bool{}
		}
		p.sameID = p.sameID || w.ids[string(m.ID)]
		w.ids[string(m.ID)] = true
	}
	return p
}

// landed notes that so many requests are answered, or never will be.
func (c *conversation) landed(n int) {
	c.mu.Lock()
	c.watched.flying = max(0, c.watched.flying-n)
	c.mu.Unlock()
}
