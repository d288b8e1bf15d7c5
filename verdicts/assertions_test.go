package verdicts

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// healthy is a client to which nothing happens.
func healthy(r *reel) { r.open("a", 0); r.ask("a", 1) }

func TestReinitialize(t *testing.T) {
	within := scenarios.Expectation{What: scenarios.AssertReinitialize, Within: 5 * time.Second}
	once := within
	once.Count = 1
	runCases(t, []clientCase{
		{why: "a good client opens a new session", expect: within, want: Pass, says: "initialize without a session id after 100 ms",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(100); r.open("b", 0) }},
		{why: "a bad one keeps the dead one", expect: within, want: Fail, says: "kept the dead session: 3 requests with session-1 in 5.0 s, no initialize",
			plays: func(r *reel) {
				r.open("a", 0)
				r.expire("a", 1)
				for id := range 5 {
					r.wait(1500)
					r.expire("a", 2+id)
				}
			}, running: true}, // the fourth comes too late to count
		{why: "without time to wait for, the end settles it", expect: scenarios.Expectation{What: scenarios.AssertReinitialize}, want: Fail,
			says:  "kept the dead session: 1 request with session-1 in 2.0 s, then ended, no initialize",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(2000); r.expire("a", 2) }},
		{why: "to close the dead one is not to keep it", expect: scenarios.Expectation{What: scenarios.AssertReinitialize}, want: Fail,
			says: "closed the dead session, then ended, no initialize",
			plays: func(r *reel) {
				r.open("a", 0)
				r.expire("a", 1)
				r.wait(2000)
				r.answer(r.request("DELETE", "a", ""), 404, "", "")
			}},
		{why: "a client of an era without sessions has none to open again", expect: within, want: NotReached, says: "of an era without sessions",
			plays: func(r *reel) { r.meets(1, failure(1)); r.asks(modern(2, "book", "")) }},
		{why: "nor has one beside a session that lives", expect: within, want: NotReached, says: "of an era without sessions",
			plays: func(r *reel) { r.open("a", 0); r.meets(1, failure(1)); r.wait(5001); r.ask("a", 2) }},
		{why: "the next that has one is judged", expect: within, want: Fail, says: "kept the dead session: 1 request with session-1 in 5.0 s",
			plays: func(r *reel) {
				r.open("a", 0)
				r.meets(1, failure(1))
				r.expire("a", 2)
				r.expire("a", 3)
				r.wait(5001)
			}, running: true},
		{why: "a session that agreed on a revision nobody knows is one", expect: within, want: Fail, says: "ended without an initialize",
			plays: func(r *reel) {
				r.open("a", 0)
				on := r.request("POST", "a", call(1, "forecast"), "MCP-Protocol-Version", "2099-01-01")
				r.note(on, "faulted", "dies")
				r.answer(on, 404, "", failure(1))
			}},
		{why: "over stdio, too, the era is that of the line", expect: within, want: NotReached, says: "of an era without sessions",
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.line(1, cassettes.Server, result(0))
				r.line(1, cassettes.Client, modern(1, "book", ""))
				r.note(1, "faulted", "dies")
				r.line(1, cassettes.Server, failure(1))
			}},
		{why: "one that ends has not done it", expect: within, want: Fail, says: "ended without an initialize",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1) }},
		{why: "one that hangs is found while it runs", expect: within, want: Fail, says: "sent nothing in 5.0 s, no initialize",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(5001) }, running: true},
		{why: "until its time is over it may still do it", expect: within, want: Waiting, says: "not yet",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(4999) }, running: true},
		{why: "too late is too late", expect: within, want: Fail, says: "it sent initialize only after 7.0 s",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(7000); r.open("b", 0) }},
		{why: "the id of the dead session must not come along", expect: within, want: Fail, says: "sent initialize with the id of the session that is over",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.post("a", initialize(2)); r.wait(6000) }},
		{why: "without any id it is no dead session", expect: within, want: Fail, says: "went on without a session: 1 request without a session id",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.post("", list(2)); r.wait(6000) }},
		{why: "a storm of sessions", expect: once, want: Fail, says: "sent initialize 3 times, at most once",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.open("b", 0); r.open("c", 0); r.open("d", 0) }},
		{why: "of two clients each may open one", expect: once, want: Pass,
			plays: func(r *reel) {
				r.open("a", 0)
				r.open("b", 0)
				r.expire("a", 1)
				r.expire("b", 1)
				r.open("c", 0)
				r.open("d", 0)
			}},
		{why: "and no more", expect: once, want: Fail, says: "sent initialize 3 times, at most once for each of 2 sessions",
			plays: func(r *reel) {
				r.open("a", 0)
				r.open("b", 0)
				r.expire("a", 1)
				r.open("c", 0)
				r.open("d", 0)
				r.open("e", 0)
			}},
		{why: "one is at most one", expect: once, want: Pass,
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.open("b", 0) }},
		{why: "one after another, each closed, is not a storm", expect: once, want: Pass,
			plays: func(r *reel) {
				r.open("a", 0)
				r.expire("a", 1)
				for _, id := range []string{"b", "c", "d"} {
					r.open(id, 0)
					r.answer(r.request("DELETE", id, ""), 204, "", "")
				}
			}},
		{why: "nor is one that comes when the time is over", expect: once, want: Pass,
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.open("b", 0); r.wait(5001); r.open("c", 0) }},
		{why: "nothing happened", expect: within, want: NotReached, says: "no fault fired", plays: healthy},
		{why: "a process of stdio is started again", expect: within, want: Pass,
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.line(1, cassettes.Server, result(0))
				r.line(1, cassettes.Client, list(1))
				r.note(1, "faulted", "dies")
				r.add(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit, Code: 1})
				r.line(2, cassettes.Client, initialize(0))
			}},
		{why: "a stream of HTTP+SSE is opened again", expect: within, want: Pass, plays: func(r *reel) {
			old := oldSession(r, "a")
			on := r.request("POST", "", list(1))
			r.events[len(r.events)-1].HTTP.Query = "sessionId=a"
			r.note(on, "faulted", "dies")
			r.answer(on, 404, "", "")
			r.end(old, cassettes.Server, cassettes.EOF)
			oldSession(r, "b")
		}},
	})
}

