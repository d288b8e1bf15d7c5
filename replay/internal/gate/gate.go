// Package gate holds requests to the rules, before anything answers them.
//
//	g := gate.New(dialect, gate.Mock{Sessions: "required", MaxBody: 4 << 20}, false)
//	facts := &gate.Facts{Verb: "POST", HTTP: r, Body: body, ID: id, Known: gate.SessionEnded}
//	g.Read(facts)
//	noted, refused := g.Ask(facts)
//	if refused != nil {
//		fill := g.Fill(facts, refused.Refuse, refused.Detail, id)
//		body := g.Error(facts, refused.Refuse, fill, w.Header())
//		...
//	}
//
// A gate is a dialect's checks in their order. It is told all that it may ask
// about a request, the facts, and says which rules that breaks: those that are
// noted, and the one for which it is refused. How the refusal is worded it tells,
// too.
//
// What this does not do: it sends nothing, waits for nothing and keeps nothing
// of a request. Of clocks, sockets, sessions and streams it knows what stands in
// the facts.
package gate

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A Gate is a dialect made ready to be asked: its checks in order, each with
// the function that finds the breach. It is safe for concurrent use once all
// tools are learned.
type Gate struct {
	mock    Mock
	dialect *scenarios.Dialect
	lenient bool
	steps   [ways][]step
	// outside are the refusals of what the mock itself refuses before it asks,
	// in the dialect's words; late are those of what shows when the answer is
	// known.
	outside, late map[string]*scenarios.Response
	host          string // how the dialect compares the Host header; "" is as the mock does

	modern *scenarios.Modern // how the dialect, else the specification, treats that era
	aside  [ways][]step      // for its requests
	params paramHeaders      // of the tools on the tape
}

// A Mock is what is the same for all requests that come to a gate.
type Mock struct {
	Sessions    string   // required, optional or stateless
	MaxSessions int      // that may be open at once
	MaxBody     int64    // bytes of a message
	Endpoint    string   // the path that was recorded
	Supported   []string // the versions with a handshake that are spoken
	Spoken      []string // the versions that modern clients are told of
	Discovers   bool     // server/discover has a real answer
	// Knows reports whether the mock has answers to requests of a method that
	// the protocol need not have, in that era. It must be safe for concurrent use.
	Knows func(method string, modern bool) bool
	// Fresh makes a session id that names nothing, for a refusal that shows one.
	// It must be safe for concurrent use.
	Fresh func() string
}

// A Breach is a rule that a request breaks.
type Breach struct {
	Check  string              // that found it: its name in the dialect
	Detail string              // what it found, in words that say what to do
	Refuse *scenarios.Response // nil where it is only noted
}

// A visitor is a request before a gate: what the checks look at.
type visitor struct {
	*Gate
	*Facts
}

type step struct {
	scenarios.Check
	find func(visitor, *scenarios.Check) string
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

// New makes the gate of a dialect for a mock. A lenient one notes the breaches
// of requests that can be served nevertheless.
func New(d *scenarios.Dialect, mock Mock, lenient bool) *Gate {
	g := &Gate{mock: mock, dialect: d, lenient: lenient, params: paramHeaders{}}
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
		g.steps[OverHTTP] = append(g.steps[OverHTTP], s)
		switch c.Name {
		case scenarios.CheckMethod, scenarios.CheckContentType:
			g.steps[Posted] = append(g.steps[Posted], s)
		case scenarios.CheckSize, scenarios.CheckEmpty, scenarios.CheckJSON, scenarios.CheckJSONRPC:
			g.steps[Posted] = append(g.steps[Posted], s)
			g.steps[Spoken] = append(g.steps[Spoken], s)
		case scenarios.CheckBatch, scenarios.CheckBatchInitialize, scenarios.CheckUnknownMethod, scenarios.CheckMissingParams,
			scenarios.CheckInitializeParams, scenarios.CheckIDMissing, scenarios.CheckIDUnexpected, scenarios.CheckNotificationUnknown,
			scenarios.CheckReinitialize, scenarios.CheckNotInitialized, scenarios.CheckNotReady:
			g.steps[Spoken] = append(g.steps[Spoken], s)
		}
	}
	g.addModern(d)
	return g
}

// addModern adds how requests of the modern era are treated.
func (g *Gate) addModern(d *scenarios.Dialect) {
	if g.modern = d.Modern; g.modern == nil {
		spec, err := scenarios.LoadDialect("spec")
		if err != nil {
			panic("gate: the dialect spec cannot be read: " + err.Error()) // it is in the program, and tests read it
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
		g.aside[OverHTTP] = append(g.aside[OverHTTP], s)
		switch c.Name {
		case scenarios.CheckSize, scenarios.CheckEmpty, scenarios.CheckJSON, scenarios.CheckJSONRPC, scenarios.CheckBatch,
			scenarios.CheckKindUnexpected, scenarios.CheckHandshake, scenarios.CheckMetaMissing, scenarios.CheckMetaIncomplete,
			scenarios.CheckMetaMalformed, scenarios.CheckMemberDoubled, scenarios.CheckInputMalformed, scenarios.CheckVersionAny, scenarios.CheckUnknownMethod, scenarios.CheckParamsIncomplete,
			scenarios.CheckMissingParams, scenarios.CheckIDMissing, scenarios.CheckIDUnexpected, scenarios.CheckNotificationUnknown:
			g.aside[Spoken] = append(g.aside[Spoken], s)
		}
	}
}

// Late returns how a request is refused whose breach shows only when its answer
// is known: of the dialect, else in words of mcpmock's own. A name that is none
// of these is one, too: the request is refused.
func (g *Gate) Late(check string) *scenarios.Response {
	if r := g.late[check]; r != nil {
		return r
	}
	r := &scenarios.Response{Status: http.StatusBadRequest, Code: mcp.InvalidParams, Message: "Invalid params: ${detail}"}
	if check == scenarios.CheckCapabilityMissing {
		r.Code, r.Message = mcp.MissingCapability, "Missing required client capability: ${detail}"
		r.Data = `{"requiredCapabilities":"${required}"}`
	}
	return r
}

// Outside returns how the dialect refuses what the mock refuses before it asks:
// a foreign Host or Origin, a path where nothing is served. It is nil where the
// dialect has no words for it.
func (g *Gate) Outside(check string) *scenarios.Response { return g.outside[check] }

// Ask asks whether a request may pass: it may where refused is nil. The breaches
// that are noted are those that were found before, in the order of the dialect.
func (g *Gate) Ask(f *Facts) (noted []Breach, refused *Breach) {
	steps := g.steps[f.Way]
	if f.Modern {
		steps = g.aside[f.Way]
	}
	q := visitor{g, f}
	for i := range steps {
		s := &steps[i]
		if len(s.On) > 0 && !slices.Contains(s.On, f.Verb) || len(s.Except) > 0 && slices.Contains(s.Except, f.Method()) {
			continue
		}
		if len(s.Kind) > 0 && !f.hasKind(s.Kind) {
			continue
		}
		if len(s.Session) > 0 && !slices.Contains(s.Session, f.presented()) {
			continue
		}
		detail := s.find(q, &s.Check)
		if detail == "" {
			continue
		}
		if s.Refuse == nil || g.lenient && s.bends(f.Modern) {
			noted = append(noted, Breach{Check: s.Name, Detail: detail})
			continue
		}
		return noted, &Breach{s.Name, detail, s.Refuse}
	}
	return noted, nil
}

// allowed are the HTTP methods of the endpoint.
func allowed(method string) bool {
	return method == http.MethodPost || method == http.MethodGet || method == http.MethodDelete
}
