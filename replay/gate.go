package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A gate is a dialect made ready to walk: its checks in order, each with the
// function that finds the breach.
type gate struct {
	steps   [walks][]step
	lenient bool
	// outside are the refusals of what the mock itself refuses before it
	// walks any checks, in the dialect's words.
	outside map[string]*scenarios.Response
	host    string // how the dialect compares the Host header; "" is as the mock does

	modern *scenarios.Modern // how the dialect, else the specification, treats that era
	aside  [walks][]step     // for its requests
	late   map[string]*scenarios.Response
	params paramHeaders // of the tools on the tape
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
	find func(*visit, *scenarios.Check) string
}

// unbending are the checks that no leniency turns into a note: there would be
// nothing to serve.
var unbending = []string{
	scenarios.CheckHandshake, scenarios.CheckMethod, scenarios.CheckStateless, scenarios.CheckSize, scenarios.CheckEmpty,
	scenarios.CheckJSON, scenarios.CheckJSONRPC, scenarios.CheckBatchInitialize, scenarios.CheckStreamOpen, scenarios.CheckTooManySessions,
}

// bends reports whether leniency turns a check into a note. A batch of the
// modern era would have as many answers as requests, and one body for them all.
func (s *step) bends(modern bool) bool {
	return !slices.Contains(unbending, s.Name) && !(modern && s.Name == scenarios.CheckBatch)
}

func newGate(d *scenarios.Dialect, lenient bool) *gate {
	g := &gate{lenient: lenient, params: paramHeaders{}}
	for _, c := range d.Checks {
		s := step{c, checks[c.Name]}
		if c.Name == scenarios.CheckHost || c.Name == scenarios.CheckOrigin || c.Name == scenarios.CheckNoSuchPath {
			if g.outside == nil {
				g.outside = map[string]*scenarios.Response{}
			}
			g.outside[c.Name] = c.Refuse
			if c.Name == scenarios.CheckHost {
				g.host = c.Match
			}
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
	g.addModern(d)
	return g
}

// addModern adds how requests of the modern era are treated.
func (g *gate) addModern(d *scenarios.Dialect) {
	if g.modern = d.Modern; g.modern == nil {
		spec, err := scenarios.LoadDialect("spec")
		if err != nil {
			panic("replay: the dialect spec cannot be read: " + err.Error()) // it is in the program, and tests read it
		}
		g.modern = spec.Modern
	}
	if g.modern == nil {
		g.modern = &scenarios.Modern{Versions: mcp.Modern(), Envelope: d.Envelope}
	}
	g.late = map[string]*scenarios.Response{}
	for _, c := range g.modern.Checks {
		s := step{c, checks[c.Name]}
		switch c.Name {
		case scenarios.CheckCapabilityMissing, scenarios.CheckStateAltered:
			g.late[c.Name] = c.Refuse
			continue
		}
		g.aside[overHTTP] = append(g.aside[overHTTP], s)
		switch c.Name {
		case scenarios.CheckSize, scenarios.CheckEmpty, scenarios.CheckJSON, scenarios.CheckJSONRPC, scenarios.CheckBatch,
			scenarios.CheckKindUnexpected, scenarios.CheckHandshake, scenarios.CheckMetaMissing, scenarios.CheckMetaIncomplete,
			scenarios.CheckMetaMalformed, scenarios.CheckMemberDoubled, scenarios.CheckInputMalformed, scenarios.CheckVersionAny, scenarios.CheckUnknownMethod, scenarios.CheckParamsIncomplete,
			scenarios.CheckMissingParams, scenarios.CheckIDMissing, scenarios.CheckIDUnexpected, scenarios.CheckNotificationUnknown:
			g.aside[spoken] = append(g.aside[spoken], s)
		}
	}
}

// refusal returns how a request is refused whose breach shows only when its
// answer is known: of the dialect, else in words of mcpmock's own. A name that
// is none of these is one, too: the request is refused.
func (p *Player) refusal(name string) *scenarios.Response {
	if r := p.gate.late[name]; r != nil {
		return r
	}
	r := &scenarios.Response{Status: http.StatusBadRequest, Code: mcp.InvalidParams, Message: "Invalid params: ${detail}"}
	if name == scenarios.CheckCapabilityMissing {
		r.Code, r.Message = mcp.MissingCapability, "Missing required client capability: ${detail}"
		r.Data = `{"requiredCapabilities":"${required}"}`
	}
	return r
}

// walk walks the checks and reports whether the request may go on; else it
// has been refused. A breach that is only noted goes to the journal.
func (g *gate) walk(q *visit, w way) bool {
	steps := g.steps[w]
	if q.modern {
		steps = g.aside[w]
	}
	for i := range steps {
		s := &steps[i]
		if len(s.On) > 0 && !slices.Contains(s.On, q.verb) || len(s.Except) > 0 && slices.Contains(s.Except, q.method()) {
			continue
		}
		if len(s.Kind) > 0 && !q.hasKind(s.Kind) {
			continue
		}
		if len(s.Session) > 0 && !slices.Contains(s.Session, q.presented()) {
			continue
		}
		detail := s.find(q, &s.Check)
		if detail == "" {
			continue
		}
		if s.Refuse == nil || g.lenient && s.bends(q.modern) {
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
