package scenarios

import (
	"cmp"
	"path/filepath"
	"strings"
	"time"
)

// Parse reads a scenario from the text of a file. The file is only named, in
// errors and, without its ending, as the scenario's name where the text gives
// none. An error says FILE:LINE:COLUMN, what is wrong, and the cure.
func Parse(file string, data []byte) (*Scenario, error) {
	root, err := document(file, data)
	if err != nil {
		return nil, err
	}
	s := &Scenario{}
	if err := grammar().read(root, "", s); err != nil {
		return nil, err
	}
	if s.Name == "" {
		base := filepath.Base(file)
		s.Name = cmp.Or(strings.TrimSuffix(base, filepath.Ext(base)), base)
	}
	return s, nil
}

// grammar is that of a whole file.
func grammar() table[Scenario] {
	all := &whereabouts{}
	expectations := expectation(all)
	written := of(stubs)
	written.fits = nil // whoever makes them ready says it, of those in a file as well
	return table[Scenario]{
		what: "the scenario",
		keys: []key[Scenario]{
			field("name", "How the scenario is called; left out, as the file is.", someText(), func(s *Scenario) *string { return &s.Name }),
			field("group", "Where the list of scenarios shows it.", oneOf("group", Groups()...), func(s *Scenario) *string { return &s.Group }),
			field("about", "Which real bug it is: a URL or a sentence.", someText(), func(s *Scenario) *string { return &s.About }),
			field("good", "What a good client does, in a sentence.", someText(), func(s *Scenario) *string { return &s.Good }),
			field("transport", "The transport that the bug is about, where it is about one.", oneOf("transport", "http", "sse", "stdio"), func(s *Scenario) *string { return &s.Transport }),
			field("dialect", "Whose manners the server has; left out, those in force.", oneOf("dialect", Dialects()...), func(s *Scenario) *string { return &s.Dialect }),
			field("era", "Which eras of the protocol the server is of: legacy (with a handshake), modern (2026-07-28), or both. What the tape lacks of them is translated. Left out, as recorded.",
				oneOf("era", "legacy", "modern", "both"), func(s *Scenario) *string { return &s.Era }),
			field("sessions", "required: every request but initialize needs the id of a living session; optional: a session is opened and honoured, but not asked for; stateless: there are none. Left out, as recorded.",
				oneOf("sessions policy", "required", "optional", "stateless"), func(s *Scenario) *string { return &s.Sessions }),
			field("idle", "A session that was not used for so long is over.", span(), func(s *Scenario) *time.Duration { return &s.Idle }),
			field("version", "The protocolVersion that initialize is answered with: echo (the client's), none (the member is left out), or this very text. Left out, it is negotiated.", someText(), func(s *Scenario) *string { return &s.Version }),
			part("replicas", "The mock is several servers behind a load balancer, none of which knows the others' sessions.", of(replicas), func(s *Scenario) **Replicas { return &s.Replicas }),
			part("rate", "A bound on requests.", of(rate), func(s *Scenario) **Rate { return &s.Rate }),
			part("cors", "What browsers are told of an admitted origin. A list that is left out is as without this policy; an empty one says nothing.", of(cors), func(s *Scenario) **CORS { return &s.CORS }),
			part("auth", "Requests need a bearer token.", of(auth), func(s *Scenario) **Auth { return &s.Auth }),
			part("seed", "Makes what is left to chance repeatable. Any whole number; needed where there is a chance.", number64(), func(s *Scenario) **int64 { return &s.Seed }),
			field("scale", "Multiplies every duration of the scenario: 0.01 makes five minutes of three seconds.", real(false, 1000), func(s *Scenario) *float64 { return &s.Scale }),
			field("faults", "What breaks. All faults that fire act, in their order, until one answers in place of the server.",
				list(defined("fault", func() kind[Fault] { return fault(all).kind() })), func(s *Scenario) *[]Fault { return &s.Faults }),
			field("expect", "What a good client does.", list(defined("expectation", func() kind[Expectation] { return expectations })), func(s *Scenario) *[]Expectation { return &s.Expect }),
			part("stubs", "Answers that are written by hand: with a tape they come before it, without one the scenario serves by them alone.", written, func(s *Scenario) **Stubs { return &s.Stubs }),
		},
		misplaced: beside("it stands in an entry of faults", "when", "do", "scope", "times", "until", "for", "cooldown"),
		check: func(n node, at places, s *Scenario) error {
			if n.yaml != nil && !says(at) {
				return n.errorf("the scenario says nothing: %s", leastOfAll)
			}
			return all.check(at, s)
		},
	}
}

// fault is one entry of faults.
func fault(all *whereabouts) table[Fault] {
	return table[Fault]{
		what: "the fault",
		keys: []key[Fault]{
			field("name", "What the journal calls it, and what an expectation may begin at.", someText(), func(f *Fault) *string { return &f.Name }),
			field("when", "Which requests it meets; {} is every one.", defined("trigger", func() kind[Trigger] { return when().kind() }), func(f *Fault) *Trigger { return &f.When }),
			field("do", "What happens to them.", defined("action", actions), func(f *Fault) *Action { return &f.Do }),
			field("scope", "What nth, every and after count in: session (also where it is left out), connection, or server.", oneOf("scope", "session", "connection", "server"), func(f *Fault) *string { return &f.Scope }),
			field("times", "How often it happens: a number, or always (also where it is left out).", times(), func(f *Fault) *int { return &f.Times }),
			part("until", "Once the fault has happened, the first request that meets this ends it for good, and itself goes on unharmed.", until(), func(f *Fault) **Trigger { return &f.Until }),
			field("for", "The fault ends so long after it first happened.", span(), func(f *Fault) *time.Duration { return &f.For }),
			field("cooldown", "Having happened, the fault does not happen again for so long.", span(), func(f *Fault) *time.Duration { return &f.Cooldown }),
		},
		needs: []need{
			{"when", "say which requests it meets; {} is every one"},
			{"do", "write do: expire_session, or do: {respond: ...}"},
		},
		misplaced: []need{{"expect", "it stands in the scenario, beside faults"}},
		check: func(n node, at places, f *Fault) error {
			all.faults = append(all.faults, at)
			return checkFault(n, at, f)
		},
	}
}

// times is how often a fault happens.
func times() kind[int] {
	k := whole(1, maxCount)
	return kind[int]{fits: k.fits, form: func() form { return form{"anyOf": []form{k.form(), {"const": "always"}}} }, read: func(n node, what string, dst *int) error {
		if n.scalar() == "always" {
			return nil
		}
		if _, number := n.scalar().(int); !number {
			return n.notWhole(what, "a whole number or always")
		}
		return k.read(n, what, dst)
	}}
}

// until is the trigger that ends a fault. It counts nothing.
func until() kind[Trigger] {
	return inner().and(func(n node, _ string, t Trigger) error {
		if t.Empty() {
			return n.errorf("until is met by every request: name one, such as {method: initialize}")
		}
		return nil
	})
}
