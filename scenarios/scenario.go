// Package scenarios says what may go wrong: how a server orders its checks
// and words its refusals (dialects), in what it stands off from what was
// recorded (policies), what breaks on the way (faults), and what a good client
// does then (expectations). Stubs let a scenario serve without a tape.
//
//	s, err := scenarios.Load("session-404-no-reinit") // a stock name, or a file
//	if err != nil {
//		return err // names file, line and cure
//	}
//	player, err := replay.New(tape, replay.WithScenario(s))
//
// A scenario is data, and may be written down in Go as well as in YAML:
//
//	s := &scenarios.Scenario{Faults: []scenarios.Fault{{
//		When: scenarios.Trigger{Method: "tools/call", Nth: 2},
//		Do:   scenarios.Action{ExpireSession: true},
//	}}}
//
// Package faults says when a fault fires and what it makes of an answer,
// replay acts on it, and verdicts judges the client. A Scenario and a Dialect
// are not changed after loading, so any number of players may share them.
//
// What this does not do: it judges no request and holds no state.
package scenarios

import (
	"strconv"
	"time"
)

// A Scenario is one file of what goes wrong.
type Scenario struct {
	Name  string // as typed after --scenario
	Group string // where scenario list shows it: one of Groups
	About string // a URL or a sentence: which real bug this is
	// Good says in a sentence what a good client does.
	Good string
	// Transport is the one that the bug is about: http, sse, stdio; "" is any.
	Transport string

	Dialect string // the name of a dialect; "" leaves the one in force
	// Era is which eras of the protocol the server is of: legacy (with a
	// handshake), modern (2026-07-28), or both; "" leaves it as recorded.
	Era string
	// Sessions is the policy about MCP sessions: required, optional or
	// stateless; "" leaves it as recorded.
	Sessions string
	// Idle ends a session that was not used for so long; 0 leaves it as it is.
	Idle time.Duration
	// Version is the protocolVersion that initialize is answered with: "echo"
	// (the client's, whatever it is), "none" (the member is left out), or that
	// very text. "" negotiates it.
	Version string

	Replicas *Replicas
	Rate     *Rate
	CORS     *CORS
	Auth     *Auth

	// Seed makes what is left to chance repeatable: Trigger.Chance, the spread
	// of a Delay, {{uuid}} in stubs. It must be set where there is a Chance.
	Seed *int64
	// Scale multiplies every duration of the scenario: 0.01 makes an idle limit
	// of five minutes one of three seconds. 0 is 1.
	Scale float64

	Faults []Fault
	Expect []Expectation
	Stubs  *Stubs
}

// Groups are the groups of the stock scenarios, in the order of the list.
func Groups() []string {
	return []string{
		"session", "initialization", "status", "negotiation", "stream", "resumption", "version", "rpc",
		"endpoint", "auth", "cancellation", "stdio", "modern",
	}
}

// A Fault is a triggered edit: when a request meets When, Do happens, as often
// as Times and the other bounds allow. Faults are looked at in their order; of
// those that fire, all act, until one answers in place of the server.
//
// What counts requests (Nth, Every, After) counts in Scope. What bounds the
// fault (Times, Until, For, Cooldown) is the whole mock's, or its space's.
type Fault struct {
	Name  string
	When  Trigger
	Do    Action
	Scope string // session (also ""), connection or server: what Nth, Every and After count in
	Times int    // 0 is without end
	// Until ends the fault for good: once it has fired, the first request that
	// meets Until, which itself goes on unharmed. nil is for ever. It counts
	// nothing.
	Until *Trigger
	// For ends the fault that long after it first fired; 0 is without end.
	For time.Duration
	// Cooldown keeps the fault from firing again for that long; 0 is not at all.
	Cooldown time.Duration
}

// Called is what a journal calls the fault: its name, or where it has none its
// number n, from 1, among the faults of all scenarios that are played.
func (f *Fault) Called(n int) string {
	if f.Name != "" {
		return f.Name
	}
	return "fault " + strconv.Itoa(n)
}
