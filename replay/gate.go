package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A gate is a dialect made ready to walk: its checks in order, each with the
// function that finds the breach.
type gate struct {
	steps   [walks][]step
	aside   []step // for requests of other versions
	lenient bool
	// outside are the refusals of what the mock itself refuses before it
	// walks any checks, in the dialect's words.
	outside map[string]*scenarios.Response
}

// A way is how a message came to the gate. Over Streamable HTTP all checks are
// walked. Over a pipe there is no HTTP to check and the session is the pipe's
// own; what an HTTP+SSE client posts has both sides.
type way int

const (
	overHTTP way = iota
	posted       // the POST that carries a message of an HTTP+SSE client
	spoken       // the message itself, over HTTP+SSE or stdio
	walks
)

type step struct {
	scenarios.Check
	find func(*probe, *scenarios.Check) string
}

// unbending are the checks that no leniency turns into a note: there would be
// nothing to serve.
var unbending = []string{
	scenarios.CheckMethod, scenarios.CheckStateless, scenarios.CheckSize, scenarios.CheckEmpty,
	scenarios.CheckJSON, scenarios.CheckJSONRPC, scenarios.CheckBatchInitialize, scenarios.CheckStreamOpen, scenarios.CheckTooManySessions,
}

func newGate(d *scenarios.Dialect, lenient bool) *gate {
	g := &gate{lenient: lenient}
	for _, c := range d.Checks {
		s := step{c, checks[c.Name]}
		if c.Name == scenarios.CheckHost || c.Name == scenarios.CheckOrigin || c.Name == scenarios.CheckNoSuchPath {
			if g.outside == nil {
				g.outside = map[string]*scenarios.Response{}
			}
			g.outside[c.Name] = c.Refuse
			continue
		}
		g.steps[overHTTP] = append(g.steps[overHTTP], s)
		switch c.Name {
		case scenarios.CheckMethod, scenarios.CheckContentType:
			g.steps[posted] = append(g.steps[posted], s)
		case scenarios.CheckSize, scenarios.CheckEmpty, scenarios.CheckJSON, scenarios.CheckJSONRPC:
			g.steps[posted] = append(g.steps[posted], s)
			g.steps[spoken] = append(g.steps[spoken], s)
		case scenarios.CheckBatch, scenarios.CheckBatchInitialize, scenarios.CheckUnknownMethod, scenarios.CheckMissingParams,
			scenarios.CheckInitializeParams, scenarios.CheckIDMissing, scenarios.CheckIDUnexpected, scenarios.CheckNotificationUnknown,
			scenarios.CheckReinitialize, scenarios.CheckNotInitialized, scenarios.CheckNotReady:
			g.steps[spoken] = append(g.steps[spoken], s)
		}
	}
	if d.Otherwise != nil {
		for _, c := range d.Otherwise.Checks {
			g.aside = append(g.aside, step{c, checks[c.Name]})
		}
	}
	return g
}

// walk walks the checks and reports whether the request may go on; else it
// has been refused. A breach that is only noted goes to the journal.
func (g *gate) walk(q *probe, w way) bool {
	steps := g.steps[w]
	if q.otherwise {
		steps = g.aside
	}
	for i := range steps {
		s := &steps[i]
		if len(s.On) > 0 && !slices.Contains(s.On, q.verb) || len(s.Except) > 0 && slices.Contains(s.Except, q.method()) {
			continue
		}
		if len(s.Session) > 0 && !slices.Contains(s.Session, q.presented()) {
			continue
		}
		detail := s.find(q, &s.Check)
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
