package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
)

// runCaller records a server that speaks HTTP for the one client that started
// mcpmock and speaks over stdio. stdout is that client's, so people are told
// nothing unless something is wrong.
func (r *recording) runCaller(ctx context.Context, c *console) error {
	upstream, opts, err := r.towards(ctx)
	if err != nil {
		return err
	}
	_, unmade := os.Stat(r.file)
	file, err := r.create()
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Had.Cut > 0 {
		c.talk("mcpmock: %s ended in a torn value: %d bytes cut off", r.file, file.Had.Cut)
	}
	rec, err := newRecorder(c, file, opts)
	if err != nil {
		return err
	}
	surviveBrokenPipes()
	ctx, stop := untilSignal(ctx)
	defer stop()
	lost := rec.Stdio(ctx, upstream, r.transport == overSSE, os.Stdin, c.out)
	if errors.Is(lost, syscall.EPIPE) {
		lost = nil // a client may end by hanging up
	}
	err = errors.Join(rec.Close(), file.Close())
	if lost != nil && rec.Stats().Events == 0 && errors.Is(unmade, fs.ErrNotExist) {
		err = errors.Join(err, os.Remove(r.file))
	} else if err == nil && r.golden {
		err = cassettes.RewriteGolden(r.file, r.layout())
	}
	if err != nil {
		return (&failure{code: exitCheck, err: err}).hint("what was written before is whole: mcpmock show %s", say.File(r.file))
	}
	if c.verbose {
		r.saved(c, rec.Stats())
	}
	if lost != nil {
		return &failure{code: exitUpstream, err: lost}
	}
	return nil
}
