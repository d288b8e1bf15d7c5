// Package faults breaks what a server says, as a scenario tells: it knows when
// a fault fires, and makes of an answer what the client gets in its place.
//
//	set := faults.NewSet(scenario)
//	run := set.Begin()                     // one for each mock
//	run.Fire(&request, counts, now, func(f *scenarios.Fault) bool {
//		...                              // act on the request
//	})
//	w := faults.NewWriter(w, action, around) // edits the answer on its way
//	handler.ServeHTTP(w, r)
//	w.Finish()
//
// It stands in front of a mock as well as of a live server: a Writer is an
// http.ResponseWriter around another, and looks at nothing but what passes.
//
// What this does not do: it knows no sessions. Who is in front of the server
// says in a Request what a client shows of them, and acts on sessions itself.
package faults

import (
	"slices"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A Set is the faults of a scenario, made ready. It is not changed, and is
// safe for concurrent use.
type Set struct {
	faults    []scenarios.Fault
	any       []*scenarios.Fault
	http      []*scenarios.Fault // what is left of each over that transport; nil is nothing
	stdio     []*scenarios.Fault
	index     index
	doing     [4]bool                     // whether some fault waits for that
	names     map[*scenarios.Fault]string // what a journal calls each
	seed      *int64
	paths     bool     // some fault asks about the path of a request
	elsewhere bool     // some fault says something on standalone streams
	cursors   []string // that faults hand out
}

// NewSet makes a Set of a scenario's faults. The scenario must not change any
// more.
func NewSet(s *scenarios.Scenario) *Set {
	set := &Set{faults: s.Faults, index: newIndex(s.Faults), seed: s.Seed, names: map[*scenarios.Fault]string{}}
	for i := range s.Faults {
		t := &s.Faults[i].When
		do := &s.Faults[i].Do
		set.any = append(set.any, &s.Faults[i])
		set.http = append(set.http, over(&s.Faults[i], "http"))
		set.stdio = append(set.stdio, over(&s.Faults[i], "stdio"))
		for _, f := range [...]*scenarios.Fault{set.any[i], set.http[i], set.stdio[i]} {
			set.names[f] = s.Faults[i].Called(i + 1)
		}
		set.paths = set.paths || asksPath(t)
		set.cursors = append(set.cursors, cursorsOf(do)...)
		set.elsewhere = set.elsewhere || do.Stream != nil && (do.Stream.On == "get" || do.Stream.On == "both") ||
			slices.ContainsFunc(do.Send, func(m scenarios.Sent) bool { return m.On == "get" || m.On == "both" })
		for d, name := range [...]string{Connects: "connect", Disconnects: "disconnect", Closes: "eof"} {
			set.doing[d] = set.doing[d] || name != "" && (t.Client == name || s.Faults[i].Until != nil && s.Faults[i].Until.Client == name)
		}
	}
	return set
}

// over returns what is left of a fault over a transport, or nil.
func over(f *scenarios.Fault, transport string) *scenarios.Fault {
	left, nothing := f.Do.Over(transport)
	switch {
	case nothing == nil:
		return f
	case left == nil:
		return nil
	}
	some := *f
	some.Do = *left
	return &some
}

// transport returns what each fault does to requests that come as this one does;
// nil where that means nothing over the transport.
func (set *Set) transport(r *Request) []*scenarios.Fault {
	switch r.Over {
	case "http":
		return set.http
	case "stdio":
		return set.stdio
	}
	return set.any
}

// AsksPaths reports whether a fault asks about the path of a request, and so may
// meet one where nothing is served.
func (set *Set) AsksPaths() bool { return set.paths }

// Name is what a journal calls a fault that fires.
func (set *Set) Name(f *scenarios.Fault) string { return set.names[f] }

// cursorsOf returns the cursors that an action puts into lists.
func cursorsOf(do *scenarios.Action) (all []string) {
	for _, e := range do.Set {
		if v := gjson.ParseBytes(e.Value); e.Pointer == "/result/nextCursor" && v.Type == gjson.String {
			all = append(all, v.Str)
		}
	}
	return all
}

// HasCursors reports whether faults give clients cursors at all.
func (set *Set) HasCursors() bool { return len(set.cursors) > 0 }

// HandsOut reports whether a fault gives clients that cursor.
func (set *Set) HandsOut(cursor string) bool { return slices.Contains(set.cursors, cursor) }

// Len returns how many faults there are.
func (set *Set) Len() int { return len(set.faults) }

// Awaits reports whether a fault waits for the client to do that.
func (set *Set) Awaits(d Doing) bool { return set.doing[d] }

// Elsewhere reports whether a fault says something on standalone streams that
// did not begin there.
func (set *Set) Elsewhere() bool { return set.elsewhere }
