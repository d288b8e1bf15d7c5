//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A pricked is where mcpmock talks to: when it says a certain thing, the process
// gets a signal.
type pricked struct {
	t    *testing.T
	at   string
	came chan os.Signal
	all  bytes.Buffer
}

func (w *pricked) Write(p []byte) (int, error) {
	if w.at != "" && strings.Contains(string(p), w.at) {
		w.at = ""
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			w.t.Error(err)
		}
		if w.came != nil {
			<-w.came
			signal.Stop(w.came) // which returns when all who wait for it have it
		}
	}
	return w.all.Write(p)
}

// A signal that comes before the command has begun, or when it is done, leaves
// nothing behind either: no directory, and no journal without its end.
func TestRunClearsAway(t *testing.T) {
	for _, c := range []struct {
		why, at string
		code    int
		began   bool
	}{
		{"before the command begins", "mcpmock  weather ->", 143, false},
		{"while the report is made", "silence", 0, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			tmp := t.TempDir()
			t.Setenv("TMPDIR", tmp)
			var came chan os.Signal
			if !c.began { // afterwards only run keeps it from ending the test
				came = make(chan os.Signal, 4)
				signal.Notify(came, syscall.SIGTERM)
			}
			journal := filepath.Join(t.TempDir(), "j.cassette")
			mark := filepath.Join(t.TempDir(), "mark")
			heard := &pricked{t: t, at: c.at, came: came}
			r := &errand{command: []string{"touch", mark}}
			r.journal = journal
			r.playing.sessions, r.playing.transport, r.playing.answers = "auto", "auto", "recorded"
			r.enforce, r.match, r.onMiss, r.pace = "strict", "params", "error", "off"
			err := r.run(t.Context(), &console{out: io.Discard, err: heard})
			code, _ := errors.AsType[exit](err)
			if int(code) != c.code || err != nil && c.code == 0 {
				t.Errorf("it ends with %v, want the exit code %d; it said:\n%s", err, c.code, &heard.all)
			}
			if heard.at != "" {
				t.Errorf("no signal came: mcpmock never said %q", c.at)
			}
			if _, err := os.Stat(mark); (err == nil) != c.began {
				t.Errorf("whether the command ran: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
			tape, err := cassettes.Load(journal)
			if err != nil {
				t.Fatalf("the journal: %v", err)
			}
			_ = tape.Close()
		})
	}
}
