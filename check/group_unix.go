//go:build unix

package check

import (
	"os/exec"
	"syscall"
)

// withChildren lets a command that is cancelled end with all it has started.
func withChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
