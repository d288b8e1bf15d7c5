package recorder

import (
	"os"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A sharedTape is a Tape that other processes write as well; a
// *cassettes.Shared is one. Take calls make while nobody else writes, with
// what the tape holds by then, and writes the event that it returns: so what
// is numbered there has its number alone.
type sharedTape interface {
	Take(make func(had cassettes.Had) *cassettes.Event) error
}

// A lateTape is a Tape that is begun when there is something to record: a
// server that cannot be started leaves what was there.
type lateTape interface {
	Begin() error
}

// add makes a process's carrier one of the open ones. It reports whether the
// recorder still runs.
func (r *Recorder) add(c *carrier) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[c] = true
	return !r.stopping
}

// Signal sends a signal to every process that Command runs, and reports
// whether there was one.
func (r *Recorder) Signal(s os.Signal) bool {
	r.mu.Lock()
	running := r.carriersThat(func(c *carrier) bool { return c.process != nil })
	r.mu.Unlock()
	for _, c := range running {
		_ = c.process.cmd.Process.Signal(s) // it has exited, or the system has no such signal
	}
	return len(running) > 0
}

// tell makes an event of a process's carrier and puts it on the tape; messages
// are those in it. It redacts in fill, which is called when the numbers that
// others gave are known.
func (c *carrier) tell(from cassettes.From, messages []jsonrpc.Message, fill func(*cassettes.Event)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	var whole exchange
	c.take(&cassettes.Event{From: from}, func(e *cassettes.Event) {
		whole = c.heard(from, messages)
		fill(e)
	})
	if whole.number == 0 {
		return
	}
	c.rec.mu.Lock()
	defer c.rec.mu.Unlock()
	if c.rec.err == nil {
		c.rec.last = whole
	}
}

// heard counts the requests among a process's messages, and returns the last
// one that they answer.
func (c *carrier) heard(from cassettes.From, messages []jsonrpc.Message) (answered exchange) {
	for _, m := range messages {
		switch {
		case from == cassettes.Client && m.Kind == jsonrpc.Request:
			n := c.rec.exchanges.Add(1)
			c.waits[string(m.ID)] = exchange{c.rec.before + n, m.Method}
		case from == cassettes.Server && m.Kind == jsonrpc.Response:
			if x, ok := c.waits[string(m.ID)]; ok {
				delete(c.waits, string(m.ID))
				answered = x
			}
		}
	}
	return answered
}

// take puts an event of a process on the tape. It is called with mu held.
func (c *carrier) take(e *cassettes.Event, fill func(*cassettes.Event)) {
	r := c.rec
	if r.failed.Load() {
		return
	}
	complete := func() *cassettes.Event {
		if c.on == 0 {
			c.on = int(r.carriers.Add(1)) // nobody has it who has said nothing
		}
		e.On, e.At = c.on, r.since+r.now()
		if fill != nil {
			fill(e)
		}
		return e
	}
	var err error
	if shared, ok := r.tape.(sharedTape); ok {
		err = shared.Take(func(had cassettes.Had) *cassettes.Event {
			r.follow(had)
			complete().At += r.ahead
			return e
		})
	} else {
		err = r.tape.Write(complete())
	}
	if err != nil {
		r.fail(err)
		return
	}
	r.events.Add(1)
}

// follow takes in what another recorder has put on the tape meanwhile: its
// numbers are not given again, and time does not go backwards.
func (r *Recorder) follow(had cassettes.Had) {
	r.redact.Continue(had)
	r.carriers.Store(max(r.carriers.Load(), int64(had.Carriers)))
	r.before = int64(had.Exchanges) - r.exchanges.Load()
	r.ahead = max(r.ahead, had.Last-r.since-r.now())
}
