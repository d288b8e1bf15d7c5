package verdicts

import (
	"fmt"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
)

// replays: the request that the fault met is sent again and answered.
type replays struct{ again int }

func (r *replays) hear(s *stand, a *act) {
	switch {
	case s.of == nil || s.settled && s.result == Pass:
	case a.kind == asked:
		for _, q := range a.asks {
			if r.same(s.of, q) {
				r.again++
			}
		}
	case a.kind == answered && a.of != s.of && a.of.number > s.asked && r.same(s.of, a.of) && a.ok:
		s.settle(Pass, a.at, fmt.Sprintf("sent %s again, and it was answered after %s", s.of.called(), seconds(a.at-s.from)))
		s.late(a, "had an answer to it")
	}
}

func (r *replays) same(x, y *question) bool {
	return x.http == y.http && x.method == y.method && x.key == y.key
}

func (r *replays) outcome(s *stand, span time.Duration, ended bool) (Result, string) {
	how := "in " + seconds(span)
	if ended {
		how = "before it ended"
	}
	switch {
	case s.of == nil:
		return NotReached, "what the fault met is not known"
	case r.again > 0:
		return Fail, fmt.Sprintf("sent %s again %s %s, and got no good answer", s.of.called(), say.Times(r.again), how)
	}
	return Fail, fmt.Sprintf("did not send %s again %s", s.of.called(), how)
}
