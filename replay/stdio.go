package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Stdio plays to one client over stdio: it reads messages from in and writes
// messages, and nothing else, to out, each a line of its own
// (2025-11-25 basic/transports, "stdio"). The client is a session of its own,
// in the space without a name, under the same rules as over HTTP.
//
// It returns when in ends, within a second if the client takes what is said,
// when it takes no more, when ctx is done or the player closed. The code is 0, or that of the
// recorded process where that broke off without an answer. The error is one of
// reading. A read that blocks is left behind where ctx ends first.
func (p *Player) Stdio(ctx context.Context, in io.Reader, out io.Writer) (code int, err error) {
	return p.StdioTo(ctx, in, out, p.stderr)
}

// StdioTo is Stdio with a stderr that is this client's own. It may be called for
// several clients at once, like a server that is started for each.
func (p *Player) StdioTo(ctx context.Context, in io.Reader, out, stderr io.Writer) (code int, err error) {
	if !p.active.TryRLock() {
		return 0, errors.New("replay: this player is closed")
	}
	defer p.active.RUnlock()
	caller := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sp := p.space("")
	now := p.clock.Now()
	c := newConversation("", sp, now)
	voice := &lines{w: bufio.NewWriterSize(out, 64<<10), broken: cancel}
	voice.out, _ = out.(io.Closer)
	pp := p.newPipe(ctx, c, int(p.carriers.Add(1)), voice)
	pp.caller, pp.stderr = caller, stderr
	defer pp.end()
	c.attend(1)
	pp.greet(func() { p.stand(c, pp) })

	read := make(chan error, 1)
	go func() { read <- pp.read(in) }()
	select {
	case err = <-read:
		if err == nil && pp.ctx.Err() == nil {
			pp.closes()
		}
	case <-pp.ctx.Done():
	case <-p.closing:
	}
	pp.drain()
	select {
	case code = <-pp.crashed:
	default:
	}
	pp.saidEnd(entry{from: cassettes.Server, end: cassettes.Exit, code: code})
	return code, err
}

// grace is how long answers that have begun may take when the client has
// nothing more to say.
const grace = 500 * time.Millisecond

// drain lets the answers that have begun finish, but for those that wait for
// the client.
func (pp *pipe) drain() {
	close(pp.eof) // whoever waits for more stops
	done := make(chan struct{})
	go func() {
		pp.wait()
		pp.out.flush()
		close(done)
	}()
	passed, stop := machine{}.After(grace)
	defer stop()
	select {
	case <-done:
	case <-passed: // a client that reads nothing
	}
	pp.end()
}

// read hears line after line, once the client is greeted.
func (pp *pipe) read(in io.Reader) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var q visit // of each line in turn: an answer that takes longer is a turn of its own
	for first := true; ; first = false {
		text, err := readLine(r, pp.p.maxBody)
		if err != nil && !errors.Is(err, gate.ErrTooLarge) && len(text) == 0 {
			if err == io.EOF {
				err = nil
			}
			pp.after(pp.met)
			return err
		}
		if first && !pp.after(pp.greeted) {
			return nil
		}
		tooLarge := err
		if !errors.Is(err, gate.ErrTooLarge) {
			tooLarge = nil
		}
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // as some clients on Windows begin
		if text = bytes.TrimSpace(text); len(text) > 0 || tooLarge != nil {
			if pp.ctx.Err() != nil { // it came too late
				return nil
			}
			pp.line(&q, text, tooLarge)
			pp.take(&q)
		}
		if pp.ctx.Err() != nil {
			return nil
		}
		if !complete(r) {
			pp.out.flush()
		}
	}
}

// take takes in a line that was read. What takes time happens beside what comes
// next.
func (pp *pipe) take(q *visit) {
	if !q.faulted() {
		q.beside(pp.hear)
	}
}

// greet lets the faults act on that the client is there, beside all else, since
// a client that does not read may block them; and then does what comes next.
func (pp *pipe) greet(next func()) {
	pp.met, pp.greeted = make(chan struct{}), make(chan struct{})
	pp.begin(func() {
		do := pp.meets(faults.Connects)
		close(pp.met)
		pp.acts(do)
		pp.out.flush()
		close(pp.greeted)
		next()
	})
}

// closes lets the faults act on that the client says nothing more.
func (pp *pipe) closes() {
	if !pp.p.faults.Awaits(faults.Closes) {
		return
	}
	done := make(chan struct{})
	pp.begin(func() {
		defer close(done)
		if pp.after(pp.greeted) {
			pp.did(faults.Closes)
		}
	})
	pp.after(done)
}

// after waits for something, and reports whether it has come to be with the
// client still there.
func (pp *pipe) after(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-pp.gone():
	case <-pp.p.closing:
	}
	return false
}

// did lets the faults act on what the client does besides speaking. Where they
// delay that, it takes as long.
func (pp *pipe) did(d faults.Doing) { pp.acts(pp.meets(d)) }

// acts says what an action has where there is no answer; nil is none.
func (pp *pipe) acts(do *scenarios.Action) {
	if do == nil {
		return
	}
	pp.emit(do, nil)
	if do.CloseStdout {
		pp.hush()
	}
}

// meets has the faults act on what the client does, but for what they say,
// which is returned.
func (pp *pipe) meets(d faults.Doing) *scenarios.Action {
	q := visit{Facts: gate.Facts{Verb: http.MethodPost}, p: pp.p, pipe: pp, space: pp.space, carrier: pp.carrier, began: pp.p.clock.Now(), conv: pp.conv, fate: pp.p.fated()}
	q.Initialized, q.Ready, q.Version, q.listening = pp.conv.state()
	if q.did(d) {
		return nil
	}
	return q.edits
}

// line makes q the visit of a line that was read.
func (pp *pipe) line(q *visit, text []byte, err error) {
	*q = visit{Facts: gate.Facts{Verb: http.MethodPost, Body: text, BodyErr: err}, p: pp.p, pipe: pp, space: pp.space, carrier: pp.carrier, began: pp.p.clock.Now(), conv: pp.conv, fate: pp.p.fated()}
	if err == nil {
		q.parse()
	}
	q.Initialized, q.Ready, q.Version, q.listening = pp.conv.state()
	q.asked()
}

// complete reports whether a whole line can be read without waiting.
func complete(r *bufio.Reader) bool {
	waiting, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(waiting, '\n') >= 0
}

// readLine reads a line of at most max bytes into memory of its own. Of a
// longer one it reads on to the end and returns gate.ErrTooLarge.
func readLine(r *bufio.Reader, max int64) ([]byte, error) {
	var long []byte
	for {
		part, err := r.ReadSlice('\n')
		if int64(len(long)+len(part)) > max {
			for err == bufio.ErrBufferFull {
				_, err = r.ReadSlice('\n')
			}
			return nil, gate.ErrTooLarge
		}
		if err != bufio.ErrBufferFull {
			if long == nil {
				return bytes.Clone(part), err
			}
			return append(long, part...), err
		}
		long = append(long, part...)
	}
}
