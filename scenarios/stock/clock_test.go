package stock_test

import (
	"slices"
	"sync"
	"time"
)

// A stillClock stands still but for pass.
type stillClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []*stillWait
	asked chan struct{} // has one where someone began to wait
}

type stillWait struct {
	until  time.Time
	passed chan time.Time
}

var beginning = time.Unix(1_000_000, 0)

func newStillClock() *stillClock {
	return &stillClock{now: beginning, asked: make(chan struct{}, 1)}
}

func (c *stillClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stillClock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &stillWait{c.now.Add(d), make(chan time.Time, 1)}
	c.waits = append(c.waits, w)
	select {
	case c.asked <- struct{}{}:
	default:
	}
	return w.passed, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waits = slices.DeleteFunc(c.waits, func(o *stillWait) bool { return o == w })
	}
}

func (c *stillClock) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waits)
}

// pass moves the clock on, and whoever waits no longer than that.
func (c *stillClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = slices.DeleteFunc(c.waits, func(w *stillWait) bool {
		if w.until.After(c.now) {
			return false
		}
		w.passed <- c.now
		return true
	})
}
