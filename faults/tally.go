package faults

import (
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Counts is how many requests have met each trigger, in a session or in the
// whole mock. The zero Counts is ready for use, with one Run only.
type Counts struct{ met []int32 }

// A tally is which of the requests that meet the rest of a trigger are meant.
type tally struct {
	counts            bool // it counts them, in its scope
	scope             scope
	nth, every, after int32
	wait              time.Duration
}

// A scope is where requests are counted.
type scope uint8

const (
	inSession scope = iota
	inServer
	inConnection
)

func tallyOf(f *scenarios.Fault) tally {
	t := &f.When
	y := tally{counts: t.Nth > 0 || t.Every > 0 || t.After > 0, nth: int32(t.Nth), every: int32(t.Every), after: int32(t.After), wait: t.AfterTime}
	switch f.Scope {
	case "server":
		y.scope = inServer
	case "connection":
		y.scope = inConnection
	}
	return y
}

// counted counts a request that meets all the rest, and reports whether it is
// one of those that are meant. The caller holds mu.
func (s *Run) counted(c *candidate, r *Request, at *Place) bool {
	if c.wait > 0 && r.Since < c.wait {
		return false
	}
	if !c.counts {
		return true
	}
	in := at.Session
	switch c.scope {
	case inServer:
		in = at.Server
	case inConnection:
		in = s.connection(at.Connection)
	}
	n := in.count(c.fault, len(s.progress))
	switch {
	case c.nth > 0:
		return n == c.nth
	case c.every > 0:
		return n%c.every == 0
	}
	return n > c.after
}

func (c *Counts) count(i, faults int) int32 {
	if c.met == nil {
		c.met = make([]int32, faults)
	}
	c.met[i]++
	return c.met[i]
}
