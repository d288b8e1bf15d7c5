package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A gate is a dialect made ready to walk: its checks in order, each with the
// function that finds the breach.
type gate struct {
	dialect *scenarios.Dialect
	steps   []step
	lenient bool
}

type step struct {
	scenarios.Check
	find func(*probe, scenarios.Check) string
}

// unbending are the checks that no leniency turns into a note: there would be
// nothing to serve.
var unbending = []string{
	scenarios.CheckMethod, scenarios.CheckStateless, scenarios.CheckSize, scenarios.CheckEmpty,
	scenarios.CheckJSON, scenarios.CheckJSONRPC, scenarios.CheckBatchInitialize, scenarios.CheckStreamOpen, scenarios.CheckTooManySessions,
}

func newGate(d *scenarios.Dialect, lenient bool) *gate {
	g := &gate{dialect: d, lenient: lenient}
	for _, c := range d.Checks {
		g.steps = append(g.steps, step{c, checks[c.Name]})
	}
	return g
}

// walk walks the checks and reports whether the request may go on; else it
// has been refused. A breach that is only noted goes to the journal.
func (g *gate) walk(q *probe) bool {
	for i := range g.steps {
		s := &g.steps[i]
		if len(s.On) > 0 && !slices.Contains(s.On, q.r.Method) || len(s.Except) > 0 && slices.Contains(s.Except, q.method()) {
			continue
		}
		detail := s.find(q, s.Check)
		if detail == "" {
			continue
		}
		if s.Refuse == nil || g.lenient && !slices.Contains(unbending, s.Name) {
			q.note("noted", s.Name, detail)
			continue
		}
		q.refuse(s.Name, s.Refuse, detail)
		return false
	}
	return true
}

// allowed are the HTTP methods of the endpoint.
func allowed(method string) bool {
	return method == http.MethodPost || method == http.MethodGet || method == http.MethodDelete
}
