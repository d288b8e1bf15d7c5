//go:build !unix

package main

import (
	"os"
	"os/exec"
)

// A crew is a command: here a signal reaches one process alone.
type crew struct{ cmd *exec.Cmd }

func newCrew(cmd *exec.Cmd) *crew { return &crew{cmd} }

// signal sends the command a signal. One that has ended does not mind.
func (k *crew) signal(s os.Signal) { _ = k.cmd.Process.Signal(s) }

// left reports that nothing is known to be left behind.
func (k *crew) left() bool { return false }

// shared reports whether a signal is one that the command got when mcpmock did:
// on Windows the console gives each to both.
func (k *crew) shared(os.Signal) bool { return true }
