package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// Who talks to a stderr that nobody reads waits, as any program does, until a
// signal comes; from then on for untilTold, and only once.
func TestParting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer r.Close()
		ctx, end := context.WithCancel(t.Context())
		c := &console{err: w}
		c.partFrom(ctx)
		go func() {
			time.Sleep(time.Minute)
			end()
		}()
		began := time.Now()
		_, err := c.err.Write([]byte("one"))
		if took := time.Since(began); !errors.Is(err, errUnread) || took != time.Minute+untilTold {
			t.Errorf("the first: %v, after %v", err, took)
		}
		c.talk("two")
		if took := time.Since(began); took != time.Minute+untilTold {
			t.Errorf("the second took until %v", took)
		}
	})
}

// Who is read is heard to the end.
func TestPartingRead(t *testing.T) {
	r, w := io.Pipe()
	ctx, end := context.WithCancel(t.Context())
	end()
	c := &console{err: w}
	c.partFrom(ctx)
	go func() {
		c.talk("one")
		c.talk("two")
		w.Close()
	}()
	if got, err := io.ReadAll(r); string(got) != "one\ntwo\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
