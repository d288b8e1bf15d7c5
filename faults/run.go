package faults

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

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
// act returns false. A fault that would do nothing over the transport is not met,
// and one of which a part means nothing there comes without that part. Act may change the request; faults after it see that. The
// faults that act is not called for count the request all the same.
func (s *Run) Fire(r *Request, at Place, now time.Time, act func(*scenarios.Fault) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(r)
	wanted := true
	for _, c := range s.set.index.candidates(r) {
		f := s.set.of(c.fault, r)
		if f != nil && (c.met || Meets(&f.When, r)) && !(s.set.sessions[c.fault] && idle(&f.Do, r)) && s.fires(c.fault, f, r, at, now, wanted) {
			wanted = s.without(act, f)
		}
	}
}

// without calls act without mu: it may ask for chance, take its time, or panic.
func (s *Run) without(act func(*scenarios.Fault) bool, f *scenarios.Fault) bool {
	s.mu.Unlock()
	defer s.mu.Lock()
	return act(f)
}

// end ends the faults whose Until has come. The caller holds mu.
func (s *Run) end(r *Request) {
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
// fault acts where that is wanted. The caller holds mu.
func (s *Run) fires(i int, f *scenarios.Fault, r *Request, at Place, now time.Time, wanted bool) bool {
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
