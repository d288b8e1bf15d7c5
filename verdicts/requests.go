package verdicts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// meets reports whether an act is certainly one that a trigger means. A stand
// that has not come to an end learns of one that may be, and why that cannot be
// told.
func (s *stand) meets(t *scenarios.Trigger, a *act) bool {
	yes, unsure := a.meets(t)
	s.doubt(unsure)
	return yes
}

// doubt takes note of why something cannot be told, unless that is "".
func (s *stand) doubt(why string) {
	if why != "" && !s.settled {
		s.hidden = why
	}
}

// meets reports whether an act is certainly one that a trigger means, or else
// why it may be one.
func (a *act) meets(t *scenarios.Trigger) (yes bool, unsure string) {
	if a.kind != asked && a.kind != did {
		return false, ""
	}
	r := a.request
	if a.alias && asksLeaked(t) { // that it names the session is the server's whim
		shows := *r
		shows.Session = faults.Leaked
		r = &shows
	}
	if !hides(t, r, a.crowd) {
		return faults.Meets(t, r), ""
	}
	switch {
	case faults.Meets(supposing(t, r, a.crowd, false), r):
		return true, ""
	case !faults.Meets(supposing(t, r, a.crowd, true), r):
		return false, ""
	case hides(t, r, false):
		return false, redacted
	}
	return false, crowded
}

// sends: requests that meet a trigger are sent.
type sends struct{ sent int }

func (v *sends) hear(s *stand, a *act) {
	if !s.meets(&s.Of, a) {
		return
	}
	v.sent++
	if wanted := max(s.Count, 1); v.sent == wanted {
		what := a.done(a.asked())
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
	if s.hidden != "" {
		return NotReached, s.hidden
	}
	if v.sent == 0 {
		return Fail, fmt.Sprintf("sent no such request %s", how)
	}
	return Fail, fmt.Sprintf("sent %s of %d %s", say.Count(v.sent, "request"), max(s.Count, 1), how)
}

// never: no request that meets a trigger is sent.
type never struct {
	sent  int
	first string
}

func (v *never) hear(s *stand, a *act) {
	if !s.meets(&s.Of, a) {
		return
	}
	if v.sent++; v.sent == 1 {
		v.first = a.done(a.described()) + " after " + seconds(a.at-s.from)
		s.settle(Fail, a.at, v.first)
	}
}

func (v *never) told(*stand) string {
	if v.sent == 1 {
		return v.first
	}
	return fmt.Sprintf("%s, and %d more", v.first, v.sent-1)
}

func (v *never) outcome(s *stand, span time.Duration, _ bool) (Result, string) {
	if s.hidden != "" {
		return NotReached, s.hidden
	}
	return Pass, "no such request in " + seconds(span)
}

// always: each request that meets one trigger meets another, too.
type always struct {
	met, bad int
	early    int // of a session id, before one was given
	first    string
}

func (v *always) hear(s *stand, a *act) {
	if !s.meets(&s.Of, a) {
		return
	}
	if a.early && asksID(&s.Has) {
		v.early++
		return
	}
	v.met++
	if yes, unsure := a.meets(&s.Has); yes || unsure != "" {
		s.doubt(unsure)
		return
	}
	if v.bad++; v.bad == 1 {
		v.first = a.done(a.described())
		s.settle(Fail, a.at, v.first)
	}
}

func (v *always) told(s *stand) string {
	return fmt.Sprintf("%s, which is not %s: %d of %s", v.first, triggerText(&s.Has), v.bad, say.Count(v.met, "such request"))
}

func (v *always) outcome(s *stand, _ time.Duration, _ bool) (Result, string) {
	switch {
	case s.hidden != "":
		return NotReached, s.hidden
	case v.met == 0 && v.early > 0:
		return NotReached, "no initialize was answered with a session id that it could have"
	case v.met == 0:
		return NotReached, "no request that it speaks of was sent"
	}
	return Pass, "all of " + say.Count(v.met, "such request")
}

// asksID reports whether a trigger wants a session id. That binds who was given
// one (2025-11-25 basic/transports, "Session Management" 2).
func asksID(t *scenarios.Trigger) bool {
	return slices.ContainsFunc(t.Headers, func(h scenarios.HeaderTest) bool {
		return strings.EqualFold(h.Name, mcp.HeaderSessionID) && !h.Absent && h.Lacks == ""
	})
}

// atMost: no more than so many requests meet a trigger, in any span.
type atMost struct {
	times  []time.Duration // of the latest, a ring of Count
	sent   int
	what   string
	latest time.Duration

	// The first span in which there were too many, for the evidence.
	over, until time.Duration // when its first and its last request came
	within      int           // how many came in it; 0 before there is one
}

func (v *atMost) hear(s *stand, a *act) {
	if !s.meets(&s.Of, a) {
		return
	}
	limit := max(s.Count, 1)
	if v.sent == 0 {
		v.what = a.done(a.asked())
	}
	// The one that many before this one must be longer ago than the span.
	if s.Per <= 0 {
		if v.sent >= limit {
			s.settle(Fail, a.at, "")
		}
	} else if at := v.sent % limit; v.sent < limit {
		v.times = append(v.times, a.at)
	} else {
		switch from := v.times[at]; {
		case v.within > 0 && a.at-v.over < s.Per:
			v.within++
			v.until = a.at
		case a.at-from < s.Per:
			s.settle(Fail, a.at, "")
			if v.within == 0 {
				v.over, v.until, v.within = from, a.at, limit+1
			}
		}
		v.times[at] = a.at
	}
	v.sent++
	v.latest = a.at
}

func (v *atMost) told(s *stand) string {
	if s.Per <= 0 {
		return fmt.Sprintf("%s %s in %s, at most %d", v.what, say.Times(v.sent), seconds(v.latest-s.from), max(s.Count, 1))
	}
	text := fmt.Sprintf("%s %s in %s, at most %d in %s", v.what, say.Times(v.within), seconds(v.until-v.over), max(s.Count, 1), s.Per)
	if v.sent > v.within {
		text += fmt.Sprintf("; %d in all", v.sent)
	}
	return text
}

func (v *atMost) outcome(s *stand, span time.Duration, _ bool) (Result, string) {
	if s.hidden != "" {
		return NotReached, s.hidden
	}
	return Pass, fmt.Sprintf("%s in %s", say.Count(v.sent, "such request"), seconds(span))
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
