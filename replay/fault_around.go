package replay

import (
	"context"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// An around is what an edited answer asks of the request that it is for.
type around struct {
	*visit
	ctx   context.Context
	leave context.CancelFunc
}

func (a *around) Now() time.Time { return a.p.clock.Now() }

func (a *around) After(d time.Duration) (<-chan time.Time, func()) { return a.p.clock.After(d) }

// Gone is closed when the client has left, its session has ended, or the
// player is closing.
func (a *around) Gone() <-chan struct{} { return a.ctx.Done() }

func (a *around) Leave() { a.leave() }

func (a *around) Chance() float64 { return a.space.faults.Chance() }

func (a *around) Normal() float64 { return a.space.faults.Normal() }

// Rotated gives the session another id, by which it is known as well.
func (a *around) Rotated() string {
	c := a.conv
	if c.id == "" {
		return ""
	}
	id := a.p.sessions.mint()
	if !a.p.sessions.name(id, c) { // an id that names nothing must not be shown
		return ""
	}
	return id
}

// Elsewhere says a message on the latest GET stream of the conversation.
func (a *around) Elsewhere(message []byte) {
	a.conv.mu.Lock()
	ears := append([]*faults.Writer{}, a.conv.ears...)
	a.conv.mu.Unlock()
	for i := len(ears) - 1; i >= 0; i-- {
		if ears[i] != a.edited && ears[i].Push(message) {
			return
		}
	}
}

// hears notes a GET stream on which the conversation can be told something.
func (c *conversation) hears(w *faults.Writer) {
	c.mu.Lock()
	c.ears = append(c.ears, w)
	c.mu.Unlock()
}

func (c *conversation) deaf(w *faults.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.ears {
		if e == w {
			c.ears = append(c.ears[:i], c.ears[i+1:]...)
			return
		}
	}
}

// SaidHead puts the status line of the edited answer on the journal.
func (a *around) SaidHead(status int, header http.Header) {
	a.learn(status, header)
	a.p.journal.add(entry{on: a.carrier, from: cassettes.Server, status: status, header: header.Clone()}, a.p.clock.Now())
}

// Said puts what the client gets on the journal.
func (a *around) Said(body []byte, frame *sse.Frame) {
	if len(body) == 0 && frame == nil {
		return
	}
	a.p.journal.add(entry{on: a.carrier, from: cassettes.Server, text: body, frame: frame}, a.p.clock.Now())
}

func (a *around) SaidEnd(reset bool) {
	end := cassettes.EOF
	if reset = reset || a.felled() || a.broke.Load(); reset {
		end = cassettes.Reset
	}
	a.ended.Store(true)
	from := cassettes.Server
	if a.gave.Err() != nil {
		from, end = cassettes.Client, cassettes.Closed
	}
	a.p.journal.add(entry{on: a.carrier, from: from, end: end}, a.p.clock.Now())
}

// saidBroken puts a connection that is broken off on the journal.
func (q *visit) saidBroken() {
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, end: cassettes.Reset}, q.p.clock.Now())
}