// oldSession opens a stream of HTTP+SSE and initializes on it.
func oldSession(r *reel, id string) int {
	stream := r.request("GET", "", "")
	r.head(stream)
	r.add(&cassettes.Event{On: stream, From: cassettes.Server, SSE: &cassettes.SSE{Event: "endpoint"}, Raw: []byte("/messages?sessionId=" + id)})
	on := r.request("POST", "", initialize(0))
	r.events[len(r.events)-1].HTTP.Query = "sessionId=" + id
	r.add(&cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 202}, Raw: []byte("Accepted")})
	r.frame(stream, "", result(0))
	return stream
}

// stalled is a call whose answer does not come.
func stalled(r *reel) int {
	r.open("a", 0)
	on := r.post("a", call(1, "forecast"))
	r.note(on, "faulted", "dies")
	return on
}

func TestSettles(t *testing.T) {
	within := scenarios.Expectation{What: scenarios.AssertSettles, Within: 2 * time.Second}
	start := within
	start.Since = "start"
	runCases(t, []clientCase{
		{why: "another request", expect: within, want: Pass, says: "sent tools/list after 500 ms",
			plays: func(r *reel) { stalled(r); r.wait(500); r.ask("a", 2) }, running: true},
		{why: "it hangs up", expect: within, want: Pass, says: "closed the connection after 500 ms",
			plays: func(r *reel) { on := stalled(r); r.wait(500); r.end(on, cassettes.Client, cassettes.Closed) }, running: true},
		{why: "a listener that times out beside it is not the call", expect: within, want: Fail, says: "did nothing for 2.0 s",
			plays: func(r *reel) {
				listens := func(r *reel) int { on := r.request("GET", "a", ""); r.head(on); return on }
				stalled(r)
				on := listens(r)
				r.wait(500)
				r.end(on, cassettes.Client, cassettes.Closed)
				listens(r)
				r.wait(2000)
			}, running: true},
		{why: "another client's deeds are not its own", expect: within, want: Fail, says: "did nothing for 2.0 s",
			plays: func(r *reel) { r.open("b", 0); stalled(r); r.wait(500); r.ask("b", 2); r.wait(2000) }, running: true},
		{why: "it hangs up in the middle of a body", expect: within, want: Pass, says: "closed the connection after 500 ms",
			plays: func(r *reel) {
				on := stalled(r)
				r.answer(on, 200, "", "")
				r.add(&cassettes.Event{On: on, From: cassettes.Server, Raw: []byte(`{"jsonrpc":`)})
				r.wait(500)
				r.end(on, cassettes.Client, cassettes.Closed)
			}, running: true},
		{why: "an end after the whole answer is none of its doing", expect: within, want: Waiting,
			plays: func(r *reel) {
				on := stalled(r)
				r.answer(on, 200, "", "")
				r.add(&cassettes.Event{On: on, From: cassettes.Server, Message: json.RawMessage(result(1))})
				r.end(on, cassettes.Client, cassettes.Closed)
			}, running: true},
		{why: "it cancels", expect: within, want: Pass, says: "sent notifications/cancelled",
			plays: func(r *reel) {
				stalled(r)
				r.post("a", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
			}, running: true},
		{why: "it ends", expect: within, want: Pass, says: "ended after 1.0 s", plays: func(r *reel) { stalled(r); r.wait(1000) }},
		{why: "the first request is not what follows it", expect: start, want: Fail, says: "did nothing for 2.0 s after its first request",
			plays: func(r *reel) { r.answer(r.post("", initialize(0)), 200, "a", result(0)); r.wait(2001) }, running: true},
		{why: "the second is", expect: start, want: Pass, says: "sent notifications/initialized after 100 ms",
			plays: func(r *reel) {
				r.answer(r.post("", initialize(0)), 200, "a", result(0))
				r.wait(100)
				r.post("a", initialized)
			}, running: true},
		{why: "who it was that goes on may not be known", expect: within, want: Pass, says: "sent initialize after 500 ms without a session id, so that it may be another client",
			plays: func(r *reel) { stalled(r); r.wait(500); r.open("b", 0) }, running: true},
		{why: "nor without sessions", expect: within, want: Pass, says: "so that it may be another client",
			plays: func(r *reel) {
				r.open("", 0)
				r.open("", 0)
				r.note(r.post("", call(1, "x")), "faulted", "dies")
				r.ask("", 1)
			}, running: true},
		{why: "it hangs", expect: within, want: Fail, says: "did nothing for 2.0 s after the fault", plays: func(r *reel) { stalled(r); r.wait(2001) }, running: true},
		{why: "it hangs longer, then ends", expect: within, want: Fail, says: "did nothing for 2.0 s", plays: func(r *reel) { stalled(r); r.wait(9000) }},
		{why: "a listener that comes back says nothing of the call", expect: within, want: Fail,
			plays: func(r *reel) { stalled(r); r.wait(100); r.request("GET", "a", ""); r.wait(3000) }, running: true},
		{why: "where the stream broke off, coming back is going on", expect: within, want: Pass, says: "sent GET",
			plays: func(r *reel) {
				on := r.request("GET", "", "")
				r.note(on, "faulted", "dies")
				r.end(on, cassettes.Server, cassettes.EOF)
				r.request("GET", "", "")
			}, running: true},
		{why: "a process of stdio whose input ends", expect: within, want: Pass, says: "closed the connection",
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.note(1, "faulted", "dies")
				r.add(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit})
			}, running: true},
		{why: "a process that a fault ends has not left, whatever its status", expect: within, want: Waiting, does: scenarios.Action{Exit: new(int)},
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.note(1, "faulted", "dies")
				r.add(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit})
			}, running: true},
		{why: "nor one whose session expires", expect: within, want: Waiting, does: scenarios.Action{ExpireSession: true},
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.note(1, "faulted", "dies")
				r.add(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit})
			}, running: true},
		{why: "a process that crashed has not left", expect: within, want: Waiting,
			plays: func(r *reel) {
				r.line(1, cassettes.Client, initialize(0))
				r.note(1, "faulted", "dies")
				r.add(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit, Code: 1})
			}, running: true},
		{why: "nothing happened", expect: within, want: NotReached, plays: healthy},
	})
}

