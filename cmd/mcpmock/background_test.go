package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A background is a program that a script started.
type background struct {
	cmd    *exec.Cmd
	out    bytes.Buffer // complete when read is done
	err    bytes.Buffer
	read   sync.WaitGroup
	waited bool
}

// patience is how long a script waits for a program to do what it must.
const patience = time.Minute

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND...")
	}
	b := &background{cmd: exec.Command(lookPath(ts, args[1]), args[2:]...)}
	b.cmd.Dir = ts.MkAbs(".")
	b.cmd.Env = append(b.cmd.Environ(), "PATH="+ts.Getenv("PATH"), "GORACE="+raceOptions, "HTTP_PROXY=", "http_proxy=")
	b.cmd.Stderr = &b.err
	stdout, err := b.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(b.cmd.Start())
	ts.Defer(func() {
		if !b.waited {
			_ = b.cmd.Process.Kill()
			_ = b.cmd.Wait()
			ts.Logf("%s was left running; stderr:\n%s", args[0], b.err.String())
		}
	})
	lines := make(chan string, 1)
	b.read.Go(func() {
		r := bufio.NewReader(io.TeeReader(stdout, &b.out))
		line, _ := r.ReadString('\n')
		lines <- line
		_, _ = io.Copy(io.Discard, r)
	})
	var line string
	select {
	case line = <-lines:
	case <-time.After(patience):
	}
	var r ready
	if err := json.Unmarshal([]byte(line), &r); err != nil || r.Event != "ready" || r.PID != b.cmd.Process.Pid {
		_ = b.cmd.Process.Kill()
		b.wait()
		ts.Fatalf("no ready line but %q; stderr:\n%s", line, b.err.String())
	}
	ts.Setenv(args[0], r.URL)
	u, err := url.Parse(r.URL)
	ts.Check(err)
	ts.Setenv(args[0]+"_address", u.Host)
	running(ts)[args[0]] = b
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: end CODE NAME")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	b := running(ts)[args[1]]
	ts.Check(b.cmd.Process.Signal(syscall.SIGTERM))
	late := time.AfterFunc(patience, func() { _ = b.cmd.Process.Kill() })
	err = b.wait()
	inTime := late.Stop()
	write(ts, args[1]+".out", b.out.Bytes())
	write(ts, args[1]+".err", b.err.Bytes())
	ts.Logf("%s", b.err.String())
	if got := exitCode(ts, err); !inTime || got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: killed NAME")
	}
	b := running(ts)[args[0]]
	ts.Check(b.cmd.Process.Kill())
	_ = b.wait() // it says that it was killed
}

func (b *background) wait() error {
	b.read.Wait()
	b.waited = true
	return b.cmd.Wait()
}

// running is the programs of one script by their names.
func running(ts *testscript.TestScript) map[string]*background {
	return ts.Value(backgrounds{}).(map[string]*background)
}

type backgrounds struct{}

// lookPath finds a program where the script's shell would.
func lookPath(ts *testscript.TestScript, name string) string {
	path, err := exec.LookPath(name)
	ts.Check(err)
	return path
}
