// Package gate holds requests to the rules, before anything answers them.
//
//	g := gate.New(dialect, gate.Mock{Sessions: "required", MaxBody: 4 << 20}, false)
//	facts := &gate.Facts{Verb: "POST", HTTP: r, Body: body, ID: id, Standing: gate.SessionEnded}
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

// A Gate is a dialect made ready to be asked. It is safe for concurrent use
// once all tools are learned.
type Gate struct {
	mock    Mock
	dialect *scenarios.Dialect
	modern  *scenarios.Modern // how the dialect, else the specification, treats that era
	lenient bool
	legacy  walk         // of requests of the legacy era
	aside   walk         // of those of the modern era
	host    string       // how the dialect compares the Host header; "" is as the mock does
	params  paramHeaders // of the tools on the tape
}

// A Mock is what is the same for all requests that come to a gate.
type Mock struct {
	Sessions    string   // required, optional or stateless
	MaxSessions int      // that may be open at once
	MaxBody     int64    // bytes of a message
	Endpoint    string   // the path that was recorded
	Handshakes  []string // the versions with a handshake that are spoken
	Announced   []string // the versions that modern clients are told of
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

// A walk is what requests of one era have to pass.
type walk struct {
	steps [ways][]step               // in their order, by the way that a request came
	words map[string]scenarios.Check // those that are no steps, by their names
}

// A step is a check as a dialect has it.
type step struct {
	scenarios.Check
	find  func(visitor, *scenarios.Check) string
	bends bool // leniency turns it into a note
}

// New makes the gate of a dialect for a mock. A lenient one notes the breaches
// of requests that can be served nevertheless.
func New(d *scenarios.Dialect, mock Mock, lenient bool) *Gate {
	g := &Gate{mock: mock, dialect: d, modern: d.Modern, lenient: lenient, params: paramHeaders{}}
	if g.modern == nil {
		spec, err := scenarios.LoadDialect("spec")
		if err != nil {
			panic("gate: the dialect spec cannot be read: " + err.Error()) // it is in the program, and tests read it
		}
		g.modern = spec.Modern
	}
	g.legacy = walkOf(d.Checks, [ways]nature{overHTTP, posted, message}, unbending)
	g.aside = walkOf(g.modern.Checks, [ways]nature{OverHTTP: overHTTP, AsMessage: modernMessage}, unbending|unbendingModern)
	g.host = g.legacy.words[scenarios.CheckHost].Match
	return g
}

// walkOf makes the walk of a dialect's checks in one era: asked is of what nature
// are the steps of each way, and stiff of what those that do not bend.
func walkOf(list []scenarios.Check, asked [ways]nature, stiff nature) walk {
	w := walk{words: map[string]scenarios.Check{}}
	for _, c := range list {
		row := checks[c.Name]
		if row.is(outside | late) {
			w.words[c.Name] = c
		}
		for way := range w.steps {
			if row.is(asked[way]) {
				w.steps[way] = append(w.steps[way], step{c, row.find, !row.is(stiff)})
			}
		}
	}
	return w
}

// Late returns how a request is refused for capability-missing or state-altered,
// which show only when its answer is known: in words of the dialect, else of
// mcpmock's own.
func (g *Gate) Late(check string) *scenarios.Response {
	if r := g.aside.words[check].Refuse; r != nil {
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
func (g *Gate) Outside(check string) *scenarios.Response { return g.legacy.words[check].Refuse }

// Ask asks whether a request may pass: it may where refused is nil. The breaches
// that are noted are those that were found before, in the order of the dialect.
func (g *Gate) Ask(f *Facts) (noted []Breach, refused *Breach) {
	steps := g.legacy.steps[f.Way]
	if f.Modern {
		steps = g.aside.steps[f.Way]
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
		if s.Refuse == nil || g.lenient && s.bends {
			noted = append(noted, Breach{Check: s.Name, Detail: detail})
			continue
		}
		return noted, &Breach{s.Name, detail, s.Refuse}
	}
	return noted, nil
}
