package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/verdicts"
)

// A score counts what happens to a mock, however it is spoken to.
type score struct {
	mu         sync.Mutex
	sessions   int
	requests   int
	notes      map[string]int
	played     map[int]bool
	mismatches []string // the first of them
	breaches   []string // that were noted, each rule once
	rules      map[string]int
	opening    map[int]bool // carriers with an initialize that has no answer yet
}

func newScore() *score {
	return &score{notes: map[string]int{}, played: map[int]bool{}, rules: map[string]int{}, opening: map[int]bool{}}
}

// The bounds of what is told one by one.
const (
	maxMismatches = 100
	maxUnplayed   = 10
)

// hear takes in an event of the journal.
func (y *score) hear(e *cassettes.Event) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if e.From == cassettes.Client {
		for _, m := range messagesOf(e) {
			if m.Kind == jsonrpc.Request {
				y.requests++
			}
			if m.Method == mcp.Initialize {
				y.opening[e.On] = true
			}
		}
	}
	if e.Note == nil {
		if e.End != "" || e.HTTP != nil && e.HTTP.Status != 0 {
			delete(y.opening, e.On)
		}
		return
	}
	y.notes[e.Note.Kind]++
	switch e.Note.Kind {
	case "matched", "stubbed", "translated":
		if e.Note.Exchange > 0 {
			y.played[e.Note.Exchange] = true
		}
		if y.opening[e.On] {
			y.sessions++
			delete(y.opening, e.On)
		}
	case "mismatched":
		if len(y.mismatches) < maxMismatches {
			y.mismatches = append(y.mismatches, strings.Clone(e.Note.Text))
		}
	case "noted":
		if y.rules[e.Note.Rule]++; y.rules[e.Note.Rule] == 1 {
			y.breaches = append(y.breaches, strings.Clone(e.Note.Rule))
		}
	}
}

// report makes the report of a run whose command ended with a code. Its
// windows of time are over: the client is done.
func (r *errand) report(c *console, code int) (*verdicts.Report, error) {
	rep := &verdicts.Report{Name: say.Command(r.command), Ran: true, Exit: code}
	sum := newScore()
	for _, m := range r.mocks {
		of := r.before(m)
		for _, v := range m.server.Player.Done() {
			v.Mock = r.tells(m)
			rep.Verdicts = append(rep.Verdicts, v)
		}
		m.heard.mu.Lock()
		sum.add(m.heard)
		for _, text := range m.heard.mismatches {
			rep.Findings = append(rep.Findings, verdicts.Finding{Kind: "mismatch", Text: of + text, Failed: true})
		}
		if r.strict || c.verbose {
			for _, rule := range m.heard.breaches {
				rep.Findings = append(rep.Findings, verdicts.Finding{Kind: "breach", Text: fmt.Sprintf("%s%s, noted %s", of, rule, times(m.heard.rules[rule])), Failed: r.strict})
			}
		}
		m.heard.mu.Unlock()
	}
	rep.Facts = sum.facts()
	well := !rep.Failed() // else what was not played says nothing
	for i, m := range r.mocks {
		unused, err := r.unused(m, i == 0, well, r.strict && code == 0)
		if err != nil {
			return nil, err
		}
		rep.Findings = append(rep.Findings, unused...)
	}
	return rep, nil
}

// before is what a finding about a mock begins with.
func (r *errand) before(m *mocked) string {
	if name := r.tells(m); name != "" {
		return name + ": "
	}
	return ""
}

// unused says that a mock was sent nothing or, of a run that went well, which
// exchanges were not played. The first mock can be found in more ways.
func (r *errand) unused(m *mocked, first, well, fails bool) ([]verdicts.Finding, error) {
	m.heard.mu.Lock()
	defer m.heard.mu.Unlock()
	of := r.before(m)
	if m.heard.requests == 0 {
		by := "MCPMOCK_URL and the like, or by {url} in its arguments"
		if name := r.tells(m); name != "" {
			by = "MCPMOCK_" + variable(name) + "_URL and the like, or by MCPMOCK_CONFIG"
			if first {
				by = "MCPMOCK_" + variable(name) + "_URL or MCPMOCK_URL and the like, or by {url} in its arguments"
			}
		}
		return []verdicts.Finding{{Kind: "silence", Failed: fails, Text: of + "the mock was sent no request: a command finds it by " + by}}, nil
	}
	if !well {
		return nil, nil
	}
	some, all, err := m.server.Player.Unplayed(func(x int) bool { return m.heard.played[x] }, maxUnplayed)
	if err != nil || all == 0 {
		return nil, err
	}
	var names []string
	for _, u := range some {
		what := u.Method
		if u.Name != "" {
			what += " " + u.Name
		}
		names = append(names, fmt.Sprintf("%d %s (line %d)", u.Exchange, what, u.Line))
	}
	if all > len(some) {
		names = append(names, fmt.Sprintf("and %d more", all-len(some)))
	}
	text := fmt.Sprintf("%s%d of %s not played\n  %s", of, all, say.Count(m.server.Player.Exchanges(), "exchange"), strings.Join(names, "\n  "))
	return []verdicts.Finding{{Kind: "unused", Text: text, Failed: fails}}, nil
}

// add adds what another score has.
func (y *score) add(x *score) {
	y.sessions += x.sessions
	y.requests += x.requests
	for kind, n := range x.notes {
		y.notes[kind] += n
	}
}

// facts are the numbers, in the order of a request's path.
func (y *score) facts() []verdicts.Fact {
	facts := []verdicts.Fact{{Name: "sessions", N: y.sessions}, {Name: "requests", N: y.requests}}
	for _, kind := range [...]string{"matched", "stubbed", "synthesized", "translated", "mismatched", "refused", "noted", "diverged", "faulted"} {
		if n := y.notes[kind]; n > 0 || kind == "matched" && y.notes["stubbed"] == 0 {
			facts = append(facts, verdicts.Fact{Name: kind, N: n})
		}
	}
	return facts
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
