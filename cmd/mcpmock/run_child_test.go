//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestChildGetsSignals holds that a signal for mcpmock reaches the command, and
// that mcpmock waits for what it makes of it.
func TestChildGetsSignals(t *testing.T) {
	for name, s := range map[string]syscall.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2} {
		if atTerminal() || signal.Ignored(s) {
			continue // the tests have a terminal, which gives it to the child; or run under nohup, where no shell traps it
		}
		out, in := io.Pipe()
		signals, release := catch()
		k := &child{signals: signals, args: []string{"sh", "-c", `trap 'echo got ` + name + `; exit 3' ` + name + `; echo ready; while :; do sleep 0.05; done`}, env: os.Environ(), out: in, err: io.Discard}
		code := make(chan int, 1)
		go func() {
			n, err := k.run(t.Context())
			if err != nil {
				t.Error(err)
			}
			in.Close()
			release()
			code <- n
		}()
		lines := bufio.NewReader(out)
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(lines)
		if n := <-code; err != nil || n != 3 || string(rest) != "got "+name+"\n" {
			t.Errorf("%s: %q, exit code %d, %v", name, rest, n, err)
		}
	}
}

// TestChildEnds holds what the exit code says.
func TestChildEnds(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why  string
		args []string
		code int
		not  int // it does not begin, with that exit code
	}{
		{"all is well", []string{"true"}, 0, 0},
		{"its own code", []string{"sh", "-c", "exit 42"}, 42, 0},
		{"a signal", []string{"sh", "-c", "kill -9 $$"}, 137, 0},
		{"another", []string{"sh", "-c", "kill -15 $$"}, 143, 0},
		{"not on the path", []string{"no_such_command"}, 0, exitNotFound},
		{"no such file", []string{"./no/such/file"}, 0, exitNotFound},
		{"no program", []string{t.TempDir()}, 0, exitNotRun},
		{"nobody may run it", []string{"/etc/passwd"}, 0, exitNotRun},
	} {
		code, err := (&child{args: c.args, env: os.Environ(), out: io.Discard, err: io.Discard}).run(t.Context())
		if c.not == 0 && err != nil || code != c.code {
			t.Errorf("%s: %d, %v", c.why, code, err)
			continue
		}
		if c.not != 0 {
			f, ok := runFailed(err).(*failure)
			if !ok || f.code != c.not || strings.Contains(f.Error(), "fork/exec") {
				t.Errorf("%s: %v", c.why, err)
			}
		}
	}
}
