package main

import (
	"fmt"
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// needed is how many requests that meet the rest of a trigger there must be
// before it is met; 0 where it counts none.
func needed(t *scenarios.Trigger) int {
	switch {
	case t.Nth > 0:
		return t.Nth
	case t.Every > 0:
		return t.Every
	case t.After > 0:
		return t.After + 1
	}
	return 0
}

// counted is how many of these the cassette has in what fault i counts in.
func (r *rehearsal) counted(i int) int {
	if r.acrossSessions(i) {
		return r.all[i]
	}
	return r.most[i]
}

// acrossSessions reports whether a fault counts the requests of all sessions
// together.
func (r *rehearsal) acrossSessions(i int) bool {
	return r.scenario.Faults[i].Scope == "server" || r.scenario.Faults[i].Scope == "connection"
}

// tooFew says of a fault that the cassette has too few requests for it, and how
// many it needs.
func (r *rehearsal) tooFew(i int) string {
	t := &r.scenario.Faults[i].When
	what := "request"
	if t.Method == mcp.ToolsCall || t.Tool != "" {
		what = "call"
	}
	text := fmt.Sprintf("it needs %s that meet the rest, and the cassette has %d", say.Count(needed(t), what), r.counted(i))
	if !r.acrossSessions(i) {
		text += " " + r.within()
	}
	return text
}

// tooFewCure says what to write where a cassette has too few requests.
func (r *rehearsal) tooFewCure(i int) string {
	t, n := &r.scenario.Faults[i].When, r.counted(i)
	write := ""
	switch {
	case t.Nth > 0:
		write = fmt.Sprintf("write nth: %d", n)
	case t.Every > 0:
		write = fmt.Sprintf("write every: %d", n)
	case n > 1:
		write = fmt.Sprintf("write after: %d", n-1)
	default:
		write = "leave after out"
	}
	if !r.acrossSessions(i) && r.all[i] >= needed(t) {
		write += ", or scope: server"
	}
	return write + ", or take a cassette with as many"
}

// tooEarly says of a fault that the cassette is too short in time for it.
func tooEarly(t *scenarios.Trigger) string {
	return fmt.Sprintf("it waits for requests %s after the first of their session, which no request of the cassette is: it hits a client that takes its time", t.AfterTime)
}

// metByAnotherClient says of a fault that hits nothing for want of requests, or
// of time, how a client that does more than the recorded one meets it; "" where
// none would.
func (r *rehearsal) metByAnotherClient(i int) string {
	t := &r.scenario.Faults[i].When
	switch {
	case r.waits(i):
		return fmt.Sprintf("it waits for a request after %s of silence, which no request of the cassette is: it hits a client that takes its time", t.Idle)
	case r.counted(i) == 0:
		return ""
	case t.AfterTime > 0:
		return tooEarly(t)
	case needed(t) <= r.counted(i):
		return ""
	}
	for k := range r.scenario.Faults {
		if k != i && len(r.hits[k]) > 0 && (r.disturbs(k) || slices.Contains(r.beside[i], k)) {
			return fmt.Sprintf("%s: it hits a client that asks again because of %s", r.tooFew(i), faultName(&r.scenario.Faults[k], k+1))
		}
	}
	return ""
}

// waits reports whether fault i lacks nothing but a silence of the client's.
func (r *rehearsal) waits(i int) bool {
	unmet := 0
	for k := range r.parts[i] {
		if p := &r.parts[i][k]; !p.met {
			unmet++
			if p.key != "idle" {
				return false
			}
		}
	}
	return unmet > 0
}

// disturbs reports whether a fault does what a client may begin anew after.
func (r *rehearsal) disturbs(k int) bool {
	do := &r.scenario.Faults[k].Do
	return do.Replaces() || do.OnSession() || do.Quits()
}
