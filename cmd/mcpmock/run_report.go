package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
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
	case "matched", "stubbed":
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
	rep := &verdicts.Report{Name: words(r.command), Exit: code}
	sum := newScore()
	var all [][]verdicts.Verdict
	for _, m := range r.mocks {
		live := m.server.Player.Done()
		spoken, err := m.spoken(r)
		if err != nil {
			return nil, err
		}
		of := ""
		if len(r.mocks) > 1 {
			of = m.name + ": "
		}
		all = append(all, verdicts.Sum(live, spoken))
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
	rep.Verdicts = verdicts.Sum(all...)
	rep.Facts = sum.facts()
	if code != 0 || rep.Failed() {
		return rep, nil // what was not played says nothing then
	}
	for _, m := range r.mocks {
		unused, err := m.unused(len(r.mocks) > 1, r.strict)
		if err != nil {
			return nil, err
		}
		rep.Findings = append(rep.Findings, unused...)
	}
	return rep, nil
}

// unused says which exchanges were not played, or that none was asked for;
// named puts the mock's name before that.
func (m *mocked) unused(named, strict bool) ([]verdicts.Finding, error) {
	of := ""
	if named {
		of = m.name + ": "
	}
	m.heard.mu.Lock()
	defer m.heard.mu.Unlock()
	if m.heard.requests == 0 {
		return []verdicts.Finding{{Kind: "silence", Failed: strict,
			Text: of + "the mock was sent no request: a command finds it by MCPMOCK_URL and the like, or by {url} in its arguments"}}, nil
	}
	first, all, err := m.server.Player.Unplayed(func(x int) bool { return m.heard.played[x] }, maxUnplayed)
	if err != nil || all == 0 {
		return nil, err
	}
	var names []string
	for _, u := range first {
		what := u.Method
		if u.Name != "" {
			what += " " + u.Name
		}
		names = append(names, fmt.Sprintf("%d %s (line %d)", u.Exchange, what, u.Line))
	}
	if all > len(first) {
		names = append(names, fmt.Sprintf("and %d more", all-len(first)))
	}
	text := fmt.Sprintf("%s%d of %s not played\n  %s", of, all, count(m.server.Player.Exchanges(), "exchange"), strings.Join(names, "\n  "))
	return []verdicts.Finding{{Kind: "unused", Text: text, Failed: strict}}, nil
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
	for _, kind := range [...]string{"matched", "stubbed", "synthesized", "mismatched", "refused", "noted", "diverged", "faulted"} {
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
