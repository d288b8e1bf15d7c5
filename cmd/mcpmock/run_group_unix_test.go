//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"testing"
	"time"
)

// Where there is no terminal, a command that is ended is ended with what it has
// started: nothing holds its stdout any more.
func TestEndedWithItsChildren(t *testing.T) {
	if atTerminal() {
		t.Skip("with a terminal the command shares mcpmock's process group")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	end := make(chan struct{})
	lines := bufio.NewReader(r)
	go func() {
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Errorf("%q, %v", line, err)
		}
		close(end)
	}()
	k := &child{args: []string{"sh", "-c", "sh -c 'echo ready; sleep 60; echo lives' & wait; echo lives, too"}, env: os.Environ(), out: w, err: io.Discard, end: end}
	code, err := k.run(t.Context())
	w.Close()
	if err != nil || code != 143 || !k.endedEarly {
		t.Errorf("it ends with %d, %v", code, err)
	}
	if err := r.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(lines); len(rest) > 0 || err != nil {
		t.Errorf("it left what says %q, %v", rest, err)
	}
}
