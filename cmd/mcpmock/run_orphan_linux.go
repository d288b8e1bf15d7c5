package main

import (
	"os/exec"
	"syscall"
)

// endWithParent has a command sent SIGTERM where mcpmock ends before it does:
// then it was killed, and what it was started for is over.
func endWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
