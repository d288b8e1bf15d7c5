package replay

import (
	"bytes"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A turn is an answer while it is performed. It knows how far it has come, so
// that a stream which broke off can be gone on with on another connection.
type turn struct {
	p     *Player
	conv  *conversation
	a     *answer
	lines []line // what it says: all there is of the answer on this transport
	run   run
	since time.Time // when the request came

	playing sync.Mutex // by one stage at a time
	next    int        // the line that comes next
	said    string     // the method of the latest that was said
	asked   []*line    // the questions that were asked

	paced     int           // lines whose recorded time is accounted for
	kept      time.Duration // and how much of it is to be kept
	at        time.Duration // when the latest of them was said on the tape
	cancelled bool          // by the client; under the conversation's mu
	carrier   int32         // of the request
	course    *course       // of a translated answer: nil before its first round is over; under mu, too
}

// A result is why a performance stopped.
type result uint8

const (
	allSaid result = iota
	left           // the client or its session is gone, or it wants no answer any more
	cut            // the connection ends here, as it did on the tape
	waits          // it would have to wait
)

// turn begins the answer to a request.
func (q *visit) turn(m jsonrpc.Message, a *answer) *turn {
	t := &q.turned
	t.p, t.conv, t.a, t.lines, t.since, t.at = q.p, q.conv, a, a.lines, q.began, a.asked
	if q.pipe != nil && a.piped != nil {
		t.lines = a.piped
	}
	t.run = run{id: m.ID, token: q.token(m), session: q.conv.id, conv: q.conv}
	t.carrier = int32(q.carrier)
	q.wants(m, &t.run)
	return t
}

// apart returns a turn that goes on where this one is, on its own: it keeps
// nothing of the request alive.
func (t *turn) apart() *turn {
	own := &turn{p: t.p, conv: t.conv, a: t.a, lines: t.lines, run: t.run, since: t.since,
		next: t.next, said: t.said, asked: t.asked, paced: t.paced, kept: t.kept, at: t.at, carrier: t.carrier}
	own.run.id, own.run.token = bytes.Clone(t.run.id), bytes.Clone(t.run.token)
	t.asked = nil
	t.conv.mu.Lock()
	for _, q := range t.conv.questions {
		if q.turn == t {
			q.turn = own
		}
	}
	own.course = t.course
	t.conv.mu.Unlock()
	return own
}

// play says the lines that are left, each in its time. Where it may not wait
// it stops before the first line that has to, and may be called again. Where
// it is cut, end says how.
func (t *turn) play(on stage, mayWait bool) (why result, end cassettes.End) {
	t.playing.Lock()
	defer t.playing.Unlock()
	for ; t.next < len(t.lines); t.next++ {
		l := &t.lines[t.next]
		switch {
		case l.cut != "" && on.cuts(false):
			t.next++
			return cut, l.cut
		case l.cut != "", l.skipped(&t.run), l.primes() && t.conv.before(mcp.V20251125):
			continue
		}
		if why := t.due(on, t.next, mayWait); why != allSaid {
			return why, ""
		}
		if l.branches {
			if !t.attended(on) {
				return left, ""
			}
			t.follow(on)
			t.next--
			continue
		}
		if l.kind == jsonrpc.Request {
			if l.input != nil {
				if why := t.unaskable(l); why != "" {
					on.note("noted", "capability", why+"; it was not asked")
					continue
				}
				t.run.carrier = t.carrier
			}
			if t.run.question = t.conv.ask(t, on, l, t.p.recordedAnswer(l)); t.run.question == nil {
				on.note("noted", "capability", "the client lacks the capability for "+l.method+"; it was not asked")
				continue
			}
			t.asked = append(t.asked, l)
		}
		taken, there := on.say(l, &t.run)
		if taken {
			t.said = l.method
			if l.method == mcp.Progress {
				t.conv.reported.Store(t.p.clock.Now().UnixNano())
			}
		}
		if taken && !there {
			t.next++
		}
		if !there {
			return left, ""
		}
	}
	return allSaid, ""
}

// due waits until a line may be said: for its recorded time, where a pace is
// kept, and for what preceded it. It returns allSaid when it may.
func (t *turn) due(on stage, i int, mayWait bool) result {
	if d := t.wanting(i); d > 0 {
		if !mayWait {
			return waits
		}
		if !t.sleep(on, d) {
			return left
		}
	}
	if !mayWait {
		t.conv.mu.Lock()
		ok := t.cancelled || t.preceded(i)
		t.conv.mu.Unlock()
		if !ok {
			return waits
		}
	} else if !t.await(on, i) {
		return left
	}
	if t.said != mcp.Progress || t.lines[i].kind != jsonrpc.Response {
		return allSaid
	}
	if !mayWait {
		return waits
	}
	return t.settle(on)
}

// settle keeps a progress notification and the result after it apart:
// typescript-sdk 1.x and 2.x drop progress that they read together with the
// result. A client that is busy reads late, so it waits until the conversation
// has been quiet for as long as the stage asks, though not for ever.
func (t *turn) settle(on stage) result {
	const atMost = 250 * time.Millisecond
	for waited := time.Duration(0); waited < atMost; {
		latest := max(t.conv.reported.Load(), t.conv.used.Load())
		d := on.apart() - t.p.clock.Now().Sub(time.Unix(0, latest))
		if d <= 0 {
			break
		}
		if !t.p.pause(t.conv, on, d) {
			return left
		}
		waited += d
	}
	return allSaid
}

// wanting returns how much of the time before a line, recorded or written, has
// yet to pass.
func (t *turn) wanting(i int) time.Duration {
	if i >= t.paced {
		t.paced = i + 1
		t.kept += t.lines[i].delay
		if t.p.pace != 0 {
			t.kept += t.p.gap(t.lines[i].at - t.at)
			t.at = max(t.at, t.lines[i].at)
		}
	}
	if t.kept == 0 {
		return 0
	}
	return t.kept - t.p.clock.Now().Sub(t.since)
}

// sleep waits for time to pass. It reports whether the client is still there
// and wants the answer.
func (t *turn) sleep(on stage, d time.Duration) bool {
	on.hold()
	passed, stop := t.p.clock.After(d)
	defer stop()
	for {
		t.conv.mu.Lock()
		cancelled, changed := t.cancelled, t.conv.change()
		t.conv.mu.Unlock()
		if cancelled {
			return false
		}
		select {
		case <-passed:
			return true
		case <-changed:
		case <-on.gone():
			return false
		case <-t.conv.ended:
			return false
		case <-t.p.closing:
			return false
		}
	}
}

// gap returns how much of a recorded gap is kept.
func (p *Player) gap(recorded time.Duration) time.Duration {
	kept := time.Duration(float64(max(recorded, 0)) * p.pace)
	if p.paceCap > 0 {
		kept = min(kept, p.paceCap)
	}
	return kept
}

// await waits for what preceded a line. It reports whether the client is
// still there and wants the answer.
func (t *turn) await(on stage, i int) bool {
	wanted := true
	there := t.p.wait(t.conv, on, t.conv.change, func() bool {
		wanted = !t.cancelled
		return !wanted || t.preceded(i)
	})
	return there && wanted
}

// attended reports whether there is still a client that wants the answer. Who
// only asks before a wait must not go on without one.
func (t *turn) attended(on stage) bool {
	select {
	case <-on.gone():
	case <-t.conv.ended:
	case <-t.p.closing:
	default:
		t.conv.mu.Lock()
		defer t.conv.mu.Unlock()
		return !t.cancelled
	}
	return false
}

// preceded reports whether all has happened that came before a line on the
// tape: the client's answers to earlier questions on the same stream, and what
// the standalone stream had between the request and the line, if the client
// listens. The caller holds the conversation's mu.
func (t *turn) preceded(i int) bool {
	until := t.lines[i].event
	for _, l := range t.asked {
		if l.answered >= 0 && l.answered < until && t.conv.unanswered(t, l.event) {
			return false
		}
	}
	if t.a.exchange == noExchange || t.conv.modern {
		return true
	}
	return !t.conv.standingDue(t.p.index.RequestEvent(t.a.exchange), until)
}

// withheld waits where the recorded client went away without an answer: then
// the answer stays out, until this run's client goes away or cancels. It
// reports whether the answer is to be ended by the server.
func (t *turn) withheld(on stage) bool {
	if t.p.flags(t.a)&cassettes.Left == 0 {
		return false
	}
	t.p.wait(t.conv, on, t.conv.change, func() bool { return t.cancelled })
	return true
}
