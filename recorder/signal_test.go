//go:build unix

package recorder

import (
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A server that a signal kills has the exit code that a shell gives it.
func TestCommandDiesBySignal(t *testing.T) {
	p := newPiped(t)
	code, err := p.rec.Command(t.Context(), running(t, "dies"), strings.NewReader(ping+"\n"), io.Discard, io.Discard)
	if code != 128+int(syscall.SIGKILL) || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	events := p.tape.events(t)
	if last := events[len(events)-1]; last.Code != code {
		t.Errorf("the tape has the code %d", last.Code)
	}
	p.close(t)
}

// A signal reaches the server, and its exit code the caller.
func TestCommandSignal(t *testing.T) {
	p := newPiped(t)
	if p.rec.Signal(syscall.SIGTERM) {
		t.Error("nothing runs, and a signal reached it")
	}
	done := make(chan int, 1)
	go func() {
		code, _ := p.rec.Command(t.Context(), running(t, "deaf"), strings.NewReader(ping+"\n"), io.Discard, io.Discard)
		done <- code
	}()
	p.tape.wait(t, answered)
	if !p.rec.Signal(syscall.SIGTERM) {
		t.Error("the signal reached nothing")
	}
	if code := <-done; code != 7 {
		t.Errorf("exit code %d", code)
	}
	p.close(t)
}

// A server behind a bridge is ended with its children, and their last words
// and its exit code are on the tape.
func TestBridgeEndsChildren(t *testing.T) {
	p := newPiped(t)
	p.rec.waits.leaving = time.Millisecond // it does not end with its input
	b := p.rec.Bridge(func() *exec.Cmd { return running(t, "family") }, io.Discard)
	inside(t.Context(), b, "POST", "/mcp", "", strings.Replace(ping, "ping", "initialize", 1))
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	events := p.tape.events(t)
	if said := spoken(events, cassettes.Stderr); said != "terminated\nterminated\n" {
		t.Errorf("by the tape they said %q", said)
	}
	if last := events[len(events)-1]; last.End != cassettes.Exit || last.Code != 7 {
		t.Errorf("the tape ends with %s", line(last))
	}
	p.close(t)
}
