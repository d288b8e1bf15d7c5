package verdicts

import (
	"slices"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A docket is what is judged of one space.
type docket struct {
	ledger  *ledger
	stands  []*stand
	changed bool // a verdict may have changed since that was last asked
}

// A stand is how it stands with one expectation in one space.
type stand struct {
	*expected
	begun  bool
	from   time.Duration // when it began
	of     *question     // what began it; nil where that is not known
	known  int           // how many sessions there had been
	living int           // how many clients there may have been
	asked  int           // how many questions there had been
	barred bool          // it would have begun, but for the era of what was met
	beside bool          // somebody came over a transport that it is not about
	lesser bool          // what it began with makes a should of the must: see demands
	hidden string        // why something that it depends on cannot be told, or ""
	judged assertion

	settled  bool
	result   Result // where it is
	evidence string
	at       time.Duration
	tardy    bool // it is said that what was awaited came too late
}

// An assertion is one way to judge. It hears every act since it began, and
// settles its stand, or leaves that to verdict.
type assertion interface {
	// hear takes in an act, the one that began it left out; but the first request
	// counts where the judge begins to look at the start.
	hear(s *stand, a *act)
	// outcome says what it comes to when the time has run out, at the limit or
	// with the client's end, and nothing has settled it; span is how long that
	// was.
	outcome(s *stand, span time.Duration, ended bool) (Result, string)
}

func newDocket(j *Judge) *docket {
	d := &docket{}
	for _, x := range j.cases {
		d.stands = append(d.stands, &stand{expected: x, judged: newAssertion(&x.Expectation)})
	}
	d.ledger = newLedger(d.hear, j.keys, j.effects)
	if j.rounds {
		d.ledger.rounds = newRounds()
	}
	return d
}

// hear lets every expectation that has begun see an act.
func (d *docket) hear(a *act) {
	for _, s := range d.stands {
		switch {
		case s.mocked:
		case s.offside(a):
			s.beside = true
		case s.begun:
			s.expire(a.at)
			was := s.settled
			if s.waits() && s.What != scenarios.AssertSends && s.another(a) {
				continue
			}
			s.judged.hear(s, a)
			d.changed = d.changed || s.settled && !was
		case s.begins(a):
			s.begun, s.from, s.of, s.known, s.living, s.asked = true, a.at, a.of, d.ledger.begun, d.ledger.living(), d.ledger.asks
			s.lesser = !s.demands(a)
			d.changed = true
			if s.Since != "start" {
				continue
			}
			s.asked -= len(a.asks)
			if s.What != scenarios.AssertSettles {
				s.judged.hear(s, a)
			} else if len(a.asks) > 0 { // it goes on with the next one
				s.of = a.asks[0]
			}
		default:
			if o, ok := s.judged.(*order); ok {
				o.hear(s, a)
			}
		}
	}
}

// offside reports whether an act is on a transport that the scenario is not
// about: a client over stdio breaks no rule of HTTP, nor one over HTTP of stdio;
// and what stands in the pages on Streamable HTTP alone, such as session ids and
// both media types in Accept, does not bind one of HTTP+SSE. What is about
// HTTP+SSE is about those who fall back on it, too.
func (s *stand) offside(a *act) bool {
	over := a.on.over()
	switch {
	case s.transport == "" || over == "":
		return false
	case s.transport == "sse":
		return over == "stdio"
	}
	return over != s.transport
}

// demands reports whether the specification demands what is expected of who
// came so: that a lost session is opened anew it does of clients of Streamable
// HTTP alone (2025-11-25 basic/transports, "Session Management" 4). A process or
// a stream of HTTP+SSE that has ended binds its client to nothing, unless the
// scenario is about that very transport: then its author knows.
func (s *stand) demands(a *act) bool {
	return s.What != scenarios.AssertReinitialize || s.transport != "" || a.on.over() == "http"
}

// level is what the expectation weighs, where it has begun.
func (s *stand) level() string {
	if s.begun && s.lesser && s.Level == "must" {
		return "should"
	}
	return s.Level
}

// another reports whether an act is certainly another client's than the one to
// which it happened: it is in a session that had been opened before, and is not
// that client's. What a client does without a session, or in a new one, may be
// anybody's.
func (s *stand) another(a *act) bool {
	return s.of != nil && s.of.by.number > 0 && a.who != nil && a.who != s.of.by && a.who.number > 0 && a.who.number <= s.known
}

// end is the client's: whatever waits has waited in vain.
func (d *docket) end(now time.Duration) {
	for _, s := range d.stands {
		if s.begun && !s.settled {
			s.expire(now)
		}
		if s.begun && !s.settled {
			result, evidence := s.judged.outcome(s, now-s.from, true)
			s.settle(result, now, evidence)
		}
	}
}

// begins reports whether an act is where the expectation begins. Nothing of an
// era begins what no client of it can do: 2026-07-28 has no sessions to open
// again and no streams to resume (its changelog).
func (s *stand) begins(a *act) bool {
	if !s.starts(a) {
		return false
	}
	q := a.about()
	bars := q != nil && q.modern && (s.What == scenarios.AssertReinitialize || s.What == scenarios.AssertResumes)
	s.barred = s.barred || bars
	return !bars
}

// starts reports whether an act is one of those with which the expectation
// begins.
func (s *stand) starts(a *act) bool {
	switch s.Since {
	case "start":
		return a.kind == asked
	case "refusal":
		return a.kind == refused
	case "fault":
		return a.kind == met && (s.faults == nil || slices.Contains(s.faults, a.fault))
	}
	return a.kind == met && a.fault == s.Since
}

// limit is when the expectation must have been met; ok is false where that may
// be at any time.
func (s *stand) limit() (at time.Duration, ok bool) { return s.from + s.Within, s.Within > 0 }

// expire settles what has run out of time.
func (s *stand) expire(now time.Duration) {
	if limit, ok := s.limit(); ok && s.begun && !s.settled && now > limit {
		result, evidence := s.judged.outcome(s, s.Within, false)
		s.settle(result, limit, evidence)
	}
}

// settle says what has become of it, once and for all: only a pass may still
// turn into a failure.
func (s *stand) settle(result Result, at time.Duration, evidence string) {
	if !s.begun || s.settled && !(s.result == Pass && result == Fail) {
		return
	}
	s.settled, s.result, s.at, s.evidence = true, result, at, evidence
}

// waits reports whether it can still be settled by what has not happened: for
// some, nothing is awaited.
func (s *stand) waits() bool {
	switch s.What {
	case scenarios.AssertNever, scenarios.AssertAlways, scenarios.AssertAtMost, scenarios.AssertUniqueIDs, scenarios.AssertOrder:
		return false
	}
	return true
}

// pending reports whether there is a time to wait for.
func (s *stand) pending(now time.Duration) (until time.Duration, ok bool) {
	limit, bounded := s.limit()
	return limit, s.begun && !s.settled && bounded && s.waits() && now <= limit
}

// verdict says how it stands at a time.
func (s *stand) verdict(now time.Duration, ended bool) (Result, string, time.Duration) {
	switch {
	case s.mocked:
		return NotReached, "it stands on the dialect or the sessions of a mock, and a live server has its own", 0
	case !s.begun && s.barred:
		return NotReached, "what was met is of an era without sessions and resumption", 0
	case !s.begun && s.beside:
		return NotReached, "the client came over another transport than that which the scenario is about: " + s.transport, 0
	case !s.begun:
		return NotReached, "", 0
	}
	s.expire(now)
	switch {
	case s.settled && s.result == Fail:
		if t, ok := s.judged.(teller); ok {
			return s.result, t.told(s), s.at
		}
		return s.result, s.evidence, s.at
	case s.settled:
		return s.result, s.evidence, s.at
	case ended || !s.waits():
		result, evidence := s.judged.outcome(s, now-s.from, true)
		return result, evidence, now
	}
	return Waiting, "after " + seconds(now-s.from) + " not yet", s.from
}

// A teller is an assertion that goes on counting when it has failed.
type teller interface {
	told(s *stand) string
}

func newAssertion(e *scenarios.Expectation) assertion {
	switch e.What {
	case scenarios.AssertReinitialize:
		return &reinitialize{}
	case scenarios.AssertSettles:
		return &settles{}
	case scenarios.AssertReplays:
		return &replays{}
	case scenarios.AssertSends:
		return &sends{}
	case scenarios.AssertNever:
		return &never{}
	case scenarios.AssertAlways:
		return &always{}
	case scenarios.AssertAtMost:
		return &atMost{}
	case scenarios.AssertResumes:
		return &resumes{}
	case scenarios.AssertUniqueIDs:
		return &uniqueIDs{}
	case scenarios.AssertOrder:
		return &order{}
	case scenarios.AssertAlive:
		return &alive{}
	case scenarios.AssertCancels:
		return &cancels{}
	case scenarios.AssertRetries:
		return &retries{}
	}
	return unknown{}
}

// unknown is an assertion that this version does not have: it is never
// reached, and says so.
type unknown struct{}

func (unknown) hear(*stand, *act) {}

func (unknown) outcome(s *stand, _ time.Duration, _ bool) (Result, string) {
	return NotReached, "there is no assertion " + s.What
}