func TestReplays(t *testing.T) {
	within := scenarios.Expectation{What: scenarios.AssertReplays, Within: 5 * time.Second}
	again := func(r *reel, message string) {
		r.open("a", 0)
		r.expire("a", 1)
		r.open("b", 0)
		r.wait(200)
		r.answer(r.post("b", message), 200, "", result(7))
	}
	runCases(t, []clientCase{
		{why: "the same call in the new session", expect: within, want: Pass, says: "sent tools/call again, and it was answered after 200 ms",
			plays: func(r *reel) {
				again(r, `{"method":"tools/call","params":{"_meta":{"progressToken":9},"name":"forecast"},"jsonrpc":"2.0","id":7}`)
			}},
		{why: "another call is not that one", expect: within, want: Fail, says: "did not send tools/call again before it ended",
			plays: func(r *reel) { again(r, call(7, "alerts")) }},
		{why: "an error is no answer", expect: within, want: Fail, says: "sent tools/call again twice before it ended, and got no good answer",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.expire("a", 2); r.expire("a", 3) }},
		{why: "it hangs", expect: within, want: Fail, says: "did not send tools/call again in 5.0 s",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(6000) }, running: true},
		{why: "what the fault met cannot be known", expect: within, want: NotReached, says: "not known",
			plays: func(r *reel) { r.note(77, "faulted", "dies") }},
		{why: "nothing happened", expect: within, want: NotReached, plays: healthy},
	})
}

