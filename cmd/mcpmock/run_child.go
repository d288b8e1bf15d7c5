package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// The exit codes of run where the command did not begin, as shells and other
// programs that run programs have them.
const (
	exitNotRun   = 126
	exitNotFound = 127
)

// A child is a command that is run with mcpmock's own stdin. A terminal is the
// child's as much as mcpmock's; where there is none, what the command starts is
// signalled with it.
type child struct {
	args     []string
	env      []string
	out, err io.Writer
	signals  <-chan os.Signal // that came since before mcpmock had anything to clear away
	end      <-chan struct{}  // is closed to end it; nil where nothing does

	endedEarly bool // by that
}

// untilKilled is how long a command that is ended may take to end.
const untilKilled = 5 * time.Second

// run runs it to its end and returns its exit code, 128+n where signal n ended
// it. Signals that come meanwhile are passed on, but for those that a terminal
// has given the child already. An error says why it did not begin; one that came
// before keeps it from beginning, and is an exit. Where mcpmock itself is killed
// meanwhile, the command is sent SIGTERM, by systems that can do so.
func (k *child) run(ctx context.Context) (code int, err error) {
	cmd := exec.CommandContext(ctx, k.args[0], k.args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = k.env, os.Stdin, k.out, k.err
	select {
	case s := <-k.signals:
		return 0, endedBy(s)
	default:
	}
	endWithParent(cmd)
	crew := newCrew(cmd)
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the end of the thread that begins it is taken for the parent's
		err := cmd.Start()
		if started <- err; err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return 0, notStarted(k.args[0], err)
	}
	var killed <-chan time.Time
	for {
		select {
		case <-k.end:
			k.end, k.endedEarly = nil, true
			crew.signal(syscall.SIGTERM)
			killed = time.After(untilKilled)
		case <-killed:
			crew.signal(syscall.SIGKILL)
			killed = nil
		case s := <-k.signals:
			if !crew.shared(s) {
				crew.signal(s)
			}
		case err := <-ended:
			k.endRest(crew, killed)
			if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
				return 0, fmt.Errorf("waiting for %s: %w", k.args[0], err)
			}
			return codeOf(cmd.ProcessState), nil
		}
	}
}

// untilLooked is how often it is looked whether something is left.
const untilLooked = 20 * time.Millisecond

// endRest waits until nothing is left of what a command that was ended has
// started, and kills what is left when its time is over; killed is nil where none
// is running.
func (k *child) endRest(crew *crew, killed <-chan time.Time) {
	look := time.NewTicker(untilLooked)
	defer look.Stop()
	for killed != nil && crew.left() {
		select {
		case <-killed:
			crew.signal(syscall.SIGKILL)
			return
		case s := <-k.signals:
			crew.signal(s)
		case <-look.C:
		}
	}
}

// catch returns the signals that come from now on, but for those that whoever
// started mcpmock has it ignore. Until release none of them ends mcpmock, which so
// leaves nothing behind: no file, and no child.
func catch() (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 16)
	for _, s := range append(passedOn(), toldBy()...) {
		if !signal.Ignored(s) { // the child inherits that
			signal.Notify(c, s)
		}
	}
	return c, func() { signal.Stop(c) }
}

// endedBy is the exit code of a program that a signal has ended.
func endedBy(s os.Signal) error {
	if n, ok := s.(syscall.Signal); ok {
		return exit(128 + int(n))
	}
	return exit(exitRun)
}

// codeOf is the exit code of a process that has ended.
func codeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// notStarted is the failure to start a command.
func notStarted(name string, err error) error {
	f := &failure{code: exitNotRun, err: fmt.Errorf("cannot run %s: %w", name, causeOf(err))}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		f.code, f.err = exitNotFound, fmt.Errorf("there is no command %s", name)
	}
	return f
}

// causeOf is what is wrong with a file, without its name.
func causeOf(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if lookup, ok := errors.AsType[*exec.Error](err); ok {
		return lookup.Err
	}
	return err
}
