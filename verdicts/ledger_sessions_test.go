package verdicts

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestTriggersOfSessions holds that the ledger knows whose a request is.
func TestTriggersOfSessions(t *testing.T) {
	never := func(t scenarios.Trigger) scenarios.Expectation {
		return scenarios.Expectation{What: scenarios.AssertNever, Of: t, Since: "start"}
	}
	sends := func(t scenarios.Trigger) scenarios.Expectation {
		return scenarios.Expectation{What: scenarios.AssertSends, Of: t, Since: "start"}
	}
	deleted := func(status int) func(*reel) {
		return func(r *reel) {
			r.open("a", 0)
			r.answer(r.request("DELETE", "a", ""), status, "", "")
			r.post("a", list(1))
		}
	}
	runCases(t, []clientCase{
		{why: "no id", expect: sends(scenarios.Trigger{Session: "none"}), want: Pass, plays: healthy},
		{why: "a living one", expect: sends(scenarios.Trigger{Session: "known", Method: "tools/list"}), want: Pass, plays: healthy},
		{why: "an unknown one", expect: sends(scenarios.Trigger{Session: "unknown"}), want: Pass, plays: func(r *reel) { r.post("zzz", list(1)) }},
		{why: "a deleted one", expect: sends(scenarios.Trigger{Session: "ended"}), want: Pass, plays: deleted(204)},
		{why: "one that may not be deleted", expect: never(scenarios.Trigger{Session: "ended"}), want: Pass, plays: deleted(405)},
		{why: "one that a recorded server answers 404", expect: sends(scenarios.Trigger{Session: "ended"}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			on := r.post("a", list(1))
			r.answer(on, 404, "", "")
			r.end(on, cassettes.Server, cassettes.EOF)
			r.post("a", list(2))
		}},
		{why: "one that lives after all", expect: sends(scenarios.Trigger{Session: "known", ID: "string"}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			r.expire("a", 1)
			r.ask("a", 2)
			r.post("a", `{"jsonrpc":"2.0","id":"x","method":"ping"}`)
		}},
		{why: "one that lives after all has its ids yet", expect: sends(scenarios.Trigger{SameID: true}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			r.ask("a", 1)
			r.expire("a", 2)
			r.ask("a", 3)
			r.ask("a", 1)
		}},
		{why: "its client could not know yet", expect: never(scenarios.Trigger{Session: "ended"}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			on := r.post("a", list(1))
			r.note(on, "refused", "session-ended")
			r.post("a", list(2))
			r.answer(on, 404, "", "")
		}},
		{why: "one that is at several things at once may not have looked yet", expect: never(scenarios.Trigger{Session: "ended"}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			r.post("a", list(1))
			r.expire("a", 2)
			r.wait(20)
			r.post("a", list(3))
		}},
		{why: "but not for long", expect: never(scenarios.Trigger{Session: "ended"}), want: Fail, plays: func(r *reel) {
			r.open("a", 0)
			r.post("a", list(1))
			r.expire("a", 2)
			r.wait(101)
			r.post("a", list(3))
		}},
		{why: "one that does one thing at a time has", expect: never(scenarios.Trigger{Session: "ended"}), want: Fail,
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 2); r.post("a", list(3)) }},
		{why: "another refusal than 404 ends it, too", expect: sends(scenarios.Trigger{Session: "ended"}), want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			on := r.post("a", list(1))
			r.note(on, "refused", "session-ended")
			r.answer(on, 400, "", "")
			r.post("a", list(2))
		}},
		{why: "before initialize was answered", expect: sends(scenarios.Trigger{State: "new", Method: "initialize"}), want: Pass, plays: healthy},
		{why: "before it is ready", expect: sends(scenarios.Trigger{State: "initializing", Method: "notifications/initialized"}), want: Pass, plays: healthy},
		{why: "an era without handshakes is in no state, whoever has shaken hands beside it", want: Pass, expect: never(scenarios.Trigger{Method: "tools/list", Any: []scenarios.Trigger{{State: "new"}, {State: "initializing"}, {State: "ready"}}}),
			plays: func(r *reel) {
				r.asks(modernList(1))
				r.answer(r.post("", initialize(0)), 200, "", result(0))
				r.asks(modernList(2))
				r.answer(r.post("", initialize(3)), 200, "", result(3))
				r.asks(modernList(4))
			}},
		{why: "nor is it in the session of its pipe", want: Pass, expect: never(scenarios.Trigger{Method: "tools/list", Any: []scenarios.Trigger{{Session: "known"}, {State: "initializing"}}}),
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.line(1, cassettes.Server, result(0))
				r.line(1, cassettes.Client, modernList(1))
			}},
		{why: "without sessions another client may have begun meanwhile", expect: never(scenarios.Trigger{Method: "tools/list", State: "new"}), want: NotReached,
			says: "without sessions clients cannot be told apart", plays: func(r *reel) { r.open("", 0); r.post("", initialize(0)); r.ask("", 1) }},
		{why: "not one whose handshake came to nothing", expect: never(scenarios.Trigger{Method: "tools/list", State: "new"}), want: Fail, plays: func(r *reel) {
			r.end(r.post("", initialize(0)), cassettes.Client, cassettes.Closed)
			r.post("", initialize(0))
			r.ask("", 1)
		}},
		{why: "what does not ask for that can be told", expect: never(scenarios.Trigger{Method: "tools/list"}), want: Fail,
			plays: func(r *reel) { r.open("", 0); r.post("", initialize(0)); r.ask("", 1) }},
		{why: "nor which of them are in flight", expect: never(scenarios.Trigger{Method: "tools/list", InFlight: 2}), want: NotReached, plays: func(r *reel) {
			r.open("", 0)
			r.open("", 0)
			r.post("", list(1))
			r.post("", list(2))
		}},
		{why: "ready", expect: sends(scenarios.Trigger{State: "ready", Method: "tools/list"}), want: Pass, plays: healthy},
		{why: "two at once", expect: sends(scenarios.Trigger{InFlight: 2}), want: Pass, plays: func(r *reel) { r.open("a", 0); r.post("a", list(1)); r.post("a", list(2)) }},
		{why: "one after the other", expect: never(scenarios.Trigger{InFlight: 2}), want: Pass, plays: func(r *reel) { r.open("a", 0); r.ask("a", 1); r.ask("a", 2) }},
		{why: "after a while", expect: sends(scenarios.Trigger{Idle: time.Second}), want: Pass, plays: func(r *reel) { r.open("a", 0); r.wait(1000); r.ask("a", 1) }},
		{why: "not after a while", expect: never(scenarios.Trigger{Idle: time.Second}), want: Pass, plays: func(r *reel) { r.open("a", 0); r.wait(999); r.ask("a", 1) }},
		{why: "a pipe is a session from its initialize on", expect: sends(scenarios.Trigger{Session: "known", State: "initializing"}), want: Pass, plays: func(r *reel) {
			oldSession(r, "a")
			r.request("POST", "", list(1))
			r.events[len(r.events)-1].HTTP.Query = "sessionId=a"
		}},
		{why: "and over when it ends", expect: sends(scenarios.Trigger{Session: "ended"}), want: Pass, plays: func(r *reel) {
			r.end(oldSession(r, "a"), cassettes.Client, cassettes.Closed)
			r.request("POST", "", list(1))
			r.events[len(r.events)-1].HTTP.Query = "sessionId=a"
		}},
		{why: "a client that connects", expect: sends(scenarios.Trigger{Client: "connect"}), want: Pass, plays: func(r *reel) { oldSession(r, "a") }},
		{why: "a batch", expect: sends(scenarios.Trigger{Kind: "batch"}), want: Pass, plays: func(r *reel) {
			r.post("", "")
			r.events[0].Messages = []json.RawMessage{json.RawMessage(list(1)), json.RawMessage(list(2))}
		}},
		{why: "what is no message", expect: sends(scenarios.Trigger{Kind: "invalid"}), want: Pass, plays: func(r *reel) {
			r.post("", "")
			r.events[0].Raw = []byte("{")
		}},
	})
}
