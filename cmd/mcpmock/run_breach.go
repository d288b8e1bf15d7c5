package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// A breach is a rule that clients broke, with what became of it.
type breach struct {
	rule, kind string // kind is refused or noted
	text       string // of the first time
	n          int
}

// breaches tells the rules that clients broke by themselves from what they were
// refused for another's sake: a fault met the request, or took the session that
// it is of.
type breaches struct {
	list   []*breach // each rule of each kind once
	met    map[int]bool
	probes map[int]bool
	dead   map[int]bool    // carriers that show a session id that was given out and not given back
	given  map[string]bool // such ids
}

func newBreaches() breaches {
	return breaches{met: map[int]bool{}, probes: map[int]bool{}, dead: map[int]bool{}, given: map[string]bool{}}
}

// maxGiven is how many session ids are remembered.
const maxGiven = 10_000

// answering are the rules whose refusal is an answer: a client finds out by asking
// what a server has, which the specification lets it, or it met a bound of the
// server's or of mcpmock.
var answering = []string{
	"", "translation", "subscriptions",
	scenarios.CheckMethod, scenarios.CheckStateless, scenarios.CheckHandshake, scenarios.CheckUnknownMethod, scenarios.CheckNotificationUnknown,
	scenarios.CheckVersionUnknown, scenarios.CheckVersionAny, scenarios.CheckVersionModern, scenarios.CheckStreamOpen, scenarios.CheckEventUnknown,
	scenarios.CheckTooManySessions, scenarios.CheckCapabilityMissing, scenarios.CheckSlashMissing, scenarios.CheckSlashExtra, scenarios.CheckNoSuchPath,
}

// hear takes in an event of the journal, of what is answered on a carrier; ends
// is whether that is with it.
func (b *breaches) hear(e *cassettes.Event, on int, messages []jsonrpc.Message, ends bool) {
	switch {
	case e.From == cassettes.Client:
		b.asked(e, on, messages)
	case e.Note != nil:
		b.noted(e.Note, on)
	case e.HTTP != nil:
		if id := e.HTTP.Header.Get(mcp.HeaderSessionID); id != "" && len(b.given) < maxGiven {
			b.given[id] = true
		}
	}
	if ends {
		delete(b.met, on)
		delete(b.probes, on)
		delete(b.dead, on)
	}
}

func (b *breaches) asked(e *cassettes.Event, on int, messages []jsonrpc.Message) {
	if e.HTTP == nil && len(messages) == 0 {
		return // its end
	}
	modern := slices.ContainsFunc(messages, func(m jsonrpc.Message) bool { return m.Method == mcp.Discover })
	if e.HTTP != nil {
		id := e.HTTP.Header.Get(mcp.HeaderSessionID)
		b.dead[on] = b.given[id]
		if e.HTTP.Method == "DELETE" {
			delete(b.given, id)
		}
		modern = modern || mcp.IsModern(e.HTTP.Header.Get(mcp.HeaderProtocolVersion))
	}
	b.probes[on] = modern
	delete(b.met, on) // of what was asked on it before
}

func (b *breaches) noted(n *cassettes.Note, on int) {
	switch {
	case n.Kind == "faulted":
		b.met[on] = true
	case n.Kind != "refused" && n.Kind != "noted",
		b.met[on],
		n.Kind == "refused" && slices.Contains(answering, n.Rule),
		b.dead[on] && (n.Rule == scenarios.CheckSessionUnknown || n.Rule == scenarios.CheckSessionEnded),
		b.probes[on] && (n.Rule == scenarios.CheckSessionMissing || n.Rule == scenarios.CheckNoSessionYet || n.Rule == scenarios.CheckNotInitialized):
	default:
		for _, known := range b.list {
			if known.rule == n.Rule && known.kind == n.Kind {
				known.n++
				return
			}
		}
		b.list = append(b.list, &breach{strings.Clone(n.Rule), n.Kind, strings.Clone(n.Text), 1})
	}
}

// findings says each in a line, of the mock that of names.
func (b *breaches) findings(of string, fails bool) (all []verdicts.Finding) {
	for _, x := range b.list {
		text := fmt.Sprintf("%s%s, %s %s", of, x.rule, x.kind, say.Times(x.n))
		if x.text != "" {
			text += "\n  " + x.text
		}
		all = append(all, verdicts.Finding{Kind: "breach", Text: text, Failed: fails})
	}
	return all
}
