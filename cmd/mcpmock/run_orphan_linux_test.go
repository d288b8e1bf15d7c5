package main

import (
	"bufio"
	"os"
	"os/exec"
	"testing"
)

// When mcpmock is killed, what it was running is sent SIGTERM.
func TestKilledTakesItsCommandAlong(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "run", "--", "sh", "-c", `trap "echo ended; exit" TERM; echo ready; while :; do sleep 0.05; done`)
	cmd.Args[0] = "mcpmock"
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("it said %q", lines.Text())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || lines.Text() != "ended" {
		t.Errorf("it said %q, and not that it was ended", lines.Text())
	}
	_ = cmd.Wait() // it was killed
}