func TestSendsAndNever(t *testing.T) {
	gone := scenarios.Trigger{HTTP: "DELETE"}
	sends := scenarios.Expectation{What: scenarios.AssertSends, Of: gone, Within: time.Second}
	twice := sends
	twice.Count = 2
	never := scenarios.Expectation{What: scenarios.AssertNever, Of: scenarios.Trigger{Method: "tools/call", Session: "ended"}}
	leaked := scenarios.Expectation{What: scenarios.AssertNever, Of: scenarios.Trigger{Session: "leaked"}, Since: "refusal"}
	stays := scenarios.Expectation{What: scenarios.AssertNever, Of: scenarios.Trigger{Client: "disconnect"}}
	runCases(t, []clientCase{
		{why: "it is sent", expect: sends, want: Pass, says: "sent DELETE after 10 ms",
			plays: func(r *reel) { stalled(r); r.wait(10); r.request("DELETE", "a", "") }},
		{why: "once is not twice", expect: twice, want: Fail, says: "sent 1 request of 2 in 1.0 s",
			plays: func(r *reel) { stalled(r); r.wait(10); r.request("DELETE", "a", ""); r.wait(2000) }},
		{why: "it is not sent", expect: sends, want: Fail, says: "sent no such request in 1.0 s", plays: func(r *reel) { stalled(r); r.wait(2000) }},
		{why: "what came before does not count", expect: sends, want: NotReached, plays: func(r *reel) { r.request("DELETE", "a", "") }},

		{why: "the dead session is left alone", expect: never, want: Pass, says: "no such request in 1.0 s",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(1000); r.ask("a", 2) }},
		{why: "it is called again", expect: never, want: Fail, says: "sent tools/call forecast with session-1 after 1.0 s, and 1 more",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(1000); r.expire("a", 2); r.expire("a", 3) }, running: true},
		{why: "nothing happened", expect: never, want: NotReached, plays: healthy},

		{why: "it leaves, though it must not", expect: stays, want: Fail, says: "left after 500 ms",
			plays: func(r *reel) { on := stalled(r); r.wait(500); r.end(on, cassettes.Client, cassettes.Closed) }, running: true},

		{why: "an id that a refusal shows is no session's", expect: leaked, want: Fail, says: "sent tools/list with an id that no initialize has given",
			plays: func(r *reel) {
				on := r.post("", list(1))
				r.note(on, "refused", "session-missing")
				r.answer(on, 400, "f00", "")
				r.post("f00", list(2))
			}},
		{why: "one that initialize gave is", expect: leaked, want: Pass,
			plays: func(r *reel) {
				on := r.post("", list(1))
				r.note(on, "refused", "session-missing")
				r.answer(on, 400, "f00", "")
				r.open("a", 2)
				r.ask("a", 3)
			}},
	})
}

