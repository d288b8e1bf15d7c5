package replay

import "time"

// wait waits until done holds, which the client brings about, and reports
// whether it does. Both functions are called with the conversation's mu held;
// change returns what is closed when it is time to ask again.
func (p *Player) wait(c *conversation, on stage, change func() <-chan struct{}, done func() bool) bool {
	return p.await(c, on, func() (bool, <-chan struct{}) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if done() {
			return true, nil
		}
		return false, change()
	})
}

// await asks whether something is so, each time that it is told to by the
// channel that comes with a no. It reports whether it came to be so; it does
// not where the client is silent, or it, the session or the player is gone.
func (p *Player) await(c *conversation, on stage, so func() (bool, <-chan struct{})) bool {
	for {
		ok, again := so()
		if ok {
			return true
		}
		on.hold()
		due, stop := on.idle()
		over := false
		select {
		case <-again:
		case <-due:
			on.ping()
		case <-on.gone():
			over = true
		case <-on.silent():
			over = true
		case <-c.ended:
			over = true
		case <-p.closing:
			over = true
		}
		stop()
		if over {
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
	for {
		due, give := on.idle()
		over, there := true, false
		select {
		case <-passed:
			there = true
		case <-due:
			on.ping()
			over = false
		case <-on.gone():
		case <-c.ended:
		case <-p.closing:
		}
		give()
		if over {
			return there
		}
	}
}
