package verdicts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// modern is a tools/call of 2026-07-28; more are members of its params.
func modern(id any, tool, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","n":%[1]v},"name":%q%s}}`, id, tool, more)
}

// modernList is a tools/list of that revision.
func modernList(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`, id)
}

// wants is an answer that asks for input.
func wants(id any, members string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"result":{"resultType":"input_required"%s}}`, id, members)
}

// meets is a modern call that a fault meets, and its answer.
func (r *reel) meets(id any, answer string) {
	on := r.post("", modern(id, "book", ""))
	r.note(on, "faulted", "dies")
	r.answer(on, 200, "", answer)
}

// asks is a modern call with its answer.
func (r *reel) asks(message string) {
	r.answer(r.post("", message), 200, "", result(2))
}

const form = `,"inputRequests":{"day":{"method":"elicitation/create"},"a/b":{"method":"roots/list"}}`

// What is answered with input_required is retried as 2026-07-28
// basic/patterns/mrtr has it, "Client Requirements" 1 to 3.
func TestRetries(t *testing.T) {
	rule := scenarios.Expectation{What: scenarios.AssertRetries}
	within := rule
	within.Within = time.Second
	const sealed = `,"requestState":"s1"`
	state := func(more string) string { return `"requestState":"s1"` + more }
	answers := `"inputResponses":{"day":{"action":"accept"},"a/b":{"roots":[]}}`
	retried := func(first, id, more string) func(*reel) {
		return func(r *reel) {
			r.meets(1, wants(1, first))
			r.wait(10)
			r.asks(modern(id, "book", more))
		}
	}
	runCases(t, []clientCase{
		{why: "another id, the state that was given", expect: rule, want: Pass, says: "retried tools/call book as it should be after 10 ms",
			plays: retried(sealed, "2", state(""))},
		{why: "escapes are another spelling of the same value", expect: rule, want: Pass,
			plays: retried(`,"requestState":"\u0073\/"`, "2", `"requestState":"s/"`)},
		{why: "with all that was asked for", expect: rule, want: Pass, plays: retried(sealed+form, "2", state(","+answers))},
		{why: "more than was asked for is ignored", expect: rule, want: Pass, plays: retried(form, "2", `"inputResponses":{"day":{},"a/b":{},"c":{}}`)},
		{why: "of another client's rounds any may be meant", expect: rule, want: Pass, plays: func(r *reel) {
			r.meets(1, wants(1, sealed))
			r.meets(1, wants(1, `,"requestState":"s2"`))
			r.asks(modern(2, "book", state("")))
		}},
		{why: "a second round", expect: rule, want: Pass, plays: func(r *reel) {
			r.meets(1, wants(1, sealed))
			r.answer(r.post("", modern(2, "book", state(""))), 200, "", wants(2, `,"requestState":"s2"`))
			r.asks(modern(3, "book", `"requestState":"s2"`))
		}},
		{why: "nothing was asked for, and nothing is sent back", expect: rule, want: Pass, plays: retried("", "2", "")},
		{why: "over stdio", expect: rule, want: Pass, plays: func(r *reel) {
			r.line(1, cassettes.Client, modern(`"a"`, "book", ""))
			r.note(1, "faulted", "dies")
			r.line(1, cassettes.Server, wants(`"a"`, sealed))
			r.line(1, cassettes.Client, modern(`"b"`, "book", state("")))
		}},

		{why: "the same id", expect: rule, want: Fail, says: "retried tools/call book with the id of the request that it retries",
			plays: retried(sealed, "1", state(""))},
		{why: "the same id, and nothing sent back", expect: rule, want: Fail, says: "with the id of the request", plays: retried("", "1", "")},
		{why: "a state where none was given", expect: rule, want: Fail, says: "with a requestState, and it was given none", plays: retried("", "2", state(""))},
		{why: "to begin anew is no retry", expect: rule, want: NotReached, plays: retried(sealed, "2", "")},
		{why: "another state", expect: rule, want: Fail, says: "with another requestState than the one that it was given",
			plays: retried(sealed, "2", `"requestState":"s1 "`)},
		{why: "no string", expect: rule, want: Fail, says: "with another requestState", plays: retried(`,"requestState":"1"`, "2", `"requestState":1`)},
		{why: "no state", expect: rule, want: Fail, says: "without the requestState that it was given", plays: retried(sealed+form, "2", answers)},
		{why: "a state out of nothing", expect: rule, want: Fail, says: "with a requestState, and it was given none", plays: retried(form, "2", state(","+answers))},
		{why: "not all that was asked for", expect: rule, want: Fail, says: "without an answer to a/b in inputResponses",
			plays: retried(form, "2", `"inputResponses":{"day":{}}`)},
		{why: "other params", expect: rule, want: Fail, says: "though no answer to that request had asked for input",
			plays: retried(sealed, "2", state(`,"arguments":{}`))},
		{why: "on another request", expect: rule, want: Fail, says: "retried tools/list though no answer to that request",
			plays: func(r *reel) {
				r.meets(1, wants(1, sealed))
				r.asks(`{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"requestState":"s1"}}`)
			}},
		{why: "a right one does not make up for a wrong one", expect: rule, want: Fail, plays: func(r *reel) {
			retried(sealed, "2", state(""))(r)
			r.asks(modern(3, "book", `"requestState":"s3"`))
		}},

		{why: "to retry is the client's choice", expect: rule, want: NotReached, says: "retried nothing", plays: func(r *reel) {
			r.meets(1, wants(1, sealed))
			r.asks(modern(2, "other", ""))
		}},
		{why: "but where it is waited for", expect: within, want: Fail, says: "retried nothing in 1.0 s",
			plays: func(r *reel) { r.meets(1, wants(1, sealed)); r.wait(1500) }, running: true},
		{why: "or the client ends", expect: within, want: Fail, says: "retried nothing before it ended",
			plays: func(r *reel) { r.meets(1, wants(1, sealed)); r.wait(500) }},
		{why: "too late", expect: within, want: Fail, says: "retried it only after 2.0 s", plays: func(r *reel) {
			r.meets(1, wants(1, sealed))
			r.wait(2000)
			r.asks(modern(2, "book", state("")))
		}},
	})
}

