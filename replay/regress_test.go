package replay

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// A question that a client left unanswered holds up nobody who comes later.
func TestAbandonedQuestion(t *testing.T) {
	cl := asking(t).play(WithRepeat())
	cl.session = cl.post(able).header.Get("Mcp-Session-Id")
	const call = `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"ask","arguments":{}}}`
	req, _ := http.NewRequestWithContext(t.Context(), "POST", cl.url, strings.NewReader(fmt.Sprintf(call, 1)))
	req.Header = http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"}, "Mcp-Session-Id": {cl.session}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close() // the client goes away on the question
	post := cl.open("POST", fmt.Sprintf(call, 2))
	question := message(post)
	cl.post(`{"jsonrpc":"2.0","id":` + gjson.Get(question, "id").Raw + `,"result":{"role":"assistant"}}`)
	if m := message(post); gjson.Get(m, "id").Int() != 2 {
		t.Errorf("after the answer: %s", m)
	}
}

// A cancellation is for the request in flight, not for a later one of its id.
func TestCancellationDoesNotLast(t *testing.T) {
	cl := asking(t).play(WithRepeat())
	cl.session = cl.post(able).header.Get("Mcp-Session-Id")
	cl.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}`)
	post := cl.open("POST", `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"ask","arguments":{}}}`)
	question := message(post)
	if gjson.Get(question, "method").Str != "sampling/createMessage" {
		t.Fatalf("want the question, got %s", question)
	}
	cl.post(`{"jsonrpc":"2.0","id":` + gjson.Get(question, "id").Raw + `,"result":{"role":"assistant"}}`)
	if m := message(post); gjson.Get(m, "id").Int() != 9 {
		t.Errorf("after the answer: %s", m)
	}
}

// A request that is cancelled while its question is open gets no answer.
func TestCancelledRequestIsNotAnswered(t *testing.T) {
	cl := asking(t).play()
	cl.session = cl.post(able).header.Get("Mcp-Session-Id")
	post := cl.open("POST", `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"ask","arguments":{}}}`)
	if question := message(post); gjson.Get(question, "method").Str != "sampling/createMessage" {
		t.Fatalf("want the question, got %s", question)
	}
	cl.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}`)
	if m := message(post); m != "" {
		t.Errorf("answered all the same: %s", m)
	}
}

// The answer that came on a resumed stream is played once, to its request.
func TestResumedAnswerIsPlayedOnce(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":5,"method":"tools/list"}`)
	tp.stream(on)
	tp.end(on)
	get := tp.listen("session-1", "Last-Event-Id", "e1")
	tp.frame(get, `{"jsonrpc":"2.0","id":5,"result":{"tools":[]}}`)
	tp.frame(get, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	cl := tp.play()
	cl.begin("tester")
	stream := cl.open("GET", "")
	if r := cl.post(`{"jsonrpc":"2.0","id":77,"method":"tools/list"}`); !strings.Contains(r.body, `"id":77`) {
		t.Errorf("the answer: %s", r.body)
	}
	if m := message(stream); gjson.Get(m, "method").Str != "notifications/tools/list_changed" {
		t.Errorf("on the GET stream: %s", m)
	}
}

// Progress that nobody asked for does not turn one message into a stream.
func TestPlainClientOfAToolWithProgress(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":1}}}`)
	tp.stream(on)
	tp.frame(on, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}`)
	tp.frame(on, `{"jsonrpc":"2.0","id":2,"result":{"content":[]}}`)
	tp.end(on)
	for _, opts := range [][]Option{nil, {WithPace(1)}} {
		cl := tp.play(opts...)
		cl.begin("tester")
		r := cl.post(`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"work"}}`, "Accept", "*/*")
		if r.header.Get("Content-Type") != "application/json" || r.body != `{"jsonrpc":"2.0","id":8,"result":{"content":[]}}` {
			t.Errorf("%v %s", r.header, r.body)
		}
	}
}

// Progress on the GET stream goes under the token of this run.
func TestProgressOnTheGetStream(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	get := tp.listen("session-1")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":"old"}}}`)
	tp.frame(get, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"old","progress":1}}`)
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":2,"result":{"content":[]}}`)
	cl := tp.play()
	cl.begin("tester")
	stream := cl.open("GET", "")
	cl.post(`{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":"new"}}}`)
	if m := message(stream); gjson.Get(m, "params.progressToken").Str != "new" {
		t.Errorf("got %s", m)
	}
}

