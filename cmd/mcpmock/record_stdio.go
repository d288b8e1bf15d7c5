package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/recorder"
)

// runStdio records a server that speaks over stdio: it stands between the
// client that started mcpmock and the server that it starts itself. To both it
// is nobody, so it says nothing unless something is wrong.
func (r *recording) runStdio(ctx context.Context, c *console) error {
	cmd := r.serverCommand()
	if cmd.Err != nil {
		return r.cannotStart(cmd.Err)
	}
	file, err := r.share()
	if err != nil {
		return err
	}
	defer file.Close()
	rec, err := r.pipeRecorder(c, file)
	if err != nil {
		return err
	}
	surviveBrokenPipes()
	ctx, signals := passSignals(ctx, rec)
	code, err := rec.Command(ctx, cmd, os.Stdin, c.out, c.err)
	signals.stop()
	failed := rec.Close()
	if _, unstarted := errors.AsType[*exec.Error](err); unstarted || cmd.Process == nil && err != nil {
		return errors.Join(r.cannotStart(err), file.Close())
	}
	var last func() error
	if r.golden {
		last = func() error { return cassettes.RewriteGolden(r.file, r.layout()) }
	}
	failed = errors.Join(failed, err, file.CloseThen(last))
	if failed == nil {
		if c.verbose {
			r.saved(c, rec.Stats())
		}
		return exit(code).orNil()
	}
	if code == 0 {
		code = exitCheck
	}
	return (&failure{code: code, err: failed}).hint("what was written before is whole: mcpmock show %s", say.File(r.file))
}

// serverCommand is the server's command as the client would run it.
func (r *recording) serverCommand() *exec.Cmd {
	name := r.command[0]
	if r.dir != "" && strings.ContainsAny(name, `/\`) && !filepath.IsAbs(name) {
		name = filepath.Join(r.dir, name)
	}
	cmd := exec.Command(name, r.command[1:]...)
	cmd.Dir = r.dir
	if len(r.env) > 0 {
		cmd.Env = append(os.Environ(), r.env...)
	}
	return cmd
}

// cannotStart is the failure to start the server.
func (r *recording) cannotStart(err error) error {
	f := &failure{code: exitUpstream, err: fmt.Errorf("cannot start the server %s: %w", say.Word(r.command[0]), cause(err))}
	if r.dir != "" {
		if info, err := os.Stat(r.dir); err != nil || !info.IsDir() {
			f.err = fmt.Errorf("cannot start the server %s: there is no directory %s", say.Word(r.command[0]), r.dir)
			return f.hint("its configuration says to run it there: correct its cwd")
		}
	}
	return f.hint("run its command by itself first; clients often have another PATH than a shell")
}

// cause is what the system says of a failure, without what was being done.
func cause(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// share opens the cassette to write, beside others that may write it.
func (r *recording) share() (*cassettes.Shared, error) {
	header := cassettes.Header{Transport: overStdio, Redact: r.rules()}
	open := cassettes.ShareAnew
	isTape := false
	if !r.force {
		open = cassettes.Share
		var err error
		if isTape, err = r.sameRules(); err != nil {
			return nil, err
		}
	}
	file, err := open(r.file, header, r.fileOptions()...)
	return file, r.cannotOpen(err, isTape)
}

// pipeRecorder makes the recorder; with -v, one whose events are told.
func (r *recording) pipeRecorder(c *console, file *cassettes.Shared) (*recorder.Recorder, error) {
	redact, err := cassettes.NewRedactor(file.Header.Redact)
	if err != nil {
		return nil, err
	}
	// The server has both; its client's configuration may set secrets, too.
	for _, v := range append(os.Environ(), r.env...) {
		name, value, _ := strings.Cut(v, "=")
		redact.HideVariable(name, value)
	}
	for _, v := range r.env {
		_, value, _ := strings.Cut(v, "=")
		redact.Hide(value)
	}
	var tape recorder.Tape = file
	if c.verbose {
		tape = &toldShared{file, newTicker(c)}
	}
	return recorder.New(tape, recorder.WithRedactor(redact), recorder.WithLog(slog.New(talker{c})))
}

// toldShared is told for a tape that others write, too.
type toldShared struct {
	*cassettes.Shared
	ticker *ticker
}

func (t *toldShared) Take(make func(cassettes.Had) *cassettes.Event) error {
	var e *cassettes.Event
	err := t.Shared.Take(func(had cassettes.Had) *cassettes.Event {
		e = make(had)
		return e
	})
	if err == nil {
		t.ticker.hear(e)
	}
	return err
}

// A relay passes on to a server the signals that its client sends to mcpmock.
type relay struct {
	signals chan os.Signal
	done    sync.WaitGroup
}

// passSignals passes signals on to the recorder's server. Where it does not
// run yet, the context ends.
func passSignals(ctx context.Context, rec *recorder.Recorder) (context.Context, *relay) {
	ctx, cancel := context.WithCancel(ctx)
	s := &relay{signals: make(chan os.Signal, 8)}
	for _, sig := range passedOn() {
		if !signal.Ignored(sig) { // by whoever started mcpmock: the server inherits it
			signal.Notify(s.signals, sig)
		}
	}
	s.done.Go(func() {
		defer cancel()
		for sig := range s.signals {
			if !rec.Signal(sig) {
				cancel()
			}
		}
	})
	return ctx, s
}

// stop ends the passing on; signals have their usual effect again.
func (s *relay) stop() {
	signal.Stop(s.signals)
	close(s.signals)
	s.done.Wait()
}
