package check

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A peer is a server over stdio that is being checked. One goroutine uses it.
type peer struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	tells  chan string   // lines for stdin, which is closed after the last; nil once there are no more
	told   chan struct{} // closed when stdin is
	said   chan []byte   // lines of stdout; closed when it ends
	errs   tail
	exited chan struct{}
	err    error // how it exited, once exited is closed

	slow      func() // called when an answer takes longer than slowAfter; nil for none
	slowAfter time.Duration

	lines   int    // of stdout so far
	odd     int    // of those, no message
	oddLine string // the first of them
	unasked string // a response to what was not asked, in words
	stray   []byte // the first response since the last request that has an id which nobody asked with

	ids map[string]bool // asked with so far

	beside []gjson.Result // notifications and requests that came while an answer was waited for; nil where nobody wants them
}

// maxLine is how long a line of stdout may be.
const maxLine = 64 << 20

// maxUnread is how many lines a server may leave unread; it is told no more.
const maxUnread = 64

// startPeer starts a command whose stdin and stdout are the peer's.
func startPeer(ctx context.Context, command []string) (*peer, error) {
	ctx, cancel := context.WithCancel(ctx)
	p := &peer{cmd: exec.CommandContext(ctx, command[0], command[1:]...), tells: make(chan string, maxUnread), told: make(chan struct{}), said: make(chan []byte, 64), exited: make(chan struct{}), ids: map[string]bool{}}
	withChildren(p.cmd)
	p.cmd.WaitDelay = time.Second
	p.cmd.Stderr = &p.errs
	in, err := p.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, write := io.Pipe() // so that Wait waits for what the server still says
	p.in, p.cmd.Stdout = in, write
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		defer cancel()
		p.err = p.cmd.Wait()
		_ = write.Close() // the reader sees the end
		close(p.exited)
	}()
	go func(tells chan string) {
		defer close(p.told)
		for line := range tells {
			_, _ = io.WriteString(in, line+"\n") // that it fails shows by what is asked next
		}
		_ = in.Close() // it may be gone already
	}(p.tells)
	go func() {
		defer close(p.said)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			if len(bytes.TrimSpace(lines.Bytes())) > 0 {
				p.said <- bytes.Clone(lines.Bytes())
			}
		}
		_ = out.CloseWithError(lines.Err()) // of a line beyond all measure, the rest is not read
	}()
	return p, nil
}

// say has a line written, and does not wait for that: a server that does not
// read is found out by what it is asked next.
func (p *peer) say(line string) {
	select {
	case p.tells <- line:
	default:
	}
}

// hush closes stdin after what was said.
func (p *peer) hush() {
	if p.tells != nil {
		close(p.tells)
		p.tells = nil
	}
}

// ask says a request and waits for its response.
func (p *peer) ask(ctx context.Context, request string, patience time.Duration) reply {
	asked, _ := kindOf([]byte(request))
	p.stray = nil
	p.ids[string(asked.ID)] = true
	p.say(request)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	var slow <-chan time.Time
	if p.slow != nil {
		t := time.NewTimer(p.slowAfter)
		defer t.Stop()
		slow = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return reply{why: "interrupted"}
		case <-slow:
			p.slow()
		case <-timeout.C:
			return reply{why: fmt.Sprintf("no answer for %s", patience), stray: p.stray}
		case line, ok := <-p.said:
			if !ok {
				return reply{why: p.left()}
			}
			if p.heard(line, asked) {
				return reply{message: bytes.TrimSpace(line)}
			}
		}
	}
}

// heard takes in a line of stdout and reports whether it answers a request.
func (p *peer) heard(line []byte, asked jsonrpc.Message) bool {
	p.lines++
	m, ok := kindOf(line)
	p.aside(line, m)
	if m.Kind == jsonrpc.Response && p.stray == nil && !p.ids[string(m.ID)] {
		p.stray = bytes.TrimSpace(bytes.Clone(line))
	}
	switch {
	case !ok:
		p.odd++
		if p.oddLine == "" {
			p.oddLine = fmt.Sprintf("%q", say.Short(string(line), 100))
		}
	case m.Kind == jsonrpc.Response && bytes.Equal(m.ID, asked.ID):
		return true
	case m.Kind == jsonrpc.Request && m.Method == mcp.Ping:
		p.say(`{"jsonrpc":"2.0","id":` + string(m.ID) + `,"result":{}}`)
	case m.Kind == jsonrpc.Response && p.unasked == "" && (len(m.ID) == 0 || string(m.ID) == "null"):
		p.unasked = "a response without an id: " + say.Short(string(line), 100)
	}
	return false
}

// left says how the server ended.
func (p *peer) left() string {
	<-p.exited
	if p.err != nil {
		return "it ended: " + p.err.Error()
	}
	return "it ended"
}

func (p *peer) firstOdd() string { return p.oddLine }

// lastWords is the end of what the server said on stderr.
func (p *peer) lastWords() string {
	lines := strings.Split(strings.TrimSpace(p.errs.String()), "\n")
	return say.Short(lines[len(lines)-1], 200)
}

// end closes stdin and waits for the exit. It returns how long that took, and
// whether the server exited by itself.
func (p *peer) end(patience time.Duration) (time.Duration, bool) {
	began := time.Now()
	p.hush()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for said := p.said; ; {
		select {
		case <-p.exited:
			return time.Since(began), true
		case <-timeout.C:
			p.kill()
			return patience, false
		case line, ok := <-said:
			if !ok {
				said = nil
				continue
			}
			p.heard(line, jsonrpc.Message{})
		}
	}
}

// kill ends the server with its children, if it is still there, and returns
// when it is gone.
func (p *peer) kill() {
	p.hush()
	_ = p.in.Close() // so that nothing is written any more
	select {
	case <-p.exited: // its number may be another's by now
	default:
		_ = p.cmd.Cancel()
	}
	for range p.said { // what nobody wants to hear any more
	}
	<-p.told
	<-p.exited
}

// A tail keeps the last of what was written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	t.kept = t.kept[max(0, len(t.kept)-4096):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
