package replay

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// oldPlayer serves a player of HTTP+SSE in that scenario.
func oldPlayer(t *testing.T, faults string, opts ...Option) (*Player, string) {
	t.Helper()
	p, err := New(simple(t).tape(), append(opts, WithScenario(scenario(t, "name: test\n"+faults)))...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); server.Close() })
	return p, server.URL
}

// awaited is closed when the first event that matches is on the journal.
func awaited(matches func(*cassettes.Event) bool) (Option, <-chan struct{}) {
	came := make(chan struct{})
	var once sync.Once
	return WithJournal(func(e *cassettes.Event) {
		if matches(e) {
			once.Do(func() { close(came) })
		}
	}), came
}

// rest reads the stream to its end, and returns what came and how it ended:
// nil is cleanly.
func (c *oldClient) rest() (string, error) {
	text, err := io.ReadAll(c.stream)
	return string(text), err
}

// What a fault does to the stream ends it for the client as well.
func TestOldStreamIsEdited(t *testing.T) {
	for _, c := range []struct {
		why, do string
		pings   bool // the client does, for the next event
		broken  bool
		said    string // by the server, according to the journal
	}{
		{"it ends cleanly in time", "{stream: {end: {after: 50ms}}}", false, false, "raw endpoint; end eof"},
		{"it ends cleanly before the second event", "{stream: {end: 1}}", true, false, "raw endpoint; end eof"},
		{"it breaks off in time", "{drop: {after: 50ms}}", false, true, "raw endpoint; end reset"},
		{"it breaks off after two events", "{drop: {events: 2}}", true, true, "raw endpoint; ping; end reset"},
	} {
		p, base := oldPlayer(t, "faults: [{when: {http: GET}, do: "+c.do+"}]")
		cl := oldFashioned(t, base, "/sse")
		if c.pings {
			cl.accepted(ping9)
		}
		_, err := cl.rest()
		if (err != nil) != c.broken {
			t.Errorf("%s: the client sees %v", c.why, err)
		}
		p.Close()
		said := strings.Join(serverSaid(p), "; ")
		said = strings.ReplaceAll(strings.ReplaceAll(said, `{"jsonrpc":"2.0","id":9,"result":{}}`, "ping"), "raw "+cl.endpoint, "raw endpoint")
		said = strings.ReplaceAll(said, "raw Accepted; ", "")
		if said != c.said {
			t.Errorf("%s: the journal has %s, want %s", c.why, said, c.said)
		}
	}
}

// Of a stream that a fault edits the journal has each event once, and its end.
func TestJournalOfAnEditedOldStream(t *testing.T) {
	ends, ended := awaited(func(e *cassettes.Event) bool { return e.End != "" })
	p, base := oldPlayer(t, "faults: [{when: {http: GET}, do: {stream: {retry: 100}}}, {when: {method: ping}, do: {set: {/result/a: 1}, stream: {event: note}}}]", ends)
	c := oldFashioned(t, base, "/sse")
	c.accepted(ping9)
	if event, data := c.event(); event != "note" || data != `{"jsonrpc":"2.0","id":9,"result":{"a":1}}` {
		t.Errorf("got %s %s", event, data)
	}
	c.leave()
	soon(t, "the client's leaving", func() { <-ended })
	p.Close()
	n := map[string]int{}
	for e := range p.Journal().Events() {
		switch {
		case e.From == cassettes.Server && e.SSE != nil:
			n[e.SSE.Event]++
		case e.End != "":
			n[string(e.From)+" "+string(e.End)]++
		}
	}
	if n["endpoint"] != 1 || n["note"] != 1 || n["client closed"] != 1 || len(n) != 3 {
		t.Errorf("the journal has %v", n)
	}
}

// An answer on the stream is journalled as it was framed, and one that breaks
// off breaks the stream.
func TestAnswerOnTheOldStreamIsCut(t *testing.T) {
	p, base := oldPlayer(t, "faults: [{when: {method: ping}, do: {drop: {bytes: 20}}}]")
	c := oldFashioned(t, base, "/sse")
	c.accepted(ping9)
	if text, err := c.rest(); text != "event: message\ndata:" || err == nil {
		t.Errorf("got %q, %v", text, err)
	}
	p.Close()
	if got := strings.Join(serverSaid(p), "; "); !strings.HasSuffix(got, "raw event: message\ndata:; end reset") {
		t.Errorf("the journal has %s", got)
	}
}