func TestAlwaysAndAtMost(t *testing.T) {
	always := scenarios.Expectation{What: scenarios.AssertAlways, Since: "start",
		Of:  scenarios.Trigger{State: "ready"},
		Has: scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "Mcp-Protocol-Version", Is: "2025-11-25"}}}}
	atMost := scenarios.Expectation{What: scenarios.AssertAtMost, Of: scenarios.Trigger{HTTP: "GET"}, Count: 5, Per: 10 * time.Second}
	single := atMost
	single.Count, single.Per = 1, 900*time.Millisecond
	inAll := atMost
	inAll.Per, inAll.Count = 0, 0
	gets := func(n, every int) func(*reel) {
		return func(r *reel) {
			stalled(r)
			for range n {
				r.wait(every)
				r.end(r.request("GET", "a", ""), cassettes.Server, cassettes.EOF)
			}
		}
	}
	runCases(t, []clientCase{
		{why: "each has the header", expect: always, want: Pass, says: "all of 2 such requests",
			plays: func(r *reel) {
				r.open("a", 0)
				for id := range 2 {
					r.request("POST", "a", list(1+id), "Mcp-Protocol-Version", "2025-11-25")
				}
			}},
		{why: "one has not", expect: always, want: Fail,
			says: `sent tools/list with session-1, which is not {header: {Mcp-Protocol-Version: {is: "2025-11-25"}}}: 1 of 2 such requests`,
			plays: func(r *reel) {
				r.open("a", 0)
				r.request("POST", "a", list(1), "Mcp-Protocol-Version", "2025-11-25")
				r.ask("a", 2)
			}},
		{why: "there is none", expect: always, want: NotReached, says: "no request that it speaks of was sent", plays: func(r *reel) { r.post("", initialize(0)) }},
		{why: "nothing was sent", expect: always, want: NotReached, says: "the client sent nothing", plays: func(*reel) {}},

		{why: "a storm", expect: atMost, want: Fail, says: "sent GET 10 times in 9.0 s, at most 5 in 10s; 40 in all", plays: gets(40, 1000), running: true},
		{why: "one every two seconds is five in ten", expect: atMost, want: Pass, says: "40 such requests in 80.0 s", plays: gets(40, 2000), running: true},
		{why: "the evidence is of the span in which there were too many", expect: single, want: Fail, says: "sent GET twice in 600 ms, at most 1 in 900ms; 4 in all",
			plays: func(r *reel) {
				gets(3, 1500)(r)
				r.wait(600)
				r.end(r.request("GET", "a", ""), cassettes.Server, cassettes.EOF)
			}, running: true},
		{why: "five at once are five", expect: atMost, want: Pass, plays: gets(5, 0)},
		{why: "six at once are not", expect: atMost, want: Fail, plays: gets(6, 0)},
		{why: "without a span, in all", expect: inAll, want: Fail, says: "sent GET twice in 120.0 s, at most 1", plays: gets(2, 60_000), running: true},
		{why: "nothing happened", expect: atMost, want: NotReached, plays: healthy},
	})
}

