package replay

import "sync"

// A floor is whose turn it is to say something on a pipe. A message that takes
// time, because it goes out in pieces, has it until its end; what others say
// meanwhile follows, and nobody waits for that who has a client to hear.
type floor struct {
	mu      sync.Mutex    // held while something is said at once
	taken   chan struct{} // closed when what takes time has been said; nil where nothing does
	waiting []func() bool // what is to be said then
}

// maxWaiting bounds what waits for a message that goes out in pieces; whoever
// has more to say waits, too.
const maxWaiting = 1000

// aloud has f say something with nothing of another's within it: now, or when
// what is being said has been said to its end. What is slow waits for that
// itself, and so may not be said by who hears the client. It reports whether the
// client is still there, as f does.
func (pp *pipe) aloud(slow bool, f func() bool) (there bool) {
	l := &pp.floor
	l.mu.Lock()
	for l.taken != nil {
		if !slow && len(l.waiting) < maxWaiting {
			l.waiting = append(l.waiting, f)
			l.mu.Unlock()
			return true
		}
		taken := l.taken
		l.mu.Unlock()
		select {
		case <-taken:
		case <-pp.gone():
			return false
		case <-pp.p.closing:
			return false
		}
		l.mu.Lock()
	}
	if !slow {
		defer l.mu.Unlock()
		return f()
	}
	taken := make(chan struct{})
	l.taken = taken
	l.mu.Unlock()
	there = f()
	l.mu.Lock()
	defer pp.out.flush()
	defer l.mu.Unlock()
	said := there // after a message that was cut off nothing can be
	for _, next := range l.waiting {
		said = said && next()
	}
	l.taken, l.waiting = nil, nil
	close(taken)
	return there
}

// speak says a message, which is on the journal before the client can act on
// it. The caller has the floor, or there are no faults, without which nothing
// goes out in pieces.
func (pp *pipe) speak(message []byte) bool {
	pp.said(message)
	return pp.out.speak(message)
}
