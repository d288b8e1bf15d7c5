package replay

import (
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/scenarios"
)

// takesTime reports whether an action takes time, for which a pipe must not
// wait.
func takesTime(do *scenarios.Action) bool {
	return do != nil && (do.Delay != nil || do.Stall != nil || do.Swap || inPieces(do))
}

// inPieces reports whether a message goes out in pieces, with time between them.
func inPieces(do *scenarios.Action) bool { return do.Throttle > 0 || faults.Between(do) > 0 }

// hindered does what an action has before anything is said: it waits, or breaks
// off. It reports whether the client is still there.
func (pp *pipe) hindered(do *scenarios.Action) (there bool) {
	if do.Delay != nil && !pp.rest(faults.Length(do.Delay, pp.space.faults.Chance, pp.space.faults.Normal)) {
		return false
	}
	if do.Stall != nil && !pp.rest(do.Stall.For) {
		return false
	}
	switch drop := do.Drop; {
	case drop == nil || drop.Bytes > 0 || drop.Events > 0:
	case drop.After > 0:
		pp.begin(func() {
			if pp.rest(drop.After) {
				pp.breakOff(drop)
			}
		})
	default:
		pp.breakOff(drop)
		return false
	}
	return true
}

// breakOff ends the pipe as a process ends that crashes, or breaks the
// connection of HTTP+SSE off.
func (pp *pipe) breakOff(drop *scenarios.Drop) {
	pp.resets.Store(drop.How == "rst")
	pp.crash(1)
}

// hush closes stdout, where there is one. The process lives on.
func (pp *pipe) hush() {
	pp.out.flush()
	if pp.out.shut() {
		pp.dumb.Store(true)
	}
}

// rest waits that long, or for ever where d is 0, and reports whether the time
// has passed with the client still there.
func (pp *pipe) rest(d time.Duration) bool {
	pp.out.flush()
	var passed <-chan time.Time
	if d > 0 {
		c, stop := pp.p.clock.After(d)
		defer stop()
		passed = c
	}
	select {
	case <-passed:
		return true
	case <-pp.gone():
	case <-pp.p.closing:
	}
	return false
}

// beside runs f for a request: beside what comes next, where the faults make
// its answer take time on a pipe.
func (q *visit) beside(f func(*visit)) {
	if q.pipe == nil || !takesTime(q.edits) {
		f(q)
		return
	}
	own := q.detached()
	own.pipe.begin(func() {
		defer own.pipe.out.flush()
		f(own)
	})
}

// detached returns the same request as one of its own, which may be answered
// beside what comes next.
func (q *visit) detached() *visit {
	own := &visit{Facts: q.Facts, p: q.p, w: q.w, pipe: q.pipe, old: q.old, space: q.space, carrier: q.carrier, began: q.began,
		session: q.session, conv: q.conv, fate: &fate{edits: q.edits, members: q.members, gave: q.gave},
		minted: q.minted, replica: q.replica,
		listening: q.listening}
	own.Alone = nil // that of the other goes when it is over
	return own
}
