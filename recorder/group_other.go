//go:build !unix

package recorder

import (
	"os/exec"
	"syscall"
)

// ownGroup has nothing to do: here a signal reaches one process alone.
func ownGroup(*exec.Cmd) {}

// signalGroup sends a signal to a command.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) error { return cmd.Process.Signal(s) }
