// Package scenarios says what may go wrong: how a server orders its checks
// and words its refusals (dialects), in what it stands off from what was
// recorded (policies), and what breaks on the way (faults).
//
//	s, err := scenarios.Load("session-404-no-reinit") // a stock name, or a file
//	if err != nil {
//		return err // names file, line and cure
//	}
//	player, err := replay.New(tape, replay.WithScenario(s))
//
// A scenario is data; package replay acts on it. A Scenario and a Dialect are
// not changed after loading, so any number of players may share them.
//
// What this does not do: it judges no request and holds no state.
package scenarios

// A Scenario is one file of what goes wrong.
type Scenario struct {
	Name    string // as typed after --scenario
	About   string // a URL or a sentence: which real bug this is
	Dialect string // the name of a dialect; "" leaves the one in force
	// Sessions is the policy about MCP sessions: required, optional or
	// stateless; "" leaves it as recorded.
	Sessions string
	Faults   []Fault
}

// A Fault is a triggered edit: when a request meets When, Do happens, at most
// Times times. Once it has happened, a request that meets Until ends it for
// good; that request itself goes on unharmed.
type Fault struct {
	Name  string
	When  Trigger
	Do    Action
	Times int      // 0 is without end
	Until *Trigger // nil is for ever; its Nth is 0
}

// A Trigger is a condition on one HTTP request; all that is set must hold.
type Trigger struct {
	HTTP    string // HTTP method: POST, GET, DELETE
	Method  string // JSON-RPC method; a trailing * stands for any ending
	Tool    string // params.name of a tools/call; a trailing * stands for any ending
	Session string // none (no header), known (a living session's) or unknown (another)
	Nth     int    // only the n-th request that meets the rest, counted from 1 in each session; 0 is every one
	Not     *Trigger
}

// An Action is what a fault does; exactly one member is set.
type Action struct {
	// Respond answers in place of the mock.
	Respond *Response
	// ExpireSession ends the session of the request before the request is
	// looked at, so that the dialect's refusal for a dead session answers it
	// and all that follow.
	ExpireSession bool
}
