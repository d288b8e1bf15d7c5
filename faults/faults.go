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
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A Set is the faults of a scenario, made ready. It is not changed, and is
// safe for concurrent use.
type Set struct {
	faults []scenarios.Fault
	// byMethod has the faults that a message of that method may meet, in
	// order; rest those that any other may, and what carries no message.
	byMethod  map[string][]int
	rest      []int
	doing     [4]bool // whether some fault waits for that
	seed      *int64
	elsewhere bool     // some fault says something on standalone streams
	cursors   []string // that faults hand out
}

// NewSet makes a Set of a scenario's faults. The scenario must not change any
// more.
func NewSet(s *scenarios.Scenario) *Set {
	set := &Set{faults: s.Faults, byMethod: map[string][]int{}, seed: s.Seed}
	for i := range s.Faults {
		t := &s.Faults[i].When
		if m := only(t); m != "" {
			set.byMethod[m] = nil
		} else {
			set.rest = append(set.rest, i)
		}
		do := &s.Faults[i].Do
		set.cursors = append(set.cursors, cursorsOf(do)...)
		set.elsewhere = set.elsewhere || do.Stream != nil && (do.Stream.On == "get" || do.Stream.On == "both") ||
			slices.ContainsFunc(do.Send, func(m scenarios.Sent) bool { return m.On == "get" || m.On == "both" })
		for d, name := range [...]string{Connects: "connect", Disconnects: "disconnect", Closes: "eof"} {
			set.doing[d] = set.doing[d] || name != "" && (t.Client == name || s.Faults[i].Until != nil && s.Faults[i].Until.Client == name)
		}
	}
	for method := range set.byMethod {
		for i := range s.Faults {
			if m := only(&s.Faults[i].When); m == method || m == "" {
				set.byMethod[method] = append(set.byMethod[method], i)
			}
		}
	}
	return set
}

// cursorsOf returns the cursors that an action puts into lists.
func cursorsOf(do *scenarios.Action) (all []string) {
	for _, e := range do.Set {
		if v := gjson.ParseBytes(e.Value); e.Pointer == "/result/nextCursor" && v.Type == gjson.String {
			all = append(all, v.Str)
		}
	}
	return all
}

// HandsOut reports whether a fault gives clients that cursor.
func (set *Set) HandsOut(cursor string) bool { return slices.Contains(set.cursors, cursor) }

// only returns the one method whose messages can meet a trigger, or "".
func only(t *scenarios.Trigger) string {
	switch {
	case t.Tool != "" || t.Arguments != nil:
		return mcp.ToolsCall
	case strings.HasSuffix(t.Method, "*"):
		return ""
	}
	return t.Method
}

// Len returns how many faults there are.
func (set *Set) Len() int { return len(set.faults) }

// Awaits reports whether a fault waits for the client to do that.
func (set *Set) Awaits(d Doing) bool { return set.doing[d] }

// Elsewhere reports whether a fault says something on standalone streams that
// did not begin there.
func (set *Set) Elsewhere() bool { return set.elsewhere }

// candidates returns the faults that a request may meet.
func (set *Set) candidates(r *Request) []int {
	if some, ok := set.byMethod[r.Method()]; ok {
		return some
	}
	return set.rest
}

// A Run is how far the faults have got in one mock. It is safe for
// concurrent use.
type Run struct {
	set *Set

	mu          sync.Mutex
	progress    []progress
	watching    []int // faults that fired and have an Until, which may come
	connections map[string]*Counts
	random      *rand.Rand
}

type progress struct {
	fired       int
	over        bool
	first, last time.Time
}

// Counts is how many requests have met each trigger, in a session or in the
// whole mock. The zero Counts is ready for use, with one Run only.
type Counts struct{ met []int32 }

// Place is where a request belongs, for the counting.
type Place struct {
	Session    *Counts // of its session, or of clients without one
	Server     *Counts // of the mock
	Connection string  // the client's address
}

// Begin returns the Run of a mock in which nothing has happened.
func (set *Set) Begin() *Run {
	s := &Run{set: set, progress: make([]progress, len(set.faults))}
	if set.seed != nil {
		s.random = rand.New(rand.NewPCG(uint64(*set.seed), 0))
	}
	return s
}

// Fire calls act for each fault that fires on a request, in their order, until
// act returns false. Act may change the request; faults after it see that. The
// faults that act is not called for count the request all the same.
func (s *Run) Fire(r *Request, at Place, now time.Time, act func(*scenarios.Fault) bool) {
	s.end(r)
	wanted := true
	for _, i := range s.set.candidates(r) {
		f := &s.set.faults[i]
		if Meets(&f.When, r) && s.fires(i, f, r, at, now, wanted) {
			wanted = act(f)
		}
	}
}

// end ends the faults whose Until has come.
func (s *Run) end(r *Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := 0; k < len(s.watching); k++ {
		i := s.watching[k]
		if Meets(s.set.faults[i].Until, r) {
			s.progress[i].over = true
			s.watching = append(s.watching[:k], s.watching[k+1:]...)
			k--
		}
	}
}

// fires counts a request that meets a fault's trigger, and reports whether the
// fault acts where that is wanted.
func (s *Run) fires(i int, f *scenarios.Fault, r *Request, at Place, now time.Time, wanted bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &s.progress[i]
	if f.For > 0 && p.fired > 0 && now.Sub(p.first) >= f.For {
		p.over = true
	}
	if !s.counted(i, f, r, at) || !wanted || p.over || f.Cooldown > 0 && p.fired > 0 && now.Sub(p.last) < f.Cooldown {
		return false
	}
	if f.When.Chance > 0 && f.When.Chance < 1 && s.random != nil && s.random.Float64() >= f.When.Chance {
		return false
	}
	if p.fired == 0 {
		p.first = now
		if f.Until != nil {
			s.watching = append(s.watching, i)
		}
	}
	p.fired++
	p.last = now
	p.over = f.Times > 0 && p.fired >= f.Times
	return true
}

// counted counts a request that meets all the rest, and reports whether it is
// one of those that are meant.
func (s *Run) counted(i int, f *scenarios.Fault, r *Request, at Place) bool {
	t := &f.When
	if t.AfterTime > 0 && r.Since < t.AfterTime {
		return false
	}
	if t.Nth == 0 && t.Every == 0 && t.After == 0 {
		return true
	}
	n := int(s.place(f.Scope, at).count(i, len(s.progress)))
	switch {
	case t.Nth > 0:
		return n == t.Nth
	case t.Every > 0:
		return n%t.Every == 0
	}
	return n > t.After
}

// maxConnections bounds the connections that are counted apart.
const maxConnections = 10_000

func (s *Run) place(scope string, at Place) *Counts {
	switch scope {
	case "server":
		return at.Server
	case "connection":
		c := s.connections[at.Connection]
		if c == nil {
			if s.connections == nil || len(s.connections) >= maxConnections {
				s.connections = map[string]*Counts{}
			}
			c = &Counts{}
			s.connections[at.Connection] = c
		}
		return c
	}
	return at.Session
}

func (c *Counts) count(i, faults int) int32 {
	if c.met == nil {
		c.met = make([]int32, faults)
	}
	c.met[i]++
	return c.met[i]
}

// Chance returns a number in [0, 1), which the scenario's seed makes
// repeatable.
func (s *Run) Chance() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random == nil {
		return rand.Float64()
	}
	return s.random.Float64()
}

// Normal returns a normally distributed number, likewise.
func (s *Run) Normal() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random == nil {
		return rand.NormFloat64()
	}
	return s.random.NormFloat64()
}
