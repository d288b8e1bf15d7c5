package replay

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

func scenario(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A fault acts once for each request, and a scenario means the same over
// HTTP+SSE: the session dies at its second call, and a new one lives.
func TestFaultsOverOldTransport(t *testing.T) {
	dies := scenario(t, `
name: test
faults:
  - when: {method: tools/call, nth: 2}
    do: expire_session
    until: {method: initialize, session: none}
`)
	base := simple(t).base(t, WithScenario(dies), WithRepeat())
	call := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`
	c := oldFashioned(t, base, "/sse")
	c.begin()
	c.accepted(call)
	c.message()
	if status, body := c.post(call); status != 404 {
		t.Errorf("the second call: %d %s, want 404", status, body)
	}
	c = oldFashioned(t, base, "/sse")
	c.begin()
	for range 3 {
		c.accepted(call)
		if m := c.message(); !m.Get("result").Exists() {
			t.Errorf("after the client has begun anew: %s", m.Raw)
		}
	}
}

// Over stdio the session is the process: where it expires, the process ends.
func TestExpiryOverStdio(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "a", emptyResult(1))
	k := p.talk(t, WithScenario(scenario(t, "name: test\nfaults:\n  - when: {method: tools/call}\n    do: expire_session\n")))
	k.begin()
	k.say(toolCall(11, "a"))
	<-k.done
	if line, err := k.out.ReadString('\n'); err == nil {
		t.Errorf("it was answered: %s", line)
	}
}

// A refused batch gets an error for each of its requests: over a pipe a client
// would wait for ever for what it gets no answer to.
func TestRefusedBatchOverStdio(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	k := p.talk(t)
	k.begin()
	k.say(`[{"jsonrpc":"2.0","id":7,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/cancelled"},{"jsonrpc":"2.0","id":"b","method":"ping"}]`)
	for _, id := range []string{"7", `"b"`} {
		if m := k.hear(); m.Get("id").Raw != id || m.Get("error.code").Int() != -32600 {
			t.Errorf("got %s, want a refusal of %s", m.Raw, id)
		}
	}
	k.alive()
}

// A text that names the session does so for a client without one, too: with
// an id of this run, the same each time, and taken back in a request.
func TestAliasOverStdio(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	tp.json(tp.post("session-1", toolCall(2, "whoami")), "", 200, `{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"you are {{session-1}}"}]}}`)
	tp.json(tp.post("session-1", `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"of","arguments":{"session":"session-1"}}}`), "", 200, emptyResult(3))
	k := (&process{taper: tp}).talk(t)
	k.begin()
	k.say(toolCall(5, "whoami"))
	text := k.hear().Get("result.content.0.text").Str
	id := strings.TrimPrefix(text, "you are ")
	if id == text || strings.Contains(id, "session-1") || len(id) < 16 {
		t.Fatalf("it said %q", text)
	}
	k.say(`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"of","arguments":{"session":"` + id + `"}}}`)
	if m := k.hear(); !m.Get("result").Exists() {
		t.Errorf("naming the session: %s", m.Raw)
	}
}

// Progress that was recorded on the GET stream comes with its call on a pipe,
// before the result, whatever other calls stood between on the tape.
func TestProgressOfTheGETStreamOverStdio(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	get := tp.listen("session-1")
	call := `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"work","arguments":{"n":%[1]d},"_meta":{"progressToken":%[1]d}}}`
	step := `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%d,"progress":%d}}`
	a := tp.post("session-1", fmt.Sprintf(call, 2))
	b := tp.post("session-1", fmt.Sprintf(call, 3))
	for n := 1; n <= 2; n++ {
		tp.frame(get, fmt.Sprintf(step, 2, n))
		tp.frame(get, fmt.Sprintf(step, 3, n))
	}
	tp.json(a, "", 200, emptyResult(2))
	tp.json(b, "", 200, emptyResult(3))
	tp.frame(get, fmt.Sprintf(step, 3, 3)) // seen after the result that it came before
	k := (&process{taper: tp}).talk(t)
	k.begin()
	for _, n := range []int{2, 3} {
		k.say(strings.Replace(fmt.Sprintf(call, n), fmt.Sprintf(`"progressToken":%d`, n), fmt.Sprintf(`"progressToken":"mine-%d"`, n), 1))
		for step := 1; step <= n; step++ {
			if m := k.hear(); m.Get("params.progress").Int() != int64(step) || m.Get("params.progressToken").Str != fmt.Sprintf("mine-%d", n) {
				t.Errorf("call %d, step %d: %s", n, step, m.Raw)
			}
		}
		if m := k.hear(); m.Get("id").Int() != int64(n) {
			t.Errorf("call %d: the result is %s", n, m.Raw)
		}
	}
}

// A request that is cancelled while its answer waits is not answered, though
// it would be one message of JSON.
func TestCancelledJSON(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	on := tp.post("session-1", toolCall(2, "slow"))
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, At: 1 << 40, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
		Message: []byte(emptyResult(2)), End: cassettes.EOF})
	clock := newHandClock()
	cl := tp.play(WithClock(clock), WithPace(1))
	cl.begin("c")
	answered := make(chan reply)
	go func() { answered <- cl.post(toolCall(9, "slow")) }()
	wait := <-clock.waits
	cl.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}`)
	clock.waits <- wait
	clock.pass()
	if r := <-answered; strings.Contains(r.body, "result") || r.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("it was answered: %d %s %q", r.status, r.header.Get("Content-Type"), r.body)
	}
}

// What the standalone stream is about to say when its connection goes away is
// said on the next one, and no answer waits for it in vain.
func TestStandingLineIsNotLost(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	get := tp.listen("session-1")
	tp.json(tp.post("session-1", toolCall(2, "a")), "", 200, emptyResult(2))
	tp.said(get, 1<<40, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	tp.json(tp.post("session-1", toolCall(3, "b")), "", 200, emptyResult(3))
	clock := newHandClock()
	cl := tp.play(WithClock(clock), WithPace(1))
	cl.begin("c")
	cl.post(toolCall(5, "a"))
	first := openStream(t, cl)
	<-clock.waits // it is about to be said
	first.Body.Close()
	second := openStream(t, cl)
	defer second.Body.Close()
	clock.pass()
	buf := make([]byte, 200)
	n, _ := second.Body.Read(buf)
	if !bytes.Contains(buf[:n], []byte("list_changed")) {
		t.Errorf("the second stream says %q", buf[:n])
	}
	if r := cl.post(toolCall(6, "b")); r.status != 200 {
		t.Errorf("the next call: %d %s", r.status, r.body)
	}
}

// The journal of a run over HTTP+SSE is a tape like any other.
func TestJournalOfOldTransportIsATape(t *testing.T) {
	player, err := New(simple(t).tape())
	if err != nil {
		t.Fatal(err)
	}
	srv, err := Listen("127.0.0.1:0", player)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c := oldFashioned(t, strings.TrimSuffix(srv.SSE, "/sse"), "/sse")
	c.begin()
	c.accepted(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`)
	c.message()
	srv.Close()
	var buf bytes.Buffer
	w, err := cassettes.NewWriter(&buf, cassettes.Header{Transport: "sse"}, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	for e := range player.Journal().Events() {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	tape, err := cassettes.LoadBytes("journal.cassette", buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	again, err := New(tape)
	if err != nil {
		t.Fatal(err)
	}
	if n := again.Exchanges(); n != 2 {
		t.Errorf("%d exchanges can be played, want 2", n)
	}
}

// One GET stream a session where the dialect says so, also when the one there
// is was resumed.
func TestOneStreamWhenResumed(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	get := tp.listen("session-1")
	tp.framed(get, "e_1", "")
	d := scenario(t, "name: test\ndialect: typescript-sdk-1.32\n")
	cl := tp.play(WithScenario(d))
	cl.begin("c")
	first := openStream(t, cl)
	buf := make([]byte, 100)
	n, _ := first.Body.Read(buf)
	id := framesOf(string(buf[:n]))[0].id
	if r := cl.do("GET", "", "Accept", "text/event-stream"); r.status != 409 {
		t.Errorf("a second stream: %d", r.status)
	}
	resumed := openStream(t, cl, "Last-Event-ID", id)
	defer resumed.Body.Close()
	if _, err := first.Body.Read(buf); err == nil {
		t.Error("the first stream goes on")
	}
	if r := cl.do("GET", "", "Accept", "text/event-stream"); r.status != 409 {
		t.Errorf("a second stream beside a resumed one: %d", r.status)
	}
}

// A batch that was recorded with a log line says it once.
func TestBatchSaysItOnce(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	tp.carrier++
	h := http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"}, "Mcp-Session-Id": {"session-1"}}
	tp.write(&cassettes.Event{On: tp.carrier, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: h},
		Messages: rawMessages(toolCall(2, "a"), toolCall(3, "b"))})
	tp.stream(tp.carrier)
	tp.frame(tp.carrier, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`)
	tp.frame(tp.carrier, emptyResult(2))
	tp.frame(tp.carrier, emptyResult(3))
	tp.end(tp.carrier)
	cl := tp.play()
	r := cl.post(fmt.Sprintf(initialize, 1, "2025-03-26", "c"))
	cl.session = r.header.Get("Mcp-Session-Id")
	r = cl.post("[" + toolCall(7, "a") + "," + toolCall(8, "b") + "]")
	var said []string
	for _, f := range framesOf(r.body) {
		said = append(said, gjson.Get(f.data, "method").Str+gjson.Get(f.data, "id").Raw)
	}
	if !slices.Equal(said, []string{"notifications/message", "7", "8"}) {
		t.Errorf("the batch is answered by %q: %s", said, r.body)
	}
}

// The space of an HTTP+SSE client stands escaped in its endpoint.
func TestEndpointOfAStrangeSpace(t *testing.T) {
	base := simple(t).base(t)
	c := oldFashioned(t, base, "/s/a%3Fb/sse")
	c.begin()
	if !strings.HasPrefix(c.endpoint, "/s/a%3Fb/messages?") {
		t.Errorf("the endpoint is %s", c.endpoint)
	}
}
