//go:build !unix

package check

import "os/exec"

// withChildren lets a command that is cancelled end; its children are its own
// affair here.
func withChildren(cmd *exec.Cmd) { cmd.Cancel = func() error { return cmd.Process.Kill() } }
