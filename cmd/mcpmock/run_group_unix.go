//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// A crew is a command with all that it has started, as far as one signal reaches
// them: its process group, where it has one of its own.
type crew struct {
	cmd *exec.Cmd
	own bool
}

// newCrew gives a command that has not begun a process group of its own, but not
// where mcpmock has a terminal: what reads from it, or is stopped and ended there
// by its keys, must be in the group that the terminal knows.
func newCrew(cmd *exec.Cmd) *crew {
	k := &crew{cmd, !atTerminal()}
	if k.own {
		if cmd.SysProcAttr == nil {
			cmd.SysProcAttr = &syscall.SysProcAttr{}
		}
		cmd.SysProcAttr.Setpgid = true
	}
	return k
}

// signal sends them a signal. Those that have ended do not mind.
func (k *crew) signal(s os.Signal) {
	if n, ok := s.(syscall.Signal); ok && k.own {
		_ = syscall.Kill(-k.cmd.Process.Pid, n)
		return
	}
	_ = k.cmd.Process.Signal(s)
}

// left reports whether the command, which has ended, left something behind in its
// group.
func (k *crew) left() bool {
	return k.own && syscall.Kill(-k.cmd.Process.Pid, 0) == nil
}

// shared reports whether a signal is one that the terminal gives to every
// process in the foreground: they got it when mcpmock did, and must not get it
// twice.
func (k *crew) shared(s os.Signal) bool {
	return !k.own && (s == os.Interrupt || s == unix.SIGQUIT) && inForeground()
}

// atTerminal reports whether mcpmock has a terminal that may stop and end it: it
// reads from it, or is in its foreground.
func atTerminal() bool {
	_, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err == nil || inForeground()
}

// inForeground reports whether mcpmock's process group is the one that a terminal
// gives its keys to.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false // there is no terminal
	}
	defer tty.Close()
	foreground, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}
