package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Through stands between a client over stdio and a live server: it reads lines
// from in and passes them on to stdin, and those of stdout on to out, with what
// the scenario's faults make of them. It is to be called on a Player of NewLive,
// whose upstream may be nil then.
//
// It returns when the server says nothing more, when the client takes nothing
// more, when ctx is done or the player closed; it closes stdin when in ends. The
// code is that which a fault ends the process with, or 0. The error is one of
// reading. A read that blocks is left behind where ctx ends first.
func (p *Player) Through(ctx context.Context, in io.Reader, out io.Writer, stdin io.WriteCloser, stdout io.Reader) (code int, err error) {
	if !p.active.TryRLock() {
		return 0, errors.New("replay: this player is closed")
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
	pp.did(faults.Connects)

	l := &live{pipe: pp, stdin: stdin}
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
	default:
	}
	pp.saidEnd(entry{from: "server", end: "exit", code: code})
	return code, err
}

// live is a pipe before a live server.
type live struct {
	*pipe
	stdin io.WriteCloser
}

// hear passes the client's lines on.
func (l *live) hear(in io.Reader) {
	defer l.stdin.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	for l.ctx.Err() == nil {
		text, err := readLine(r, l.p.maxBody)
		if len(text) > 0 && err != errTooLarge {
			var q probe
			l.line(&q, bytes.TrimSpace(text), nil)
			if !q.faulted() {
				l.pass(&q, text)
			}
			l.out.flush()
		}
		if err != nil && err != errTooLarge {
			if l.ctx.Err() == nil {
				l.did(faults.Closes)
			}
			return
		}
	}
}

// pass passes a line on to the server.
func (l *live) pass(q *probe, text []byte) {
	c := l.conv
	c.mu.Lock()
	if q.initialize() {
		c.initialized, c.capabilities = true, gjson.Result{}
	}
	c.ready = c.ready || q.has(mcp.Initialized)
	c.mu.Unlock()
	if _, err := l.stdin.Write(text); err != nil {
		l.end()
	}
}

// say passes the server's lines on.
func (l *live) say(stdout io.Reader) error {
	r := bufio.NewReaderSize(stdout, 64<<10)
	for {
		text, err := readLine(r, maxLine)
		if message := bytes.TrimSpace(text); len(message) > 0 {
			switch {
			case jsonrpc.Valid(message) != nil || message[0] != '{':
				l.out.raw(text)
			case l.editing.Load():
				l.begin(func() {
					l.send(message)
					l.out.flush()
				})
			default:
				l.send(message)
			}
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

// maxLine bounds a line of a live server.
const maxLine = 64 << 20
