package recorder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// Command runs a server that speaks over stdio between the two ends of its
// client, and records what they say, and what the server writes to stderr. It
// is one carrier of the tape. The command must not have been started, and its
// Stdin, Stdout and Stderr must be unset.
//
// Neither side notices it: bytes pass unchanged, each as it comes, but for the
// last one of an unfinished line, which is held back until the line is whole
// and on the tape. Each end of a pipe is passed on: where the client's input
// ends, the server's does; where one side does not read any more, the other
// cannot write any more. For that stdin and stdout are closed where they are
// an io.Closer, stdin at the latest when the server has exited.
//
// Command returns when the server has exited and all of its output has passed.
// The code is the server's exit code; 128+N where signal N killed it, as a
// shell has it. It waits for a pending Read of stdin where that can be made to
// return, by a deadline or by Close; the goroutine of any other Read, as of an
// os.Stdin that is no pipe of this process, ends with that Read, and what it
// still reads goes nowhere.
//
// When ctx is done, or the recorder is closed, the server is asked to end, by
// the end of its input and SIGTERM, and killed where it has not after two
// seconds; the error says why. Shutdown only ends the server's input, until
// its own context is done. What the server says while it ends is on the tape,
// too. The error is also that the server could not be started; then nothing is
// on the tape.
func (r *Recorder) Command(ctx context.Context, cmd *exec.Cmd, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	return r.command(ctx, newProcess(cmd), stdin, stdout, stderr)
}

func (r *Recorder) command(ctx context.Context, p *process, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.c = &carrier{rec: r, client: ctx, cancel: cancel, process: p, waits: map[string]exchange{}}
	v := &visit{stop: func() { cancel(ErrStopped) }}
	if !r.admit(v) {
		return 0, ErrStopped
	}
	defer r.leave(v)
	if err := p.start(); err != nil {
		return 0, err
	}
	r.processes.Add(1)
	if late, ok := r.tape.(lateTape); ok {
		if err := late.Begin(); err != nil {
			r.fail(err)
		}
	}
	if !r.add(p.c) { // it stopped in the meantime
		cancel(ErrStopped)
	}
	return p.run(ctx, stdin, stdout, stderr)
}

// A process is a stdio server while it runs.
type process struct {
	c     *carrier
	cmd   *exec.Cmd
	group bool // it is ended with its children

	in     *os.File      // its stdin
	out    *os.File      // its stdout
	err    *os.File      // its stderr
	exited chan struct{} // closed when it has exited
	silent chan struct{} // closed when all that it said has passed
}

func newProcess(cmd *exec.Cmd) *process {
	return &process{cmd: cmd, exited: make(chan struct{}), silent: make(chan struct{})}
}

// start starts the command on pipes.
func (p *process) start() error {
	if p.cmd.Stdin != nil || p.cmd.Stdout != nil || p.cmd.Stderr != nil {
		return errors.New("recorder: the command has a Stdin, Stdout or Stderr of its own: leave them unset")
	}
	var theirs, ours [3]*os.File
	for i := range theirs {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(theirs[:i], ours[:i])
			return fmt.Errorf("recorder: starting %s: %w", p.cmd.Path, err)
		}
		theirs[i], ours[i] = w, r
		if i == 0 {
			theirs[i], ours[i] = r, w
		}
	}
	p.in, p.out, p.err = ours[0], ours[1], ours[2]
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1], theirs[2]
	if p.group {
		ownGroup(p.cmd)
	}
	err := p.cmd.Start()
	closeAll(theirs[:])
	if err != nil {
		closeAll(ours[:])
		return fmt.Errorf("recorder: starting %s: %w", p.cmd.Path, err)
	}
	return nil
}

func closeAll(files ...[]*os.File) {
	for _, some := range files {
		for _, f := range some {
			_ = f.Close() // a pipe
		}
	}
}

