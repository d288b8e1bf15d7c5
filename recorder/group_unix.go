//go:build unix

package recorder

import (
	"errors"
	"os/exec"
	"syscall"
)

// ownGroup lets a command start in a process group of its own, so that it can
// be ended with its children: npx, uvx and shell scripts have the server as one.
func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// signalGroup sends a signal to all processes of a command's own group.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) error {
	if cmd.Process == nil || cmd.Process.Pid <= 1 {
		return errors.New("not started")
	}
	return syscall.Kill(-cmd.Process.Pid, s)
}
