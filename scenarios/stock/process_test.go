package stock_test

import (
	"bufio"
	"io"
	"strings"
	"time"
)

// A process is a visitor's end of the mock over stdio.
type process struct {
	v    *visitor
	in   io.WriteCloser
	out  *bufio.Reader
	exit chan int
}

// pipe starts the mock over stdio.
func (v *visitor) pipe() *process {
	v.t.Helper()
	stdin, in := io.Pipe()
	out := newSpool() // with room for all: a client may read late
	p := &process{v: v, in: in, out: bufio.NewReader(out), exit: make(chan int, 1)}
	go func() {
		code, _ := v.player.Stdio(v.t.Context(), stdin, out)
		_ = out.Close()
		_ = stdin.Close()
		p.exit <- code
	}()
	v.t.Cleanup(func() { _ = in.Close(); _ = out.Close() })
	return p
}

// says writes a line, or other bytes.
func (p *process) says(line string) {
	p.v.t.Helper()
	if !strings.HasSuffix(line, "\n") {
		line += "\n"
	}
	if _, err := io.WriteString(p.in, line); err != nil {
		p.v.t.Errorf("writing to the process: %v", err)
	}
}

// reads reads the next line with its end; "" is the end of stdout.
func (p *process) reads() string {
	p.v.t.Helper()
	got := make(chan string, 1)
	go func() {
		line, _ := p.out.ReadString('\n')
		got <- line
	}()
	select {
	case line := <-got:
		return line
	case <-time.After(patience):
		p.v.t.Fatal("the process says nothing")
		return ""
	}
}

// quiet closes stdin; nothing more may come.
func (p *process) quiet() {
	p.v.t.Helper()
	_ = p.in.Close()
	if got := p.reads(); got != "" {
		p.v.t.Errorf("and then %.300q", got)
	}
}

// ends closes stdin and waits for the status of the process.
func (p *process) ends() int {
	p.v.t.Helper()
	_ = p.in.Close()
	go func() { _, _ = io.Copy(io.Discard, p.out) }()
	select {
	case code := <-p.exit:
		return code
	case <-time.After(patience):
		p.v.t.Fatal("the process does not end")
		return 0
	}
}