// run passes on what is said until the server has exited.
func (p *process) run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		p.listen(stdin)
	}()
	var output, ending sync.WaitGroup
	output.Go(func() {
		p.speak(cassettes.Server, p.out, stdout)
		closeEnd(stdout)
	})
	output.Go(func() { p.speak(cassettes.Stderr, p.err, stderr) })
	ending.Go(func() { p.endWith(ctx) })

	waited := p.cmd.Wait()
	close(p.exited)
	// Their errors are that a pipe has ended, or that the system knows no
	// deadlines for one; then it ends with the last that holds it.
	_ = p.out.SetReadDeadline(time.Now())
	_ = p.err.SetReadDeadline(time.Now())
	output.Wait()
	close(p.silent)
	ending.Wait()
	_ = p.in.Close() // nobody reads it
	code := exitCode(p.cmd.ProcessState)
	stopped := ctx.Err() != nil
	p.c.write(&cassettes.Event{From: cassettes.Server, End: cassettes.Exit, Code: code})
	if wake(stdin) {
		<-listened
	}
	if stopped {
		return code, context.Cause(ctx)
	}
	if _, isExit := errors.AsType[*exec.ExitError](waited); waited != nil && !isExit {
		return code, fmt.Errorf("recorder: waiting for %s: %w", p.cmd.Path, waited)
	}
	return code, nil
}

// listen passes on what the client says.
func (p *process) listen(stdin io.Reader) {
	l := lane{c: p.c, from: cassettes.Client}
	l.pass(p.in, stdin)
	_ = p.in.Close()
	closeEnd(stdin) // a client that goes on writing must see it
}

// speak passes on what the server says, until it has ended and said all.
func (p *process) speak(from cassettes.From, src *os.File, to io.Writer) {
	l := lane{c: p.c, from: from}
	l.pass(to, lastWords{src, p.c.rec.waits.silence})
	_ = src.Close() // where the client is gone, so that the server sees it
}

// endWith ends the server when the recording is stopped before it has exited,
// and its children. It waits for no tape: one that cannot be written keeps no
// server alive.
func (p *process) endWith(ctx context.Context) {
	select {
	case <-p.exited:
		select {
		case <-p.silent:
		case <-ctx.Done():
		}
		p.endRest(true)
		return
	case <-ctx.Done():
	}
	_ = p.in.Close()
	// Its errors are that the process is gone, or that the system has no such
	// signal; then it is killed at once.
	if err := p.signal(syscall.SIGTERM); err == nil {
		late := time.NewTimer(p.c.rec.waits.grace)
		defer late.Stop()
		select {
		case <-p.exited:
			p.endRest(false)
			return
		case <-late.C:
		}
	}
	_ = p.signal(syscall.SIGKILL)
}

// endRest ends what is left of the server's group when it has exited; ask
// tells that it has not been asked to end yet.
func (p *process) endRest(ask bool) {
	if !p.group || ask && p.signal(syscall.SIGTERM) != nil {
		return // mostly nobody is left
	}
	late := time.NewTimer(p.c.rec.waits.grace)
	defer late.Stop()
	again := time.NewTicker(p.c.rec.waits.grace / 100)
	defer again.Stop()
	for p.signal(syscall.Signal(0)) == nil {
		select {
		case <-again.C:
		case <-late.C:
			_ = p.signal(syscall.SIGKILL)
			return
		}
	}
}

// signal sends a signal to the server, and to its children where they are
// ended with it.
func (p *process) signal(s syscall.Signal) error {
	if p.group {
		return signalGroup(p.cmd, s)
	}
	return p.cmd.Process.Signal(s)
}

// exitCode is the exit code of a process as a shell says it.
func exitCode(s *os.ProcessState) int {
	if s == nil {
		return -1
	}
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}

// lastWords reads a pipe of a server. From a first deadline on, which is set
// when that has exited, it reads until the pipe is done or quiet, however long
// the client takes for what came before.
type lastWords struct {
	pipe    *os.File
	silence time.Duration
}

func (w lastWords) Read(p []byte) (int, error) {
	n, err := w.pipe.Read(p)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	if err := w.pipe.SetReadDeadline(time.Now().Add(w.silence)); err != nil {
		return 0, err
	}
	return w.pipe.Read(p)
}

// closeEnd closes a client's end of a pipe where it can be closed.
func closeEnd(end any) {
	if c, ok := end.(io.Closer); ok {
		_ = c.Close() // it may be closed already
	}
}

// wake makes a pending Read of a client's input return, and reports whether
// that can be done.
func wake(stdin io.Reader) bool {
	var err error
	switch s := stdin.(type) {
	case interface{ SetReadDeadline(time.Time) error }:
		err = s.SetReadDeadline(time.Now())
	case io.Closer:
		err = s.Close()
	default:
		return false
	}
	return err == nil || errors.Is(err, os.ErrClosed)
}
