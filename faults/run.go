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
//
// Of a batch each message is looked at, in its order, by the triggers that ask
// about messages, so that one fault may fire for several of them: see
// [Request.Member]. Where act returns false for what answers one message alone,
// the faults after it act on the others.
func (s *Run) Fire(r *Request, at Place, now time.Time, act func(*scenarios.Fault) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(r)
	some := s.set.index.pick(r)
	if len(r.Batch.Messages) > 1 {
		s.fireBatch(&some, r, &at, now, act)
		return
	}
	wanted, over := true, s.set.transport(r)
	plain := plainly(r)
	for c := some.next(); c != nil; c = some.next() {
		f := over[c.fault]
		if f == nil {
			continue
		}
		if c.plain && plain { // most of many rules are: this is what they cost
			if at.Session.count(c.fault, len(s.progress)) != c.nth {
				continue
			}
		} else if !s.meets(c, f, r, &at) {
			continue
		}
		if wanted && s.fires(c.fault, f, now) {
			wanted, plain = s.without(act, f), plainly(r) // which act may have changed
		}
	}
}

// plainly reports whether a request is such that it meets any trigger which names
// what it is found by, and is not idle for any action.
func plainly(r *Request) bool {
	return r.Client == Sends && !r.Outside && r.Holds == Own && !sessionless(r)
}

// fireBatch is Fire for a batch of several messages. The caller holds mu.
func (s *Run) fireBatch(some *selection, r *Request, at *Place, now time.Time, act func(*scenarios.Fault) bool) {
	wanted, answered, over := true, make([]bool, len(r.Batch.Messages)), s.set.transport(r)
	for c := some.next(); c != nil; c = some.next() {
		f, looks := over[c.fault], 1
		if f == nil {
			continue
		}
		if c.asks {
			looks = len(answered)
		}
		for i := range looks {
			r.look(i)
			if !s.meets(c, f, r, at) || !wanted || answered[i] && c.asks || !s.fires(c.fault, f, now) || s.without(act, f) {
				continue
			}
			if own, _ := f.Do.Apart(); c.asks && own.Replaces() {
				answered[i] = true
			} else {
				wanted = false
			}
		}
		r.look(0)
	}
}

// meets counts a request that meets a fault, and reports whether it is one of
// those that are meant. The caller holds mu.
func (s *Run) meets(c *candidate, f *scenarios.Fault, r *Request, at *Place) bool {
	return (c.bare && r.Client == Sends && !r.Outside || meets(&f.When, r)) && !(c.session && idle(&f.Do, r)) && s.counted(c, r, at)
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

// fires reports whether a fault whose trigger is met acts. The caller holds mu.
func (s *Run) fires(i int, f *scenarios.Fault, now time.Time) bool {
	p := &s.progress[i]
	if f.For > 0 && p.fired > 0 && now.Sub(p.first) >= f.For {
		p.over = true
	}
	if p.over || f.Cooldown > 0 && p.fired > 0 && now.Sub(p.last) < f.Cooldown {
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

// maxConnections bounds the connections that are counted apart.
const maxConnections = 10_000

// connection returns what is counted on a connection. The caller holds mu.
func (s *Run) connection(address string) *Counts {
	c := s.connections[address]
	if c == nil {
		if s.connections == nil || len(s.connections) >= maxConnections {
			s.connections = map[string]*Counts{}
		}
		c = &Counts{}
		s.connections[address] = c
	}
	return c
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
