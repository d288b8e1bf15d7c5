package replay

import "time"

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
		due, stop := on.idle()
		select {
		case <-changed:
		case <-due:
			on.ping()
		case <-on.gone():
			ok = true
		case <-on.silent():
			ok = true
		case <-c.ended:
			ok = true
		case <-p.closing:
			ok = true
		}
		stop()
		if ok {
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
