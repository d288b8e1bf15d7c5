package replay

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/faults"
)

// lives are the lives of the server that a space stands for: a crash ends one,
// and with it every connection of the space. The zero lives is ready for use.
type lives struct {
	mu     sync.Mutex
	latest context.Context
	die    context.CancelFunc
}

// now returns the life that goes on.
func (l *lives) now() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.latest == nil {
		l.latest, l.die = context.WithCancel(context.Background())
	}
	return l.latest
}

// end ends the life that goes on.
func (l *lives) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.latest != nil {
		l.die()
		l.latest, l.die = nil, nil
	}
}

// mayFall has a crash of the server end the request. What it returns is for
// when the answer is done: it breaks the connection off where the server has
// crashed meanwhile.
func (q *visit) mayFall() (done func()) {
	if !q.p.asks.crash {
		return func() {}
	}
	q.life = q.space.lives.now()
	ctx, cancel := context.WithCancel(q.HTTP.Context())
	q.HTTP = q.HTTP.WithContext(ctx)
	stop := context.AfterFunc(q.life, cancel)
	return func() {
		stop()
		cancel()
		if q.felled() && !q.cut {
			q.hangUpOn()
		}
	}
}

// felled reports whether the server has crashed since the request came.
func (q *visit) felled() bool { return q.life != nil && q.life.Err() != nil }

// crash ends what a server's crash ends: all sessions, all connections, and
// for a while each that comes; a process over stdio ends.
func (q *visit) crash(d time.Duration) {
	q.cut = true
	if q.HTTP == nil {
		q.pipe.crash(1)
		return
	}
	q.space.down.Store(q.p.clock.Now().Add(d).UnixNano())
	q.space.lives.end() // before the sessions, whose end would be answered neatly
	q.p.sessions.forgetAll(q.space)
	q.hangUpOn()
}

// away answers in place of a server that has crashed: for a while it cuts each
// connection, or it has one answer to everything. It reports whether it has.
func (q *visit) away() bool {
	if until := q.space.down.Load(); until != 0 && q.began.UnixNano() < until {
		q.cut = true
		q.hangUpOn()
		return true
	}
	latched := q.space.latched.Load()
	if latched == nil {
		return false
	}
	q.refuse("latch", latched, "")
	return true
}

// hangUpOn breaks the connection of the request off.
func (q *visit) hangUpOn() {
	if !q.ended.Load() {
		q.saidBroken()
	}
	if !faults.Hangup(q.w, true) {
		panic(http.ErrAbortHandler)
	}
}
