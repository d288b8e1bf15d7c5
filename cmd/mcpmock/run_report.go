package main

import (
	"fmt"
	"slices"
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
	mismatches []mismatch   // the first of them
	opening    map[int]bool // carriers with an initialize that has no answer yet
	streams    streams
	breaches   breaches
	meetings   meetings
}

// A mismatch is what is said of one or more requests that had no answer.
type mismatch struct {
	text string
	n    int
}

// finding says it once, of the mock that of names, with how many there were at
// the end of its first line.
func (m *mismatch) finding(of string) verdicts.Finding {
	text := of + m.text
	if m.n > 1 {
		what, why, _ := strings.Cut(text, "\n")
		text = strings.TrimSuffix(what+", "+say.Times(m.n)+"\n"+why, "\n")
	}
	return verdicts.Finding{Kind: "mismatch", Text: text, Failed: true}
}

func newScore() *score {
	return &score{notes: map[string]int{}, played: map[int]bool{}, opening: map[int]bool{}, streams: newStreams(), breaches: newBreaches(), meetings: meetings{fired: map[string]bool{}}}
}

// The bounds of what is told one by one; what is told in the same words counts
// as one.
const (
	maxMismatches = 100
	maxUnplayed   = 10
)

// hear takes in an event of the journal.
func (y *score) hear(e *cassettes.Event) {
	y.mu.Lock()
	defer y.mu.Unlock()
	messages := messagesOf(e)
	on, elsewhere := y.streams.of(e)
	ends := !elsewhere && (e.End != "" || e.HTTP != nil && e.HTTP.Status != 0)
	y.breaches.hear(e, on, messages, ends)
	y.meetings.hear(e, messages)
	if e.From == cassettes.Client {
		for _, m := range messages {
			if m.Kind == jsonrpc.Request {
				y.requests++
			}
			if m.Method == mcp.Initialize {
				y.opening[on] = true
			}
		}
	}
	if e.Note == nil {
		if ends {
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
		same := func(m mismatch) bool { return m.text == e.Note.Text }
		if i := slices.IndexFunc(y.mismatches, same); i >= 0 {
			y.mismatches[i].n++
		} else if len(y.mismatches) < maxMismatches {
			y.mismatches = append(y.mismatches, mismatch{strings.Clone(e.Note.Text), 1})
		}
	}
}

// report makes the report of a run whose command ended with a code. Its
// windows of time are over: the client is done.
func (r *errand) report(code int) (*verdicts.Report, error) {
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
		for i := range m.heard.mismatches {
			rep.Findings = append(rep.Findings, m.heard.mismatches[i].finding(of))
		}
		rep.Findings = append(rep.Findings, m.heard.breaches.findings(of, r.strict)...)
		m.heard.mu.Unlock()
	}
	rep.Facts = sum.facts()
	well := !rep.Failed() // else what did not happen says nothing
	if well && sum.requests > 0 {
		rep.Findings = append(rep.Findings, sum.meetings.unmet(r.scenarios, r.mocks[0].server.Player.Eras(), r.strict)...)
	}
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
		text := of + "the mock was sent no request: a command finds it by " + by
		if m.heard.meetings.http || m.heard.meetings.stdio {
			text = of + "somebody came to the mock, and sent no request: a client begins with initialize or server/discover"
		}
		return []verdicts.Finding{{Kind: "silence", Failed: fails, Text: text}}, nil
	}
	if !well {
		return nil, nil
	}
	if len(r.cassettes) == 0 { // nobody has asked for all of that tape
		if m.file == "" || len(m.heard.played) > 0 || m.heard.notes["faulted"] > 0 {
			return nil, nil
		}
		return []verdicts.Finding{{Kind: "unused", Failed: fails, Text: "no request came so far that the tape answered it"}}, nil
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
	y.meetings.add(&x.meetings)
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
