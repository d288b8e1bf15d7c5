package main

import (
	"context"
	"errors"
	"io"
	"time"
)

// A parting is stderr as it is to somebody who may leave: a client over stdio
// that reads none of it and ends mcpmock by a signal. From then on no write takes
// longer than untilTold, and what cannot be said is left unsaid.
type parting struct {
	w     io.Writer
	ends  context.Context
	stuck bool // a write was left behind
}

// untilTold is how long people may take to read what is said last.
const untilTold = 500 * time.Millisecond

var errUnread = errors.New("nobody reads it")

// partFrom has nobody wait for stderr when ctx has ended.
func (c *console) partFrom(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = &parting{w: c.err, ends: ctx}
}

// Write is for one goroutine at a time, as the console's lock has it. A write that
// blocks is left behind: it ends with the process.
func (t *parting) Write(p []byte) (int, error) {
	if t.stuck {
		return 0, errUnread
	}
	type outcome struct {
		n   int
		err error
	}
	written := make(chan outcome, 1)
	p = append([]byte{}, p...) // of the caller's, who may go on
	go func() {
		n, err := t.w.Write(p)
		written <- outcome{n, err}
	}()
	select {
	case o := <-written:
		return o.n, o.err
	case <-t.ends.Done():
	}
	select {
	case o := <-written:
		return o.n, o.err
	case <-time.After(untilTold):
		t.stuck = true
		return 0, errUnread
	}
}
