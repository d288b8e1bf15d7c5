package main

import (
	"fmt"
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// needs is how many requests that meet the rest of a trigger there must be
// before it is met; 0 where it counts none.
func needs(t *scenarios.Trigger) int {
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

// has is how many of these the cassette has in what fault i counts in.
func (r *rehearsal) has(i int) int {
	if r.wide(i) {
		return r.all[i]
	}
	return r.most[i]
}

// wide reports whether a fault counts the requests of all sessions together.
func (r *rehearsal) wide(i int) bool {
	return r.scenario.Faults[i].Scope == "server" || r.scenario.Faults[i].Scope == "connection"
}

// short says of a fault that the cassette has too few requests for it, and how
// many it needs.
func (r *rehearsal) short(i int) string {
	t := &r.scenario.Faults[i].When
	what := "request"
	if t.Method == mcp.ToolsCall || t.Tool != "" {
		what = "call"
	}
	text := fmt.Sprintf("it needs %s that meet the rest, and the cassette has %d", say.Count(needs(t), what), r.has(i))
	if !r.wide(i) {
		text += " " + r.within()
	}
	return text
}

// fewer says what to write where a cassette has too few requests.
func (r *rehearsal) fewer(i int) string {
	t, has := &r.scenario.Faults[i].When, r.has(i)
	write := ""
	switch {
	case t.Nth > 0:
		write = fmt.Sprintf("write nth: %d", has)
	case t.Every > 0:
		write = fmt.Sprintf("write every: %d", has)
	case has > 1:
		write = fmt.Sprintf("write after: %d", has-1)
	default:
		write = "leave after out"
	}
	if !r.wide(i) && r.all[i] >= needs(t) {
		write += ", or scope: server"
	}
	return write + ", or take a cassette with as many"
}

// later says of a fault that the cassette is too short in time for it.
func (r *rehearsal) later(t *scenarios.Trigger) string {
	return fmt.Sprintf("it waits for requests %s after the first of their session, which no request of the cassette is: it hits a client that takes its time", t.AfterTime)
}

// again says of a fault that hits nothing for want of requests, or of time, how a
// client that does more than the recorded one meets it; "" where none would.
func (r *rehearsal) again(i int) string {
	t := &r.scenario.Faults[i].When
	switch {
	case r.waits(i):
		return fmt.Sprintf("it waits for a request after %s of silence, which no request of the cassette is: it hits a client that takes its time", t.Idle)
	case r.has(i) == 0:
		return ""
	case t.AfterTime > 0:
		return r.later(t)
	case needs(t) <= r.has(i):
		return ""
	}
	for k := range r.scenario.Faults {
		if k != i && len(r.hits[k]) > 0 && (r.disturbs(k) || slices.Contains(r.beside[i], k)) {
			return fmt.Sprintf("%s: it hits a client that asks again because of %s", r.short(i), faultName(&r.scenario.Faults[k], k+1))
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
