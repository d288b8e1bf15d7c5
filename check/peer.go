package check

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/say"
)

// A peer is a server over stdio that is being checked. One goroutine uses it.
type peer struct {
	*pipe
	cmd    *exec.Cmd
	in     io.WriteCloser
	tells  chan string   // lines for stdin, which is closed after the last; nil once there are no more
	told   chan struct{} // closed when stdin is
	errs   tail
	exited chan struct{}
	err    error // how it exited, once exited is closed
}

// maxLine is how long a line of stdout may be.
const maxLine = 64 << 20

// maxUnread is how many lines a server may leave unread; it is told no more.
const maxUnread = 64

// startPeer starts a command whose stdin and stdout are the peer's.
func startPeer(ctx context.Context, command []string) (*peer, error) {
	ctx, cancel := context.WithCancel(ctx)
	said := make(chan []byte, 64) // lines of stdout
	p := &peer{cmd: exec.CommandContext(ctx, command[0], command[1:]...), tells: make(chan string, maxUnread), told: make(chan struct{}), exited: make(chan struct{})}
	p.pipe = &pipe{put: p.say, said: said, line: whole, left: p.ended, slow: func(string, time.Duration) {}, ids: map[string]bool{}}
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
		defer close(said)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			if len(bytes.TrimSpace(lines.Bytes())) > 0 {
				said <- bytes.Clone(lines.Bytes())
			}
		}
		_ = out.CloseWithError(lines.Err()) // of a line beyond all measure, the rest is not read
	}()
	return p, nil
}

// say has a line written, and does not wait for that: a server that does not
// read is found out by what it is asked next.
func (p *peer) say(line string) <-chan string {
	select {
	case p.tells <- line:
	default:
	}
	return nil
}

// whole is a line of stdout, which is a message as it is.
func whole(line []byte) []byte { return line }

// hush closes stdin after what was said.
func (p *peer) hush() {
	if p.tells != nil {
		close(p.tells)
		p.tells = nil
	}
}

// ended says how the server ended.
func (p *peer) ended() string {
	<-p.exited
	if p.err != nil {
		return "it ended: " + p.err.Error()
	}
	return "it ended"
}

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
