package replay

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A pipe is one client all of whose answers go one way: over stdio, or on the
// stream of HTTP+SSE. It is a session of its own, from its beginning to its
// end. Answers that have to wait are performed beside the others.
type pipe struct {
	p       *Player
	space   *space
	conv    *conversation
	carrier int // on the journal
	out     voice
	stderr  io.Writer

	caller  context.Context // of the player, on whose behalf it is played; nil where that is the client
	ctx     context.Context
	end     context.CancelFunc
	eof     chan struct{} // closed when the client will say nothing more
	crashed chan int      // has the exit code of a process that broke off
	resets  atomic.Bool   // a connection that breaks off does so with a reset

	modern    *conversation // of the client as one of the modern era; under mu
	modernWho matching.Key  // and who that says it is

	told    bool        // who edits the stream puts on the journal what comes on it
	editing atomic.Bool // there are edits
	dumb    atomic.Bool // stdout is closed: nothing more is said, or on the journal

	met     chan struct{} // over stdio, closed when the faults have met that the client is there,
	greeted chan struct{} // and when what they say then is said: until then nothing is heard
	relay   *relay        // what a live server says on it; nil where there is none
	floor   floor

	mu     sync.Mutex
	shut   bool                // nothing more is begun beside
	beside sync.WaitGroup      // what is
	edits  map[string]pipeEdit // what the faults do to answers, by id

	telling sync.Mutex // held while something is put on the journal, and no other
	over    bool       // its end is there, and nothing follows that; under telling
}

// A voice is where a pipe's messages go. Its methods may be called from several
// goroutines.
type voice interface {
	// speak sends a message, and reports whether the client is still there.
	speak(message []byte) bool
	// raw sends bytes that are no message, and what was said before them. dress
	// makes of a message the bytes that an action has in its place; framed is
	// the same as an event.
	raw(p []byte) bool
	dress(do *scenarios.Action, framed, message []byte) []byte
	// shut ends what can be said, where that has an end of its own, and reports
	// whether it has: what is said afterwards goes nowhere, and the client is
	// still there.
	shut() bool
	// flush sees to it that what was said is on its way.
	flush()
}

// newPipe opens a pipe for a conversation.
func (p *Player) newPipe(ctx context.Context, c *conversation, carrier int, out voice) *pipe {
	pp := &pipe{p: p, space: c.space, conv: c, carrier: carrier, out: out, stderr: p.stderr, eof: make(chan struct{}), crashed: make(chan int, 1)}
	pp.ctx, pp.end = context.WithCancel(ctx)
	c.mu.Lock()
	c.pipe = pp
	c.mu.Unlock()
	return pp
}

// hear takes in what the client said, which has been read, put on the journal
// and shown to the faults. Where an answer has to wait, hear does not.
func (pp *pipe) hear(q *visit) {
	q.Initialized, q.Ready, q.Version, q.listening = pp.conv.state()
	if q.Modern = q.modernly(); q.Modern {
		q.standAlone()
	}
	if !q.admitted(gate.AsMessage) {
		return
	}
	pp.conv.touch(q.began)
	if q.Modern {
		q.modernMessages()
		return
	}
	q.messages()
}

// begin runs f beside what comes next, unless the pipe is being shut. It reports
// whether it does.
func (pp *pipe) begin(f func()) bool {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if !pp.shut {
		pp.beside.Go(f)
	}
	return !pp.shut
}

// dismissed reports whether the pipe is ended from this side.
func (pp *pipe) dismissed() bool { return pp.caller != nil && pp.caller.Err() != nil }

// wait waits for all that was begun.
func (pp *pipe) wait() {
	pp.mu.Lock()
	pp.shut = true
	pp.mu.Unlock()
	pp.beside.Wait()
}

