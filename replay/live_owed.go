package replay

import (
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// owed are the requests that a live server was given over a pipe and has not
// answered, by id as JSON, but for subscriptions, which are answered last of all.
type owed struct {
	mu   sync.Mutex
	ids  map[string]bool
	none chan struct{} // closed when there are none; nil where nobody waits
}

// asks notes the requests of a message that goes on to the server, or that one of
// them is called off.
func (o *owed) asks(q *visit) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range q.Requests() {
		if m.Method == mcp.Listen {
			continue
		}
		if o.ids == nil {
			o.ids = map[string]bool{}
		}
		o.ids[string(m.ID)] = true
	}
	if id := q.cancels(); id != nil {
		o.strike(string(id))
	}
}

// gets notes that requests have been answered.
func (o *owed) gets(ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.strike(ids...)
}

// gave notes that requests will have no answer.
func (o *owed) gave(requests []jsonrpc.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range requests {
		o.strike(string(m.ID))
	}
}

// strike takes requests out. The caller holds mu.
func (o *owed) strike(ids ...string) {
	for _, id := range ids {
		delete(o.ids, id)
	}
	if len(o.ids) == 0 && o.none != nil {
		close(o.none)
		o.none = nil
	}
}

// settled returns a channel that is closed when all is answered.
func (o *owed) settled() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.none == nil {
		o.none = make(chan struct{})
	}
	none := o.none
	o.strike()
	return none
}

// patience is how long a fault that ends a live server waits for what the server
// was asked before: a server that is only being started takes seconds.
const patience = 10 * time.Second

// answered waits until the server has answered what it was asked, as a tape has
// when it is played, so that what a client sees of a server that is ended does not
// hang on how fast that was.
func (l *relay) answered() {
	passed, stop := l.p.clock.After(patience)
	defer stop()
	select {
	case <-l.owed.settled():
	case <-passed:
	case <-l.eof: // it says nothing more
	case <-l.gone():
	case <-l.p.closing:
	}
}

// settles waits, before a fault that may end a live server, for the answers to
// what came earlier; not where the fault is about requests that have none.
func (q *visit) settles(f *scenarios.Fault) {
	pp := q.pipe
	if q.old && q.Standing == gate.SessionKnown {
		pp = q.conv.pipe
	}
	if f.Do.Quits() && pp != nil && pp.relay != nil && f.When.InFlight < 2 {
		pp.relay.answered()
	}
}
