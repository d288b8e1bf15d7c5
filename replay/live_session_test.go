package replay

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// numbered is a live server that numbers its sessions, shows the id on every
// answer, and refuses ids that are not its own.
func numbered() http.HandlerFunc {
	var mu sync.Mutex
	known := map[string]bool{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		id := r.Header.Get("Mcp-Session-Id")
		if stringOf(body, "method") == "initialize" {
			id = fmt.Sprint("live-", len(known)+1)
			known[id] = true
		}
		if !known[id] {
			http.Error(w, "no such session here", http.StatusNotFound)
			return
		}
		if r.Method == http.MethodDelete {
			delete(known, id)
			return
		}
		w.Header().Set("Mcp-Session-Id", id)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":2,"result":{}}`)
	}
}

// asksLive sends a request straight to the player.
func asksLive(p *Player, method, session, text string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1/mcp", strings.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		r.Header.Set("Mcp-Session-Id", session)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

const liveStart = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`

// The server never hears of the id that a fault gives its session, and the
// client never again of the server's own.
func TestLiveRotates(t *testing.T) {
	s := &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "rotates", When: scenarios.Trigger{Method: "tools/list", Nth: 1}, Do: scenarios.Action{RotateSession: true}}}}
	p, err := NewLive(numbered(), WithScenario(s))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	session := asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id")
	rotated := asksLive(p, "POST", session, liveList).Header().Get("Mcp-Session-Id")
	if rotated == "" || rotated == session {
		t.Fatalf("the answer shows the id %q, after %q", rotated, session)
	}
	for range 2 {
		if w := asksLive(p, "POST", rotated, liveList); w.Code != 200 || w.Header().Get("Mcp-Session-Id") != rotated {
			t.Errorf("by its new id %s the session gets %d, and is shown %q", rotated, w.Code, w.Header().Get("Mcp-Session-Id"))
		}
	}
}

// What becomes of a session that its client has ended, the server says itself.
func TestLiveSessionDeleted(t *testing.T) {
	p, err := NewLive(numbered(), WithScenario(meetsNobody()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	session := asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id")
	if w := asksLive(p, "DELETE", session, ""); w.Code != 200 {
		t.Errorf("DELETE gets %d %s", w.Code, w.Body)
	}
	if w := asksLive(p, "POST", session, liveList); w.Code != 404 || w.Body.String() != "no such session here\n" {
		t.Errorf("afterwards the session gets %d %s", w.Code, w.Body)
	}
}

// A session ends by lying idle where the scenario says so, and only there; one
// whose client listens is not idle.
func TestLiveIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			why  string
			s    *scenarios.Scenario
			want int
		}{
			{"nothing is said of that", meetsNobody(), 200},
			{"the scenario ends them", &scenarios.Scenario{Idle: time.Minute}, 404},
		} {
			p, err := NewLive(numbered(), WithScenario(c.s))
			if err != nil {
				t.Fatal(err)
			}
			session := asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id")
			time.Sleep(24 * time.Hour)
			if w := asksLive(p, "POST", session, liveList); w.Code != c.want {
				t.Errorf("%s: after a day the session gets %d %s", c.why, w.Code, w.Body)
			}
			_ = p.Close()
		}
	})
}

// A client that listens keeps its session, however long the server is silent.
func TestLiveListenerIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := numbered()
		over := make(chan struct{})
		p, err := NewLive(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				w.Header().Set("Content-Type", "text/event-stream")
				w.WriteHeader(200)
				<-over
				return
			}
			server(w, r)
		}), WithScenario(&scenarios.Scenario{Idle: time.Minute}))
		if err != nil {
			t.Fatal(err)
		}
		session := asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id")
		go asksLive(p, "GET", session, "")
		synctest.Wait()
		time.Sleep(time.Hour)
		if w := asksLive(p, "POST", session, liveList); w.Code != 200 {
			t.Errorf("a session whose client listens gets %d %s", w.Code, w.Body)
		}
		close(over)
		synctest.Wait()
		_ = p.Close()
	})
}

// Two requests that come at once with an id from before mcpmock stood there are
// of one session.
func TestLiveStrangersMeet(t *testing.T) {
	s := newSessions("", nil, 10, 0, time.Now)
	sp := &space{}
	first, second := newConversation("x", sp, time.Now()), newConversation("x", sp, time.Now())
	if s.meet("x", first) != first || s.meet("x", second) != first {
		t.Error("the second request has a conversation of its own")
	}
}

// There is always room for one more session: of those that are longest unused
// mcpmock forgets what it knew, and nobody else notices.
func TestLiveIsNeverFull(t *testing.T) {
	s := &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "second", When: scenarios.Trigger{Method: "tools/list", Nth: 2}, Do: scenarios.Action{Status: 418}}}}
	p, err := NewLive(numbered(), WithScenario(s), WithMaxSessions(3))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var sessions []string
	for i := range 10 {
		sessions = append(sessions, asksLive(p, "POST", "", liveStart).Header().Get("Mcp-Session-Id"))
		if w := asksLive(p, "POST", sessions[i], liveList); w.Code != 200 {
			t.Errorf("session %d gets %d", i, w.Code)
		}
	}
	if w := asksLive(p, "POST", sessions[9], liveList); w.Code != 418 {
		t.Errorf("the second request of the latest session is not known for that: %d", w.Code)
	}
	if w := asksLive(p, "POST", sessions[0], liveList); w.Code != 200 {
		t.Errorf("one that was forgotten gets %d %s", w.Code, w.Body)
	}
	if n := len(p.sessions.live); n > 3 {
		t.Errorf("%d sessions are remembered", n)
	}
}

// However often its id changes, a session does not crowd others out.
func TestLiveAliasesAreBounded(t *testing.T) {
	s := newSessions("", nil, 100_000, 0, time.Now)
	s.evicts = true
	c := newConversation("x", &space{}, time.Now())
	s.name("x", c)
	for i := range 3 * maxAliases {
		s.name(fmt.Sprint(i), c)
	}
	if len(s.live) != maxAliases+1 || s.live["x"] != c || s.live[fmt.Sprint(3*maxAliases-1)] != c {
		t.Errorf("%d ids are known", len(s.live))
	}
}

// A cursor that a fault has made up never reaches the server: under it is the
// page on which it stood.
func TestLiveTurnsBack(t *testing.T) {
	var asked []string
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if int64(len(body)) != r.ContentLength {
			t.Errorf("%d bytes are announced for %s", r.ContentLength, body)
		}
		asked = append(asked, string(body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`)
	})
	s := &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "circle", When: scenarios.Trigger{Method: "tools/list"},
		Do: scenarios.Action{Set: []scenarios.Edit{{Pointer: "/result/nextCursor", Value: []byte(`"again"`)}}}}}}
	p, err := NewLive(server, WithScenario(s))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for text, want := range map[string]string{
		`{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"again"}}`: `{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"own"}}`:   `{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"own"}}`,
	} {
		asked = nil
		if w := asksLive(p, "POST", "", text); stringOf(w.Body.Bytes(), "result.nextCursor") != "again" {
			t.Errorf("the answer is %s", w.Body)
		}
		if len(asked) != 1 || asked[0] != want {
			t.Errorf("of %s the server gets %q", text, asked)
		}
	}
}

