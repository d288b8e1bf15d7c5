package verdicts

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

func TestUniqueIDs(t *testing.T) {
	unique := scenarios.Expectation{What: scenarios.AssertUniqueIDs, Since: "start"}
	after := scenarios.Expectation{What: scenarios.AssertUniqueIDs}
	runCases(t, []clientCase{
		{why: "it counts", expect: unique, want: Pass, says: "4 requests with ids of their own",
			plays: func(r *reel) { r.open("a", 0); r.ask("a", 1); r.ask("a", 2); r.ask("a", 3) }},
		{why: "a new session may begin anew", expect: unique, want: Pass, plays: func(r *reel) { r.open("a", 0); r.ask("a", 1); r.open("b", 0); r.ask("b", 1) }},
		{why: "one id twice", expect: unique, want: Fail, says: "sent tools/list with id 1, which an earlier request of its session had",
			plays: func(r *reel) { r.open("a", 0); r.ask("a", 1); r.ask("a", 1) }},
		{why: "the id of initialize counts", expect: unique, want: Fail, plays: func(r *reel) { r.open("a", 0); r.ask("a", 0) }},
		{why: "out of order, and once more", expect: unique, want: Fail, plays: func(r *reel) { r.open("a", 5); r.ask("a", 9); r.ask("a", 7); r.ask("a", 9) }},
		{why: "a string is no number", expect: unique, want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			r.post("a", `{"jsonrpc":"2.0","id":"0","method":"ping"}`)
		}},
		{why: "one of long before the fault", expect: after, want: Fail, plays: func(r *reel) { stalled(r); r.ask("a", 2); r.ask("a", 1) }},
		{why: "clients without sessions cannot be told apart", expect: unique, want: NotReached, says: "who sent what cannot be told without sessions",
			plays: func(r *reel) { r.open("", 0); r.open("", 0); r.ask("", 1); r.ask("", 1) }},
		{why: "one alone can", expect: unique, want: Fail, plays: func(r *reel) { r.open("", 0); r.ask("", 1); r.ask("", 1) }},
		{why: "nor can those that begin no handshake", expect: unique, want: NotReached, plays: func(r *reel) { r.ask("", 1); r.ask("", 1) }},
		{why: "nor those of a revision that has none, beside one that does", expect: unique, want: Pass, says: "2 requests",
			plays: func(r *reel) {
				r.open("", 0)
				r.ask("", 1)
				r.request("POST", "", list(1), "MCP-Protocol-Version", "2026-07-28")
			}},
		{why: "nor those that do not show their sessions", expect: unique, want: Pass, says: "4 requests",
			plays: func(r *reel) {
				r.open("a", 0)
				r.open("b", 0)
				r.ask("", 1)
				r.ask("", 1)
				r.ask("a", 1)
				r.ask("b", 1)
			}},
		{why: "of a batch the one is named that is there twice", expect: unique, want: Fail, says: "sent ping with id 1, which",
			plays: func(r *reel) {
				r.open("a", 0)
				r.ask("a", 1)
				r.post("a", "")
				r.events[len(r.events)-1].Messages = []json.RawMessage{json.RawMessage(list(2)), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)}
			}},
		{why: "an id may be long, and turn what is written", expect: unique, want: Fail, says: `with id "` + strings.Repeat("x", 78) + `…, which`,
			plays: func(r *reel) {
				long := "\u202e" + strings.Repeat("x", 1<<20)
				r.open("a", 0)
				for _, end := range []string{"a", "b", "a"} {
					r.post("a", `{"jsonrpc":"2.0","id":"`+long+end+`","method":"ping"}`)
				}
			}},
		{why: "two long ones are not the same for their beginnings", expect: unique, want: Pass,
			plays: func(r *reel) {
				r.open("a", 0)
				for _, end := range []string{"a", "b"} {
					r.post("a", `{"jsonrpc":"2.0","id":"`+strings.Repeat("x", 1<<20)+end+`","method":"ping"}`)
				}
			}},
		{why: "nothing happened", expect: after, want: NotReached, plays: healthy},
	})
}

