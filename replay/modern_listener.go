package replay

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// A listener is a client that listens to a subscription: what has come to pass
// for it since it began, whoever of the space brought it about, for what changes,
// changes for all. One goroutine waits for that, and is woken alone.
type listener struct {
	session int           // on the tape, that it is bound to
	woken   chan struct{} // has room for one

	mu        sync.Mutex
	reached   int     // the latest request of that session that has come
	due       []*line // the changes that it is to be told, if it asked for such
	awaited   int     // the request that what else is said waits for
	cancelled bool    // by the client
}

// The bounds of what listens at a time: on a pipe, where it costs a client
// nothing but a line, and in a space.
const (
	maxPipeListeners  = 1000
	maxSpaceListeners = 10_000
)

var errManyListen = errors.New("too many subscriptions: cancel some")

// listeners are those of a space.
type listeners struct {
	n   atomic.Int32
	mu  sync.Mutex
	all map[*listener]struct{}
}

// open opens a listener, where begin has one, unless there are too many. What is
// told meanwhile waits until it is known where the listener begins, so that
// nothing is lost in between.
func (ls *listeners) open(begin func() (*listener, error)) (*listener, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if len(ls.all) >= maxSpaceListeners {
		return nil, errManyListen
	}
	ls.n.Store(int32(len(ls.all) + 1))
	l, err := begin()
	if err != nil {
		l = nil
	}
	if l != nil {
		if ls.all == nil {
			ls.all = map[*listener]struct{}{}
		}
		ls.all[l] = struct{}{}
	}
	ls.n.Store(int32(len(ls.all)))
	return l, err
}

func (ls *listeners) remove(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	delete(ls.all, l)
	ls.n.Store(int32(len(ls.all)))
}

// tell says that the request of that event on the tape is played.
func (ls *listeners) tell(p *Player, session, event int) {
	if ls.n.Load() == 0 {
		return
	}
	told := p.answers.changed(session, p.index)
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for l := range ls.all {
		l.hear(told, session, event)
	}
}

// hear takes in that a request is played: what it caused is due, and what came
// with time until then. A change that is due already is so once.
func (l *listener) hear(c *changes, session, event int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	due := len(l.due)
	for _, change := range c.caused[event] {
		if !slices.Contains(l.due, change) {
			l.due = append(l.due, change)
		}
	}
	if session == l.session && event > l.reached {
		l.due = append(l.due, c.between(l.reached, event)...)
		l.reached = event
	}
	if len(l.due) > due || l.reached >= l.awaited {
		l.wake()
	}
}

// cancel ends the listening at the client's wish.
func (l *listener) cancel() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancelled = true
	l.wake()
}

func (l *listener) unwanted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cancelled
}

func (l *listener) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// wait is as Player.wait, for what a listener waits for. ready is called with
// its mu held.
func (l *listener) wait(p *Player, c *conversation, on stage, ready func() bool) bool {
	return p.await(c, on, func() (bool, <-chan struct{}) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return ready(), l.woken
	})
}

// A hearing is the listeners of a conversation that can be cancelled, by the
// ids of their requests. The zero value has none.
type hearing struct {
	byID map[string]*listener
	n    int
}

// subscribed notes that a listener is one of the conversation, unless it has too many.
func (c *conversation) subscribed(id []byte, l *listener) error {
	if c.pipe == nil { // over HTTP the client hangs up
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hearing.n >= maxPipeListeners {
		return errManyListen
	}
	if c.hearing.byID == nil {
		c.hearing.byID = map[string]*listener{}
	}
	c.hearing.byID[string(id)] = l
	c.hearing.n++
	return nil
}

// unsubscribed takes back subscribed. It wakes nobody: no request waits for a
// subscription.
func (c *conversation) unsubscribed(id []byte, l *listener) {
	if c.pipe == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hearing.n--
	if c.hearing.byID[string(id)] == l {
		delete(c.hearing.byID, string(id))
	}
}