// A server without sessions has none to lose, be it live or a mock.
func TestNoSessionToLose(t *testing.T) {
	s := &scenarios.Scenario{Sessions: "stateless", Faults: []scenarios.Fault{{
		Name: "dies", When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{ForgetSession: true},
	}}}
	tape, err := cassettes.Stock("weather")
	if err != nil {
		t.Fatal(err)
	}
	mock, err := New(tape, WithScenario(s), WithRepeat())
	if err != nil {
		t.Fatal(err)
	}
	live, err := NewLive(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":2,"result":{}}`)
	}), WithScenario(s))
	if err != nil {
		t.Fatal(err)
	}
	for why, p := range map[string]*Player{"a mock": mock, "a live server": live} {
		asksLive(p, "POST", "", liveStart)
		if w := asksLive(p, "POST", "", liveList); w.Code != 200 {
			t.Errorf("%s: %d %s", why, w.Code, w.Body)
		}
		if n := p.Journal().Count("faulted"); n != 0 {
			t.Errorf("%s: the fault has happened %d times", why, n)
		}
		_ = p.Close()
	}
}

// What a scenario expects of a mock's manners is not judged in front of a live
// server: alone it is an error, and beside others it is not reached.
func TestLiveHasItsOwnManners(t *testing.T) {
	alone := &scenarios.Scenario{Name: "strict", Dialect: "python-sdk-1.9.1", Sessions: "required", Expect: []scenarios.Expectation{{
		Level: "must", What: scenarios.AssertNever, Of: scenarios.Trigger{HTTP: http.MethodDelete}, Since: "start",
	}}}
	if _, err := NewLive(numbered(), WithScenario(alone)); err == nil || !strings.Contains(err.Error(), "strict breaks nothing in front of a live server") {
		t.Errorf("alone: %v", err)
	}
	p, err := NewLive(numbered(), WithScenario(alone), WithScenario(meetsNobody()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	asksLive(p, "POST", "", liveStart)
	if v := p.Done()[0]; v.Result != verdicts.NotReached {
		t.Errorf("beside others: %v", v)
	}
}
