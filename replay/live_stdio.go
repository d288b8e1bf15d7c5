package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
)

// Through stands between a client over stdio and a live server: it reads lines
// from in and passes them on to stdin, and those of stdout on to out, with what
// the scenario's faults make of them. It is to be called on a Player of NewLive,
// whose upstream may be nil then. What no fault meets passes byte for byte, and in
// its order. A line above the limit of WithMaxBody passes on, and counts as no
// message.
//
// It returns when the server says nothing more, when the client takes nothing
// more, when ctx is done or the player closed; it closes stdin when in ends.
// Broken says that a fault has ended the process, and code with which status: then
// the server is to be ended, too. The error is one of reading. A read that blocks
// is left behind where ctx ends first.
func (p *Player) Through(ctx context.Context, in io.Reader, out io.Writer, stdin io.WriteCloser, stdout io.Reader) (code int, broken bool, err error) {
	if !p.active.TryRLock() {
		return 0, false, errors.New("replay: this player is closed")
	}
	defer p.active.RUnlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sp := p.space("")
	c := newConversation("", sp, p.clock.Now())
	voice := &lines{w: bufio.NewWriterSize(out, 64<<10), broken: cancel}
	voice.out, _ = out.(io.Closer)
	pp := p.newPipe(ctx, c, int(p.carriers.Add(1)), voice)
	defer pp.end()
	l := &live{relay: pp.relays(), voice: voice, stdin: stdin}
	pp.greet(func() {})
	said := make(chan error, 1)
	go func() { said <- l.say(stdout) }()
	go l.hear(in)
	select {
	case err = <-said:
	case <-pp.ctx.Done():
	case <-p.closing:
	}
	pp.drain()
	select {
	case code = <-pp.crashed:
		broken = true
	default:
	}
	pp.saidEnd(entry{from: "server", end: "exit", code: code})
	return code, broken, err
}

// live is a process before a live server.
type live struct {
	*relay
	voice *lines
	stdin io.WriteCloser
}

// hear passes the client's lines on.
func (l *live) hear(in io.Reader) {
	defer l.stdin.Close()
	if !l.after(l.greeted) {
		return
	}
	r := bufio.NewReaderSize(in, 64<<10)
	for l.ctx.Err() == nil {
		text, more, err := lineOf(r, l.p.maxBody)
		if l.ctx.Err() != nil { // it came too late
			return
		}
		if len(text) > 0 {
			err = errors.Join(err, l.take(text, more, r))
			l.out.flush()
		}
		if err != nil {
			if l.ctx.Err() == nil {
				l.did(faults.Closes)
			}
			return
		}
	}
}

// take shows a line to the faults and passes on what they leave of it. One that
// goes on beyond the limit is not looked at, and counts as no message. The error
// is one of reading the rest of it from r.
func (l *live) take(text []byte, more bool, r *bufio.Reader) error {
	message := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	var q visit
	switch {
	case more:
		l.line(&q, nil, gate.ErrTooLarge)
	case len(message) > 0:
		l.line(&q, message, nil)
	}
	to := io.Writer(l.stdin)
	if (more || len(message) > 0) && q.faulted() {
		to = io.Discard
	} else if len(message) > 0 && !more {
		q.passes()
		l.owed.asks(&q)
		if turned := q.turnedBack(message); turned != nil {
			text = append(turned, '\n')
		}
	}
	_, lost := to.Write(text)
	for lost == nil && more {
		var err error
		if text, more, err = lineOf(r, partOfLine); err != nil {
			return err
		}
		_, lost = to.Write(text)
	}
	if lost != nil {
		l.end() // the server hears nothing more
	}
	return nil
}

// say passes the server's lines on.
func (l *live) say(stdout io.Reader) error {
	if !l.after(l.greeted) {
		return nil
	}
	r := bufio.NewReaderSize(stdout, 64<<10)
	for {
		text, more, err := lineOf(r, maxLine)
		switch {
		case more:
			l.aloud(true, func() bool {
				err = l.voice.pour(text, r)
				return err == nil
			})
		case len(text) > 0:
			l.pass(text)
		}
		if err != nil || l.ctx.Err() != nil {
			if err == io.EOF {
				err = nil
			}
			return err
		}
		if !complete(r) {
			l.out.flush()
		}
	}
}

// pass passes one line of the server on, byte for byte unless a fault edits
// it.
func (l *live) pass(text []byte) {
	line, whole := bytes.CutSuffix(text, []byte("\n"))
	message := bytes.TrimSpace(line)
	l.says(message, nil, func() bool {
		if len(message) > 0 {
			l.said(message)
		}
		if whole {
			return l.out.speak(line)
		}
		return l.out.raw(text) // its last words
	})
}

// The bounds of lines: of one that a live server says and mcpmock looks at, and
// of the parts in which a longer one passes on.
const (
	maxLine    = 64 << 20
	partOfLine = 1 << 20
)

// lineOf reads a line with its end, into memory of its own: of a longer one
// than max, about that much, and more says that it goes on.
func lineOf(r *bufio.Reader, max int64) (text []byte, more bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part...)
		if err != bufio.ErrBufferFull {
			return text, false, err
		}
		if int64(len(text)) > max {
			return text, true, nil
		}
	}
}

// pour says a line that is too long to be held. The caller has the floor.
func (l *lines) pour(text []byte, r *bufio.Reader) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for more := true; ; {
		if !l.closed {
			_, _ = l.w.Write(text) // an error stays until flush
			if l.w.Flush() != nil {
				l.broken()
				return nil
			}
		}
		if !more {
			return nil
		}
		var err error
		if text, more, err = lineOf(r, partOfLine); err != nil && len(text) == 0 {
			return err
		}
	}
}