// A near miss tells only what counts, and never a secret.
func TestNearMissTellsWhatCounts(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	tp.call("session-1", 2, `{"city":"Oslo","date":"1","token":"redacted-1"}`, "x")
	cl := tp.play(WithIgnore("/params/arguments/date"))
	cl.begin("tester")
	r := cl.call("1", `{"city":"Rome","date":"2","token":"hunter2hunter2"}`)
	if n := r.get("error.data.nearest.differences.#").Int(); n != 1 || strings.Contains(r.body, "hunter2") {
		t.Errorf("%d differences, want the city alone: %s", n, r.body)
	}
	if !strings.Contains(r.get("error.message").Str, "exchange 2") || !strings.Contains(r.get("error.message").Str, "/params/arguments/city") {
		t.Errorf("the message names exchange and pointer: %s", r.get("error.message").Str)
	}
}

// A place redacted in one tool's requests says nothing about another's.
func TestRedactedPlacesOfAnotherTool(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"login","arguments":{"key":"redacted-1"}}}`)
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":2,"result":{"content":[]}}`)
	tp.call("session-1", 3, `{}`, "plain")
	cl := tp.play()
	cl.begin("tester")
	if r := cl.call("1", `{"key":"abc"}`); r.get("error.code").Int() != CodeMismatch {
		t.Errorf("got %s", r.body)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"login","arguments":{"key":"abc"}}}`); r.get("error").Exists() {
		t.Errorf("any value where one was redacted: %s", r.body)
	}
}

// Of a name that stands twice, decoders take the one or the other: its
// spelling counts.
func TestDuplicateNames(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	tp.call("session-1", 2, `{"a":1,"a":2}`, "x")
	cl := tp.play(WithRepeat())
	cl.begin("tester")
	if r := cl.call("1", `{"a":1,"a":2}`); r.get("error").Exists() {
		t.Errorf("the very same: %s", r.body)
	}
	for _, arguments := range []string{`{"a":2,"a":1}`, `{"a":2}`, `{"a":1}`} {
		if r := cl.call("1", arguments); r.get("error.code").Int() != CodeMismatch || strings.Contains(r.body, "without an answer") {
			t.Errorf("%s: %s", arguments, r.body)
		}
	}
}

// One space's crash is not another's.
func TestCrashStaysInItsSpace(t *testing.T) {
	cl := simple(t).play(WithScenario(load(t, "fastmcp-missing-session-id")))
	cl.session = cl.post(ping).header.Get("Mcp-Session-Id")
	cl.post(ping) // it kills the server
	other := *cl
	other.url, other.session = strings.Replace(cl.url, "/mcp", "/s/b/mcp", 1), ""
	other.begin("tester")
}

// A paced answer ends with its session.
func TestPacedAnswerEndsWithTheSession(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", list5)
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, At: time.Hour, End: cassettes.EOF, Message: []byte(`{"jsonrpc":"2.0","id":5,"result":{}}`),
		HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}})
	cl := tp.play(WithPace(1))
	cl.begin("tester")
	held := make(chan reply)
	go func() { held <- cl.post(list5) }()
	for cl.player.Journal().Count("matched") < 2 {
		time.Sleep(time.Millisecond)
	}
	cl.do("DELETE", "")
	select {
	case <-held:
	case <-time.After(time.Minute):
		t.Error("the answer is still held")
	}
}

// The journal keeps what was said within its bounds, at a cost that does not
// grow.
func TestJournalIsBounded(t *testing.T) {
	j := newJournal(time.Now(), nil)
	for range 3 * journalEvents {
		j.add(entry{on: 1, from: cassettes.Client, method: "POST", path: "/mcp", text: make([]byte, 20<<10), header: http.Header{"X": {"y"}}}, time.Now())
	}
	if j.bytes > journalBytes || len(j.ring) != journalEvents {
		t.Errorf("%d bytes in %d events", j.bytes, len(j.ring))
	}
	said, n := 0, 0
	for e := range j.Events() {
		n++
		if e.Raw != nil || e.Message != nil {
			said++
		}
	}
	if n != journalEvents || said < 1000 || said > 2000 {
		t.Errorf("%d events, %d with what they said", n, said)
	}
}

// The progress notifications of a client's own naming are not kept.
func TestMadeUpNotifications(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	for i := range 100 {
		cl.post(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/made/up/%d"}`, i))
	}
	c, _ := cl.player.sessions.find(cl.player.space(""), cl.session, time.Now())
	if len(c.notices) > 1 {
		t.Errorf("%d names are kept", len(c.notices))
	}
}