// However many rounds there are, no more than the latest are kept.
func TestRoundsAreBounded(t *testing.T) {
	r := newRounds()
	q := &question{round: "x"}
	many := `{"resultType":"input_required","inputRequests":{` + strings.Repeat(`"k":{},`, 10*maxWanted) + `"z":{}}}`
	for range 3 * maxRounds {
		r.answered(q, []byte(many))
	}
	if len(r.kept) != maxRounds || cap(r.kept) > 4*maxRounds || len(r.kept[0].wanted) != maxWanted {
		t.Errorf("%d rounds of room for %d, %d keys", len(r.kept), cap(r.kept), len(r.kept[0].wanted))
	}
}

// In 2026-07-28 a request is cancelled over HTTP by closing its response, over
// stdio by a notification (basic/patterns/cancellation, "Transport-Specific
// Cancellation").
func TestModernCancels(t *testing.T) {
	cancels := scenarios.Expectation{What: scenarios.AssertCancels, Within: time.Second}
	const note = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`
	hangs := func(r *reel) int {
		on := r.post("", modern(1, "book", ""))
		r.note(on, "faulted", "dies")
		r.wait(100)
		return on
	}
	runCases(t, []clientCase{
		{why: "it closes the response", expect: cancels, want: Pass, says: "closed the response to tools/call after 100 ms",
			plays: func(r *reel) { r.end(hangs(r), cassettes.Client, cassettes.Closed) }},
		{why: "that of a stream, too", expect: cancels, want: Pass, says: "closed the response",
			plays: func(r *reel) { on := hangs(r); r.head(on); r.end(on, cassettes.Client, cassettes.Closed) }},
		{why: "too late", expect: cancels, want: Fail, says: "closed it only after 3.1 s",
			plays: func(r *reel) { on := hangs(r); r.wait(3000); r.end(on, cassettes.Client, cassettes.Closed) }, running: true},
		{why: "a notification says nothing over HTTP", expect: cancels, want: Fail, says: "sent notifications/cancelled, and left the response open",
			plays: func(r *reel) { hangs(r); r.answer(r.post("", note), 202, "", ""); r.wait(1000) }, running: true},
		{why: "both is one too many, and will do", expect: cancels, want: Pass,
			plays: func(r *reel) {
				on := hangs(r)
				r.answer(r.post("", note), 202, "", "")
				r.end(on, cassettes.Client, cassettes.Closed)
			}},
		{why: "what was answered is over", expect: cancels, want: Fail, says: "did not close the response in 1.0 s",
			plays: func(r *reel) {
				on := hangs(r)
				r.head(on)
				r.frame(on, "", result(1))
				r.end(on, cassettes.Client, cassettes.Closed)
				r.wait(2000)
			}, running: true},
		{why: "another response is another request", expect: cancels, want: Fail, says: "ended without closing the response",
			plays: func(r *reel) { hangs(r); r.end(r.post("", modern(2, "other", "")), cassettes.Client, cassettes.Closed) }},
		{why: "over stdio it says so", expect: cancels, want: Pass, says: "cancelled tools/call",
			plays: func(r *reel) {
				r.line(1, cassettes.Client, modern(1, "book", ""))
				r.note(1, "faulted", "dies")
				r.line(1, cassettes.Client, note)
			}},
		{why: "and to close stdin is not to say so", expect: cancels, want: Fail, says: "ended without notifications/cancelled",
			plays: func(r *reel) {
				r.line(1, cassettes.Client, modern(1, "book", ""))
				r.note(1, "faulted", "dies")
				r.end(1, cassettes.Client, cassettes.EOF)
			}},
	})
}
