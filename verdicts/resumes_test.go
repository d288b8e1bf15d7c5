package verdicts

import (
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

func TestResumes(t *testing.T) {
	within := scenarios.Expectation{What: scenarios.AssertResumes, Within: 5 * time.Second}
	with := within
	with.With = "e1"
	cut := func(r *reel) {
		r.open("a", 0)
		on := r.post("a", call(1, "forecast"))
		r.note(on, "faulted", "dies")
		r.head(on)
		r.frame(on, "e1", "")
		r.frame(on, "e2", `{"jsonrpc":"2.0","method":"notifications/progress"}`)
		r.end(on, cassettes.Server, cassettes.Reset)
		r.wait(300)
	}
	comeBack := func(r *reel, id string) int { return r.request("GET", "a", "", "Last-Event-ID", id) }
	further := func(r *reel, from string, how cassettes.End) {
		cut(r)
		on := comeBack(r, from)
		r.head(on)
		r.frame(on, "e3", "")
		r.end(on, cassettes.Server, how)
	}
	runCases(t, []clientCase{
		{why: "it comes back with the last", expect: within, want: Pass, says: `came back after 300 ms with Last-Event-ID "e2"`,
			plays: func(r *reel) { cut(r); comeBack(r, "e2") }},
		{why: "an era without resumption has nothing to come back to", expect: within, want: NotReached, says: "of an era without sessions and resumption",
			plays: func(r *reel) {
				on := r.post("", modern(1, "book", ""))
				r.note(on, "faulted", "dies")
				r.head(on)
				r.end(on, cassettes.Server, cassettes.Reset)
				r.wait(6000)
				r.asks(modern(2, "book", ""))
			}},
		{why: "and again, where nothing came meanwhile", expect: within, want: Pass,
			plays: func(r *reel) { cut(r); comeBack(r, "e2"); comeBack(r, "e2") }},
		{why: "and again with what came meanwhile", expect: within, want: Pass,
			plays: func(r *reel) {
				cut(r)
				on := comeBack(r, "e2")
				r.head(on)
				r.frame(on, "e3", "")
				r.end(on, cassettes.Server, cassettes.Reset)
				comeBack(r, "e3")
			}},
		{why: "with the first one again", expect: within, want: Fail, says: `came back with Last-Event-ID "e2", and the last was "e3"`,
			plays: func(r *reel) { further(r, "e2", cassettes.EOF); comeBack(r, "e2") }},
		{why: "what was sent last may be lost where the connection broke", expect: within, want: Pass, says: `Last-Event-ID "e1"`,
			plays: func(r *reel) { cut(r); comeBack(r, "e1") }},
		{why: "and where it broke again", expect: within, want: Pass, plays: func(r *reel) { further(r, "e2", cassettes.Reset); comeBack(r, "e2") }},
		{why: "and where the client went away itself", expect: within, want: Pass,
			plays: func(r *reel) {
				r.open("a", 0)
				on := r.post("a", call(1, "forecast"))
				r.note(on, "faulted", "dies")
				r.head(on)
				r.frame(on, "e1", "")
				r.frame(on, "e2", "")
				r.end(on, cassettes.Client, cassettes.Closed)
				comeBack(r, "e1")
			}},
		{why: "and while it is open yet, as far as the server knows", expect: within, want: Pass,
			plays: func(r *reel) {
				r.open("a", 0)
				on := r.post("a", call(1, "forecast"))
				r.note(on, "faulted", "dies")
				r.head(on)
				r.frame(on, "e1", "")
				r.frame(on, "e2", "")
				comeBack(r, "e1")
				r.end(on, cassettes.Server, cassettes.EOF)
				comeBack(r, "e2")
			}},
		{why: "but not what it had when it came back", expect: within, want: Fail, says: `"e1", and the last was "e3"`,
			plays: func(r *reel) { further(r, "e2", cassettes.Reset); comeBack(r, "e1") }},
		{why: "a session that seemed to be over still has its streams", expect: within, want: Pass, says: `came back after 300 ms with Last-Event-ID "e2"`,
			plays: func(r *reel) {
				cut(r)
				r.answer(comeBack(r, "e2"), 404, "", "")
				r.wait(300)
				on := comeBack(r, "e2")
				r.head(on)
				r.frame(on, "e3", "")
				r.end(on, cassettes.Server, cassettes.EOF)
				comeBack(r, "e3")
			}},
		{why: "of very many events not all are known", expect: within, want: Pass, plays: func(r *reel) {
			r.open("a", 0)
			on := r.post("a", call(1, "forecast"))
			r.note(on, "faulted", "dies")
			r.head(on)
			for i := range 5000 {
				r.frame(on, itoa(i), "")
			}
			r.end(on, cassettes.Server, cassettes.Reset)
			comeBack(r, "7")
		}},
		{why: "with one that was never given", expect: within, want: Fail, says: `the last was "e2"`, plays: func(r *reel) { cut(r); comeBack(r, "7") }},
		{why: "and then with the right one, which mends nothing and is not late", expect: within, want: Fail, whole: `came back with Last-Event-ID "7", and the last was "e2"`,
			plays: func(r *reel) { cut(r); comeBack(r, "7"); r.wait(100); comeBack(r, "e2") }},
		{why: "in a session that was given none", expect: within, want: Fail, whole: `came back with Last-Event-ID "e2" and session-2, where no event had an id`,
			plays: func(r *reel) { cut(r); r.open("b", 0); r.request("GET", "b", "", "Last-Event-ID", "e2") }},
		{why: "the scenario says which", expect: with, want: Pass, plays: func(r *reel) { cut(r); comeBack(r, "e1") }},
		{why: "and no other", expect: with, want: Fail, says: `the last was "e1"`, plays: func(r *reel) { cut(r); comeBack(r, "e2") }},
		{why: "it begins anew", expect: within, want: Fail, says: "opened 1 GET stream in 5.0 s, none with Last-Event-ID",
			plays: func(r *reel) { cut(r); r.request("GET", "a", ""); r.wait(6000) }, running: true},
		{why: "it does not come", expect: within, want: Fail, says: "did not come back before it ended", plays: cut},
		{why: "nothing happened", expect: within, want: NotReached, plays: healthy},
	})
}