func TestOrder(t *testing.T) {
	inOrder := scenarios.Expectation{What: scenarios.AssertOrder, Order: []string{"initialize", "notifications/initialized", "tools/list"}, Since: "start"}
	after := inOrder
	after.Since = ""
	runCases(t, []clientCase{
		{why: "one after the other", expect: inOrder, want: Pass, says: "in 1 session", plays: healthy},
		{why: "in two sessions at once", expect: inOrder, want: Pass, says: "in 2 sessions",
			plays: func(r *reel) {
				a, b := r.post("", initialize(0)), r.post("", initialize(0))
				r.answer(a, 200, "a", result(0))
				r.answer(b, 200, "b", result(0))
				for _, s := range []string{"a", "b"} {
					r.answer(r.post(s, initialized), 202, "", "")
					r.ask(s, 1)
				}
			}},
		{why: "an era without a handshake has no such order", expect: inOrder, want: NotReached, says: "no session came as far",
			plays: func(r *reel) { r.asks(modernList(1)); r.asks(modernList(2)) }},
		{why: "and its requests are nobody's in a handshake", expect: inOrder, want: Pass, says: "in 1 session",
			plays: func(r *reel) {
				on := r.post("", initialize(0))
				r.asks(modernList(2))
				r.answer(on, 200, "a", result(0))
				r.answer(r.post("a", initialized), 202, "", "")
				r.ask("a", 1)
			}},
		{why: "it is not ready", expect: inOrder, want: Fail, says: "sent tools/list before notifications/initialized had been sent",
			plays: func(r *reel) { r.answer(r.post("", initialize(0)), 200, "a", result(0)); r.ask("a", 1) }},
		{why: "nothing demands to wait for the 202 to a notification", expect: inOrder, want: Pass, says: "in 1 session",
			plays: func(r *reel) {
				r.answer(r.post("", initialize(0)), 200, "a", result(0))
				on := r.post("a", initialized)
				r.ask("a", 1)
				r.answer(on, 202, "", "")
			}},
		{why: "without sessions two clients cannot be told apart", expect: inOrder, want: NotReached,
			plays: func(r *reel) {
				r.answer(r.post("", initialize(0)), 200, "", result(0))
				b := r.post("", initialize(0))
				r.answer(r.post("", initialized), 202, "", "") // of the first
				r.answer(b, 200, "", result(0))
				r.answer(r.post("", initialized), 202, "", "")
				r.ask("", 1)
			}},
		{why: "nor who does not show its session", expect: inOrder, want: Pass, plays: func(r *reel) { healthy(r); r.ask("", 2) }},
		{why: "a handshake that failed is over", expect: inOrder, want: Fail, says: "sent tools/list before notifications/initialized had been sent",
			plays: func(r *reel) {
				r.answer(r.post("", initialize(0)), 503, "", "")
				r.answer(r.post("", initialize(0)), 200, "", result(0))
				r.ask("", 1)
			}},
		{why: "it does not wait for that of initialize", expect: inOrder, want: Fail, says: "sent notifications/initialized before initialize was answered",
			plays: func(r *reel) { r.post("", initialize(0)); r.post("", initialized) }},
		{why: "a session that is under way when the fault comes", expect: after, want: Pass, plays: func(r *reel) { r.open("a", 0); r.ask("a", 1); r.expire("a", 2); r.open("b", 0); r.ask("b", 1) }},
		{why: "a pipe answers no notification", expect: inOrder, want: Pass, plays: func(r *reel) {
			r.line(1, cassettes.Client, initialize(0))
			r.line(1, cassettes.Server, result(0))
			r.line(1, cassettes.Client, initialized)
			r.line(1, cassettes.Client, list(1))
			r.line(1, cassettes.Server, result(1))
		}},
		{why: "it does not come that far", expect: inOrder, want: NotReached, says: "no session came as far as tools/list", plays: func(r *reel) { r.open("a", 0) }},
	})
}
