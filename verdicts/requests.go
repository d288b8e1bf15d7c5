package verdicts

import (
	"fmt"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/scenarios"
)

// meets reports whether an act is one that a trigger means.
func (a *act) meets(t *scenarios.Trigger) bool {
	return (a.kind == asked || a.kind == did) && faults.Meets(t, a.request)
}

// sends: requests that meet a trigger are sent.
type sends struct{ sent int }

func (v *sends) hear(s *stand, a *act) {
	if !a.meets(&s.Of) {
		return
	}
	v.sent++
	if wanted := max(s.Count, 1); v.sent == wanted {
		what := "sent " + a.asked()
		if wanted > 1 {
			what += " for the " + ordinal(wanted) + " time"
		}
		s.settle(Pass, a.at, what+" after "+seconds(a.at-s.from))
		s.late(a, what)
	}
}

func (v *sends) outcome(s *stand, span time.Duration, ended bool) (Result, string) {
	how := "in " + seconds(span)
	if ended {
		how = "before it ended"
	}
	if v.sent == 0 {
		return Fail, fmt.Sprintf("sent no such request %s", how)
	}
	return Fail, fmt.Sprintf("sent %s of %d %s", count(v.sent, "request"), max(s.Count, 1), how)
}

// never: no request that meets a trigger is sent.
type never struct {
	sent  int
	first string
}

func (v *never) hear(s *stand, a *act) {
	if !a.meets(&s.Of) {
		return
	}
	if v.sent++; v.sent == 1 {
		v.first = fmt.Sprintf("sent %s after %s", a.described(), seconds(a.at-s.from))
		s.settle(Fail, a.at, v.first)
	}
}

func (v *never) told(*stand) string {
	if v.sent == 1 {
		return v.first
	}
	return fmt.Sprintf("%s, and %d more", v.first, v.sent-1)
}

func (v *never) outcome(_ *stand, span time.Duration, _ bool) (Result, string) {
	return Pass, "no such request in " + seconds(span)
}

// always: each request that meets one trigger meets another, too.
type always struct {
	met, bad int
	first    string
}

func (v *always) hear(s *stand, a *act) {
	if !a.meets(&s.Of) {
		return
	}
	v.met++
	if a.meets(&s.Has) {
		return
	}
	if v.bad++; v.bad == 1 {
		v.first = "sent " + a.described()
		s.settle(Fail, a.at, v.first)
	}
}

func (v *always) told(s *stand) string {
	return fmt.Sprintf("%s, which is not %s: %d of %s", v.first, triggerText(&s.Has), v.bad, count(v.met, "such request"))
}

func (v *always) outcome(*stand, time.Duration, bool) (Result, string) {
	if v.met == 0 {
		return NotReached, "no request that it speaks of was sent"
	}
	return Pass, "all of " + count(v.met, "such request")
}

// atMost: no more than so many requests meet a trigger, in any span.
type atMost struct {
	times  []time.Duration // of the latest, a ring of Count
	sent   int
	what   string
	latest time.Duration
}

func (v *atMost) hear(s *stand, a *act) {
	if !a.meets(&s.Of) {
		return
	}
	limit := max(s.Count, 1)
	if v.sent == 0 {
		v.what = a.asked()
	}
	// The one that many before this one must be longer ago than the span.
	if s.Per <= 0 {
		if v.sent >= limit {
			s.settle(Fail, a.at, "")
		}
	} else if at := v.sent % limit; v.sent < limit {
		v.times = append(v.times, a.at)
	} else {
		if a.at-v.times[at] < s.Per {
			s.settle(Fail, a.at, "")
		}
		v.times[at] = a.at
	}
	v.sent++
	v.latest = a.at
}

func (v *atMost) told(s *stand) string {
	text := fmt.Sprintf("sent %s %s in %s, at most %d", v.what, times(v.sent), seconds(v.latest-s.from), max(s.Count, 1))
	if s.Per > 0 {
		text += " in " + s.Per.String()
	}
	return text
}

func (v *atMost) outcome(_ *stand, span time.Duration, _ bool) (Result, string) {
	return Pass, fmt.Sprintf("%s in %s", count(v.sent, "such request"), seconds(span))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