// What holds for every request holds for the stream and its POSTs.
func TestPoliciesOverOldTransport(t *testing.T) {
	get := func(base string) (int, error) {
		r, err := http.NewRequest("GET", base+"/sse", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/event-stream")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err
		}
		resp.Body.Close()
		return resp.StatusCode, nil
	}
	_, base := oldPlayer(t, "auth: {tokens: [good]}")
	if status, err := get(base); status != 401 {
		t.Errorf("without a token: %d %v", status, err)
	}
	_, base = oldPlayer(t, "faults: [{when: {method: ping}, do: {latch: {status: 502, body: gone}}}]")
	c := oldFashioned(t, base, "/sse")
	if status, _ := c.post(ping9); status != 502 {
		t.Errorf("the latch: %d", status)
	}
	if status, body := c.post(ping9); status != 502 || body != "gone" {
		t.Errorf("a POST after the latch: %d %s", status, body)
	}
	if status, err := get(base); status != 502 {
		t.Errorf("a GET after the latch: %d %v", status, err)
	}
	_, base = oldPlayer(t, "faults: [{when: {method: ping}, do: {crash: 1m}}]")
	c = oldFashioned(t, base, "/sse")
	if _, err := http.Post(base+c.endpoint, "application/json", strings.NewReader(ping9)); err == nil {
		t.Error("the crash is answered")
	}
	if status, err := get(base); err == nil {
		t.Errorf("a GET while the server is away: %d", status)
	}
}

// A message that is ignored is accepted all the same, and the next is answered.
func TestIgnoreOverOldTransport(t *testing.T) {
	_, base := oldPlayer(t, "faults: [{when: {method: tools/call}, do: ignore}]")
	c := oldFashioned(t, base, "/sse")
	c.begin()
	soon(t, "the POST of what is ignored", func() { c.accepted(toolCall(5, "echo")) })
	c.accepted(ping9)
	if m := c.message(); m.Get("id").Raw != "9" {
		t.Errorf("got %s", m.Raw)
	}
}

// soon fails where f takes longer than any answer may.
func soon(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal(what + " is not answered")
	}
}

// A POST that is refused is in flight no more, and a client that closes its
// stream has left.
func TestOldTransportIsLeft(t *testing.T) {
	faulted, gone := awaited(func(e *cassettes.Event) bool { return e.Note != nil && e.Note.Rule == "gone" })
	p, base := oldPlayer(t, "faults: [{name: gone, when: {client: disconnect}, do: restart}]", faulted)
	for range 3 {
		if status, _ := postTo(t, base+"/messages?sessionId=none", ping9); status != 404 {
			t.Fatalf("a POST to no session: %d", status)
		}
	}
	if n := p.space("").loose.watch(nil, time.Now(), false).flying; n != 0 {
		t.Errorf("%d refused requests are in flight", n)
	}
	c := oldFashioned(t, base, "/sse")
	c.begin()
	c.leave()
	soon(t, "the client's leaving", func() { <-gone })
	p.Close()
	if n := p.Journal().Count("faulted"); n != 1 {
		t.Errorf("client: disconnect has come %d times, want once", n)
	}
}

// Answers that the faults make slow come on the stream, after the POST was
// accepted, and hold up nothing else.
func TestSlowAnswerInPlaceOverOldTransport(t *testing.T) {
	_, base := oldPlayer(t, "faults: [{when: {method: tools/call}, do: {result: {}, stall: before_headers}}]")
	c := oldFashioned(t, base, "/sse")
	c.begin()
	soon(t, "the POST of the slow one", func() { c.accepted(toolCall(5, "echo")) })
	c.accepted(ping9)
	if m := c.message(); m.Get("id").Raw != "9" {
		t.Errorf("got %s", m.Raw)
	}
}
