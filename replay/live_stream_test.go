package replay

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/mcpmock/mcpmock/cassettes"
)

// oneEndpoint is a live server of HTTP+SSE that has all of its clients post to the
// same URL, and does that on a stream whose endpoint it has named.
func oneEndpoint(opened http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: endpoint\ndata: /messages\n\n")
		_ = http.NewResponseController(w).Flush()
		opened(w, r)
	})
}

// stays is what a stream does that lives until its client leaves.
func stays(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// A hasty clock has no patience: what is waited for is over at once.
type hasty struct{ machine }

func (hasty) After(time.Duration) (<-chan time.Time, func()) {
	c := make(chan time.Time)
	close(c)
	return c, func() {}
}

// asksOld sends a request of HTTP+SSE straight to the player.
func asksOld(p *Player, method, path, text string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(text))
	r.Header.Set("Accept", "text/event-stream")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// Of a session that is over nothing is kept but what became of it.
func TestOldLiveLetsGo(t *testing.T) {
	var p *Player
	var there weak.Pointer[conversation]
	p, err := NewLive(oneEndpoint(func(http.ResponseWriter, *http.Request) {
		c, _ := p.sessions.find(p.space(""), "/messages?", p.clock.Now())
		there = weak.Make(c)
	}), WithScenario(meetsNobody()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	asksOld(p, http.MethodGet, "/sse", "")
	if there == (weak.Pointer[conversation]{}) {
		t.Fatal("there was no session")
	}
	runtime.GC()
	if there.Value() != nil {
		t.Error("the session is kept")
	}
	if _, why := p.sessions.find(p.space(""), "/messages?", p.clock.Now()); why != streamClosed {
		t.Errorf("of the session is known: %q", why)
	}
}

// Whoever knows where to post to need not wait for the stream to say it: a session
// that can be found is one that can be posted to.
func TestOldLiveIsFoundWhole(t *testing.T) {
	p, err := NewLive(oneEndpoint(func(http.ResponseWriter, *http.Request) {}), WithScenario(meetsNobody()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var over atomic.Bool
	posted := make(chan struct{})
	go func() {
		defer close(posted)
		for !over.Load() {
			if w := asksOld(p, http.MethodPost, "/messages", ping9); w.Code != http.StatusAccepted {
				t.Errorf("a POST gets %d %s", w.Code, w.Body)
				return
			}
		}
	}()
	for range 1000 {
		asksOld(p, http.MethodGet, "/sse", "")
	}
	over.Store(true)
	<-posted
}

// Where all streams name one endpoint, what is posted there is of the latest that
// lives, in whichever order they end; and what ends all sessions ends all of them.
func TestOldLiveSharesAnEndpoint(t *testing.T) {
	for _, c := range []struct {
		why    string
		leaves []int // of three streams
		want   int   // what a ping gets
	}{
		{"all live", nil, 418},
		{"the latest has ended", []int{2}, 418},
		{"and the one before", []int{2, 1}, 418},
		{"the earliest has ended", []int{0}, 418},
		{"the latest alone lives", []int{1, 0}, 418},
		{"none lives", []int{1, 2, 0}, 202},
	} {
		gone := make(chan struct{}, 10)
		p, err := NewLive(oneEndpoint(stays), WithScenario(scenario(t, "name: test\nfaults: [{when: {method: ping, session: known}, do: {status: 418}}, {when: {method: tools/list}, do: restart}]")),
			WithClock(hasty{}), // it answers nothing
			WithJournal(func(e *cassettes.Event) {
				if e.End != "" {
					gone <- struct{}{}
				}
			}))
		if err != nil {
			t.Fatal(err)
		}
		front := httptest.NewServer(p)
		var clients []*oldClient
		for i := range 3 {
			clients = append(clients, oldFashioned(t, front.URL, "/sse"))
			clients[i].post(liveStart)
		}
		for _, n := range c.leaves {
			clients[n].leave()
			soon(t, "a client's leaving", func() { <-gone })
		}
		if status, body := clients[0].post(ping9); status != c.want {
			t.Errorf("%s: a ping gets %d %s, want %d", c.why, status, body, c.want)
		}
		clients[0].post(liveList)
		for range 3 - len(c.leaves) {
			soon(t, "the end of a stream", func() { <-gone })
		}
		_ = p.Close()
		front.Close()
	}
}

// However many other sessions come, a stream that lives is known by what is posted
// to it, and leaves room for them.
func TestOldLiveIsNotEvicted(t *testing.T) {
	server := numbered()
	p, err := NewLive(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/mcp") {
			server(w, r)
			return
		}
		oneEndpoint(stays).ServeHTTP(w, r)
	}), WithMaxSessions(3), WithScenario(scenario(t, "name: test\nfaults: [{when: {method: ping, nth: 2}, do: {status: 418}}, {when: {method: tools/list, nth: 2}, do: {status: 418}}]")))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); front.Close() })
	streams := make([]*oldClient, 4) // more than there are sessions at most
	for i := range streams {
		streams[i] = oldFashioned(t, front.URL, "/sse")
	}
	c := streams[3]
	if status, _ := c.post(ping9); status != 202 {
		t.Errorf("the first ping gets %d", status)
	}
	for i := range 10 {
		session := asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id")
		for _, want := range []int{200, 418} {
			if w := asksLive(p, "POST", session, liveList); w.Code != want {
				t.Errorf("session %d gets %d, want %d", i, w.Code, want)
			}
		}
	}
	if status, _ := c.post(ping9); status != 418 {
		t.Errorf("the second ping gets %d", status)
	}
	if n := len(p.sessions.live); n > 3 {
		t.Errorf("%d sessions are remembered beside the streams", n)
	}
}

// What a client is told to open anew is the stream that it had.
func TestOldLiveNamesTheStream(t *testing.T) {
	p, err := NewLive(oneEndpoint(stays), WithScenario(scenario(t, "name: test\nfaults: [{when: {method: ping}, do: forget_session}]")))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); front.Close() })
	c := oldFashioned(t, front.URL, "/v1/events?key=secret")
	for range 2 {
		if status, body := c.post(ping9); status != 404 || !strings.Contains(body, `no such session: it was forgotten; open a stream with GET /v1/events"`) {
			t.Errorf("a POST to the dead session: %d %s", status, body)
		}
	}
}

// What is sent to a session of HTTP+SSE that is over still counts as its own, before
// a live server as before a mock.
func TestOldCountsGoOn(t *testing.T) {
	const faults = "faults: [{when: {method: ping, nth: 2}, do: expire_session}]"
	mock, base := oldPlayer(t, faults)
	live, _, front := oldLive(t, faults)
	for base, p := range map[string]*Player{base: mock, front: live} {
		c := oldFashioned(t, base, "/sse")
		c.begin()
		for range 5 {
			c.post(ping9)
		}
		if n := p.Journal().Count("faulted"); n != 1 {
			t.Errorf("the second ping has come %d times", n)
		}
	}
}
