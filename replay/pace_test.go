package replay

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A handClock stands still. What waits on it goes on, and the clock with it,
// when the test says so.
type handClock struct {
	mu    sync.Mutex
	now   time.Time
	waits chan handWait
}

type handWait struct {
	d    time.Duration
	pass chan time.Time
}

func newHandClock() *handClock {
	return &handClock{now: time.Unix(1_000_000, 0), waits: make(chan handWait, 10)}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) After(d time.Duration) (<-chan time.Time, func()) {
	w := handWait{d, make(chan time.Time, 1)}
	c.waits <- w
	return w.pass, func() {}
}

// pass lets the next wait pass and returns how long it was.
func (c *handClock) pass() time.Duration {
	w := <-c.waits
	c.mu.Lock()
	c.now = c.now.Add(w.d)
	c.mu.Unlock()
	w.pass <- time.Time{}
	return w.d
}

// said records an event of a stream at a time.
func (tp *taper) said(on int, at time.Duration, message string) {
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, At: at, SSE: &cassettes.SSE{Event: "message"}, Message: []byte(message)})
}

// Recorded time is kept over HTTP as well: of answers, whole and streamed, and
// of what the server says by itself on the GET stream.
func TestPaceOverHTTP(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	get := tp.listen("session-1")
	on := tp.post("session-1", toolCall(2, "slow"))
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, At: 3 * time.Second, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
		Message: []byte(emptyResult(2)), End: cassettes.EOF})
	tp.said(get, 5*time.Second, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	tp.said(get, 6*time.Second, `{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}`)

	clock := newHandClock()
	cl := tp.play(WithClock(clock), WithPace(0.5))
	cl.begin("c")
	answered := make(chan reply)
	go func() { answered <- cl.post(toolCall(9, "slow")) }()
	if d := clock.pass(); d != 1500*time.Millisecond {
		t.Errorf("the answer waits %v, want half of 3 s", d)
	}
	if r := <-answered; r.status != 200 {
		t.Errorf("the answer: %d %s", r.status, r.body)
	}
	resp := openStream(t, cl)
	defer resp.Body.Close()
	// 5 s after the call on the tape: 2.5 s, of which 1.5 have passed.
	if d := clock.pass(); d != time.Second {
		t.Errorf("the first notification waits %v, want 1 s", d)
	}
	if d := clock.pass(); d != 500*time.Millisecond {
		t.Errorf("the second waits %v, want half a second after it", d)
	}
}

// openStream opens a GET stream, with more headers.
func openStream(t *testing.T, cl *client, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", cl.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Mcp-Session-Id", cl.session)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// The end of its session ends a wait for recorded time.
func TestPaceEndsWithTheSession(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	on := tp.post("session-1", toolCall(2, "slow"))
	tp.stream(on)
	tp.said(on, time.Hour, emptyResult(2))
	tp.end(on)
	clock := newHandClock()
	cl := tp.play(WithClock(clock), WithPace(1))
	cl.begin("c")
	answered := make(chan reply)
	go func() { answered <- cl.post(toolCall(9, "slow")) }()
	if w := <-clock.waits; w.d != time.Hour {
		t.Errorf("it waits %v, want an hour", w.d)
	}
	cl.do("DELETE", "")
	if r := <-answered; r.status != 404 || !strings.Contains(r.body, "the session has ended") {
		t.Errorf("after the session's end: %d %s, want 404 that says so", r.status, r.body)
	}
}
