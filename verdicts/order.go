package verdicts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// uniqueIDs: no two requests of a session have the same id
// (2025-11-25 basic, "Requests").
type uniqueIDs struct {
	sent    int
	blurred int // of which it cannot be told who sent them
	apart   int // of which it can, but for initialize
}

func (u *uniqueIDs) hear(s *stand, a *act) {
	if a.kind != asked {
		return
	}
	for _, q := range a.asks {
		if q.id == "" {
			continue
		}
		u.sent++
		switch {
		case a.blurred:
			u.blurred++
		case q.method != mcp.Initialize:
			u.apart++
		}
	}
	if a.twice != nil {
		s.settle(Fail, a.at, fmt.Sprintf("sent %s with id %s, which an earlier request of its session had", a.twice.called(), cut(a.twice.id)))
	}
}

func (u *uniqueIDs) outcome(*stand, time.Duration, bool) (Result, string) {
	if u.sent == 0 {
		return NotReached, "no request was sent"
	}
	if u.blurred > 0 && u.apart == 0 {
		return NotReached, "who sent what cannot be told without sessions"
	}
	return Pass, say.Count(u.sent-u.blurred, "request") + " with ids of their own"
}

// order: the methods come in their order, each after the answer to the one
// before, in each session; a notification has none. It sees what was before it
// began, too, so that a session which is under way is not taken for one that
// leaves something out. Clients that cannot be told apart are not judged.
type order struct{ whole int }

// steps is how far a session has come in an order.
type steps struct {
	asked, done int // of the methods, from the first
}

func (o *order) hear(s *stand, a *act) {
	if a.who == nil {
		return
	}
	switch a.kind {
	case asked, opened:
		for _, q := range a.asks {
			if !a.crowd && !(q.modern && shakes(s.Order)) {
				o.asked(s, a, q)
			}
		}
	case answered:
		p := a.who.steps(o)
		if p.done < p.asked && s.Order[p.done] == a.of.method && (a.ok || a.of.method != mcp.Initialize) {
			o.step(s, p)
		}
	}
}

// shakes reports whether an order has a handshake in it, in which a request of an
// era without one has no place.
func shakes(order []string) bool {
	return slices.Contains(order, mcp.Initialize) || slices.Contains(order, mcp.Initialized)
}

// step notes that a session has done the next of an order.
func (o *order) step(s *stand, p *steps) {
	p.done++
	if p.done == len(s.Order) {
		o.whole++
	}
}

func (o *order) asked(s *stand, a *act, q *question) {
	p := q.by.steps(o)
	for i, method := range s.Order {
		if method != q.method {
			continue
		}
		switch {
		case i < p.asked: // once more
		case i > p.done:
			before := s.Order[p.done]
			what := "had been sent"
			if p.done < p.asked {
				what = "was answered"
			}
			s.settle(Fail, a.at, fmt.Sprintf("sent %s before %s %s", cut(method), cut(before), what))
			p.asked, p.done = i+1, i
		default:
			p.asked = i + 1
		}
		if q.id == "" && p.done == i && p.asked == i+1 {
			o.step(s, p)
		}
		return
	}
}

func (o *order) outcome(s *stand, _ time.Duration, _ bool) (Result, string) {
	if o.whole == 0 {
		return NotReached, "no session came as far as " + s.Order[len(s.Order)-1]
	}
	return Pass, "in " + say.Count(o.whole, "session") + ", " + strings.Join(s.Order, ", ")
}

func (s *session) steps(o *order) *steps {
	p := s.progress[o]
	if p == nil {
		if s.progress == nil {
			s.progress = map[*order]*steps{}
		}
		p = &steps{}
		s.progress[o] = p
	}
	return p
}