// perform says an answer: all of it at once, or the rest beside what comes
// next.
func (pp *pipe) perform(t *turn) {
	why, _ := t.play(pp, false)
	if why == allSaid && pp.p.flags(t.a)&cassettes.Answered != 0 {
		if t.asked != nil { // in vain: the tape has the answer without the client's
			t.conv.drop(t)
		}
		return
	}
	rest := t.apart()
	rest.conv.answering(rest)
	pp.begin(func() {
		defer pp.out.flush()
		defer rest.conv.drop(rest)
		if why, _ := rest.play(pp, true); why == allSaid && !rest.withheld(pp) {
			pp.broke(rest.a)
		}
	})
}

// broke ends the pipe where the recorded process ended without an answer.
func (pp *pipe) broke(a *answer) {
	s := pp.p.index.Sessions[a.session]
	if pp.p.flags(a)&(cassettes.Ended|cassettes.Withdrawn) != cassettes.Ended || !s.Exited {
		return
	}
	pp.crash(s.Code)
}

// crash ends the pipe as a process ends that breaks off.
func (pp *pipe) crash(code int) {
	select {
	case pp.crashed <- code:
	default:
	}
	pp.end()
}

// send says a message that was not recorded.
func (pp *pipe) send(message []byte) bool {
	if pp.p.faults.Len() == 0 {
		return pp.speak(message)
	}
	pp.conv.landed(len(answered(message)))
	if e := pp.editOf(message); e != nil {
		return pp.sendEdited(e, message)
	}
	if e, id := pp.subscribed(message); e != nil {
		return pp.sendSubscribed(e, id, message)
	}
	return pp.aloud(false, func() bool { return pp.speak(message) })
}

// say says a line of an answer, or of the standalone stream. What is no
// message has no place on a pipe.
func (pp *pipe) say(l *line, r *run) (taken, there bool) {
	if l.raw {
		return true, true
	}
	message := l.append(make([]byte, 0, len(l.text)+len(r.id)+16), r)
	return true, pp.send(message)
}

// said puts a message on the journal, before the client can act on it.
func (pp *pipe) said(message []byte) { pp.saidIn(message, &messageFrame) }

// saidIn is said of a message that goes out in that frame, where the pipe has
// frames.
func (pp *pipe) saidIn(message []byte, frame *sse.Frame) {
	e := entry{on: pp.carrier, from: cassettes.Server, text: message}
	if pp.conv.id != "" {
		e.frame = frame
	}
	pp.tell(e)
}

// saidRaw puts bytes on the journal that are no whole message.
func (pp *pipe) saidRaw(p []byte) {
	if len(p) > 0 {
		pp.tell(entry{on: pp.carrier, from: cassettes.Server, text: p})
	}
}

func (pp *pipe) tell(e entry) {
	pp.telling.Lock()
	defer pp.telling.Unlock()
	if !pp.over && !pp.told && !pp.dumb.Load() {
		pp.p.journal.add(e, pp.p.clock.Now())
	}
}

// saidEnd puts the end of the pipe on the journal.
func (pp *pipe) saidEnd(e entry) {
	e.on = pp.carrier
	pp.telling.Lock()
	defer pp.telling.Unlock()
	pp.over = true
	if !pp.told {
		pp.p.journal.add(e, pp.p.clock.Now())
	}
}

func (pp *pipe) gone() <-chan struct{} { return pp.ctx.Done() }

// apart is long: all answers come the same way, and a client that is busy
// reads several at once.
func (pp *pipe) apart() time.Duration { return 20 * time.Millisecond }

func (pp *pipe) silent() <-chan struct{} { return pp.eof }

func (pp *pipe) hold() { pp.out.flush() }

// idle reports that a pipe has no pings.
func (pp *pipe) idle() (due <-chan time.Time, stop func()) { return nil, func() {} }

func (pp *pipe) ping() {}

// cuts reports that a pipe does not end before all is said.
func (pp *pipe) cuts(bool) bool { return false }

func (pp *pipe) note(kind, rule, text string) {
	q := visit{p: pp.p, space: pp.space, carrier: pp.carrier, fate: &pp.p.calm}
	q.note(kind, rule, text)
}
