package replay

import "time"

// A Clock tells the time and waits for it. The default is the machine's.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function
	// that gives the wait up. Both may be called from several goroutines.
	After(d time.Duration) (passed <-chan time.Time, stop func())
}

// machine is the Clock of the machine.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

func (machine) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// A stage is what an answer, or the standalone stream, is performed on: the
// connection of an HTTP request, or a pipe.
type stage interface {
	// gone is closed when the client has gone away, and silent when it will
	// say nothing more.
	gone() <-chan struct{}
	silent() <-chan struct{}
	// hold prepares for a wait: what was said so far goes out.
	hold()
	// say sends a line with the values of this run. It reports whether the
	// line has gone its way, if only to be sent again later, and whether the
	// client is still there.
	say(l *line, r *run) (taken, there bool)
	// cuts reports whether the connection ends where it did on the tape: that
	// of a standalone stream, and that of an answer where the client can come
	// back for the rest.
	cuts(standalone bool) bool
	note(kind, rule, text string)
}

// wait waits until done holds, which the client brings about, and reports
// whether it does; it does not where the client is silent, or it, the session
// or the player is gone. Both functions are called
// with the conversation's mu held; change returns what is closed when it is
// time to ask again.
func (p *Player) wait(c *conversation, on stage, change func() <-chan struct{}, done func() bool) bool {
	for {
		c.mu.Lock()
		ok := done()
		var changed <-chan struct{}
		if !ok {
			changed = change()
		}
		c.mu.Unlock()
		if ok {
			return true
		}
		on.hold()
		select {
		case <-changed:
		case <-on.gone():
			return false
		case <-on.silent():
			return false
		case <-c.ended:
			return false
		case <-p.closing:
			return false
		}
	}
}

// pause waits, and reports whether the client, its session and the player are
// still there.
func (p *Player) pause(c *conversation, on stage, d time.Duration) bool {
	on.hold()
	passed, stop := p.clock.After(d)
	defer stop()
	select {
	case <-passed:
		return true
	case <-on.gone():
	case <-c.ended:
	case <-p.closing:
	}
	return false
}