func TestAliveAndCancels(t *testing.T) {
	alive := scenarios.Expectation{What: scenarios.AssertAlive, Within: 5 * time.Second}
	cancels := scenarios.Expectation{What: scenarios.AssertCancels, Within: time.Second}
	cancel := func(id string) string {
		return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
	}
	runCases(t, []clientCase{
		{why: "it goes on", expect: alive, want: Pass, says: "tools/list was answered after 200 ms",
			plays: func(r *reel) { stalled(r); r.wait(200); r.ask("a", 2) }},
		{why: "the answer to what the fault met does not count", expect: alive, want: Fail, says: "sent no request in 5.0 s",
			plays: func(r *reel) { on := stalled(r); r.answer(on, 200, "", result(1)); r.wait(6000) }, running: true},
		{why: "nor does one to a request that was under way", expect: alive, want: Fail, says: "sent no request in 5.0 s",
			plays: func(r *reel) {
				r.open("a", 0)
				other := r.post("a", list(2))
				r.note(r.post("a", call(1, "forecast")), "faulted", "dies")
				r.answer(other, 200, "", result(2))
				r.wait(6000)
			}, running: true},
		{why: "it may be another client", expect: alive, want: Pass, says: "initialize was answered after 200 ms without a session id, so that it may be another client",
			plays: func(r *reel) { stalled(r); r.wait(200); r.open("b", 0) }},
		{why: "refusals are no life", expect: alive, want: Fail, says: "sent 2 requests before it ended, and none was answered with success",
			plays: func(r *reel) { r.open("a", 0); r.expire("a", 1); r.expire("a", 2); r.expire("a", 3) }},
		{why: "an answer on the standalone stream counts", expect: alive, want: Pass, plays: func(r *reel) {
			stalled(r)
			on := r.request("GET", "a", "")
			r.head(on)
			late := r.post("a", list(2))
			r.head(late)
			r.frame(late, "e1", "")
			r.end(late, cassettes.Server, cassettes.EOF)
			r.frame(on, "", result(2))
		}},
		{why: "nothing happened", expect: alive, want: NotReached, plays: healthy},

		{why: "it cancels what hangs", expect: cancels, want: Pass, says: "cancelled tools/call after 100 ms",
			plays: func(r *reel) { stalled(r); r.wait(100); r.post("a", cancel("1")) }},
		{why: "it cancels something else", expect: cancels, want: Fail, says: "cancelled another request than the one that the fault met",
			plays: func(r *reel) { stalled(r); r.post("a", cancel(`"1"`)); r.wait(2000) }},
		{why: "it leaves without a word", expect: cancels, want: Fail, says: "ended without notifications/cancelled",
			plays: func(r *reel) { on := stalled(r); r.end(on, cassettes.Client, cassettes.Closed) }},
		{why: "nothing happened", expect: cancels, want: NotReached, plays: healthy},
	})
}

// A scenario about one transport judges nobody who came over another.
func TestOtherTransport(t *testing.T) {
	header := scenarios.Expectation{Level: "must", What: scenarios.AssertAlways, Since: "start",
		Of: scenarios.Trigger{HTTP: "POST"}, Has: scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "Accept", Present: true}}}}
	for _, c := range []struct {
		why, transport string
		plays          func(*reel)
		want           Result
		says           string
	}{
		{"a client over HTTP is held to HTTP", "http", func(r *reel) { r.open("a", 0) }, Fail, "sent initialize"},
		{"one over stdio has no headers", "http", func(r *reel) { r.line(1, cassettes.Client, initialize(0)) }, NotReached, "about: http"},
		{"one over stdio is held to stdio", "stdio", func(r *reel) { r.line(1, cassettes.Client, initialize(0)) }, Fail, "sent initialize"},
		{"and one over HTTP is not", "stdio", func(r *reel) { r.open("a", 0) }, NotReached, "about: stdio"},
		{"where no transport is named all are judged", "", func(r *reel) { r.line(1, cassettes.Client, initialize(0)) }, Fail, "sent initialize"},
	} {
		t.Run(c.why, func(t *testing.T) {
			r := &reel{}
			c.plays(r)
			j := New(&scenarios.Scenario{Transport: c.transport, Expect: []scenarios.Expectation{header}})
			for _, e := range r.events {
				j.Hear(e)
			}
			j.Done(r.at)
			if got := j.Verdicts(r.at); len(got) != 1 || got[0].Result != c.want || !strings.Contains(got[0].Evidence, c.says) {
				t.Errorf("got %+v, want %s (%s)", got, c.want, c.says)
			}
		})
	}
}
