package replay

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// limited is a response whose connection keeps write deadlines.
type limited struct {
	*httptest.ResponseRecorder
	limit time.Time
	late  bool
}

func (l *limited) SetWriteDeadline(t time.Time) error { l.limit = t; return nil }

func (l *limited) Write(p []byte) (int, error) {
	if !l.limit.IsZero() && time.Now().After(l.limit) {
		l.late = true
		return 0, os.ErrDeadlineExceeded
	}
	return l.ResponseRecorder.Write(p)
}

// asked returns the answer to a request.
func asked(t *testing.T, player *Player, method, body, session string) *limited {
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:1/mcp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if session != "" {
		r.Header.Set("Mcp-Session-Id", session)
	}
	w := &limited{ResponseRecorder: httptest.NewRecorder()}
	player.ServeHTTP(w, r)
	return w
}

// The request that ends a session is answered all the same, in its time.
func TestDelayedDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		player, err := New(simple(t).tape(), WithScenario(&scenarios.Scenario{Sessions: "required", Faults: []scenarios.Fault{{
			When: scenarios.Trigger{HTTP: "DELETE"},
			Do:   scenarios.Action{Delay: &scenarios.Delay{From: 300 * time.Millisecond}},
		}}}))
		if err != nil {
			t.Fatal(err)
		}
		defer player.Close()
		session := asked(t, player, "POST", fmt.Sprintf(initialize, 1, "2025-11-25", "c"), "").Header().Get("Mcp-Session-Id")
		began := time.Now()
		w := asked(t, player, "DELETE", "", session)
		if took := time.Since(began); took != 300*time.Millisecond || w.Code/100 != 2 {
			t.Errorf("%d after %v", w.Code, took)
		}
		if w := asked(t, player, "POST", list5, session); w.Code != 404 {
			t.Errorf("the session lives: %d", w.Code)
		}
	})
}

// So is a first request that is refused, where the dialect forgets the session
// that it had made for it.
func TestDelayedFirstRefusal(t *testing.T) {
	for _, dialect := range []string{"python-sdk-1.26", "python-sdk-1.30", "python-sdk-2.3"} {
		for why, do := range map[string]scenarios.Action{
			"before it": {Delay: &scenarios.Delay{From: 300 * time.Millisecond}},
			"in it":     {Split: &scenarios.Split{Bytes: 50, Every: 100 * time.Millisecond}},
		} {
			synctest.Test(t, func(t *testing.T) {
				player, err := New(simple(t).tape(), WithScenario(&scenarios.Scenario{Dialect: dialect, Sessions: "required", Faults: []scenarios.Fault{{Do: do}}}))
				if err != nil {
					t.Fatal(err)
				}
				defer player.Close()
				if w := asked(t, player, "POST", list5, ""); w.Code != 400 || !strings.HasSuffix(w.Body.String(), "}") {
					t.Errorf("%s, a wait %s: %d %q", dialect, why, w.Code, w.Body)
				}
			})
		}
	}
}

// A fault may hold an event up for longer than a client may hold up a write.
func TestLongWaitInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		player, err := New(simple(t).tape(), WithScenario(&scenarios.Scenario{Sessions: "stateless", Faults: []scenarios.Fault{{
			When: scenarios.Trigger{Method: "tools/list"},
			Do:   scenarios.Action{Stall: &scenarios.Stall{At: "mid_body", For: 33 * time.Second}, Stream: &scenarios.StreamEdit{IDs: "every"}},
		}}}))
		if err != nil {
			t.Fatal(err)
		}
		defer player.Close()
		w := asked(t, player, "POST", list5, "")
		if w.late || !strings.HasSuffix(w.Body.String(), "}\n\n") || !w.limit.IsZero() {
			t.Errorf("late: %v, got %q", w.late, w.Body)
		}
	})
}

// An answer that broke off on the tape does so for the client, whatever else
// faults do to it.
func TestTornAnswerWithEdits(t *testing.T) {
	for _, c := range []struct {
		reason string
		answer func(tp *taper, on int)
		want   string
	}{
		{"a part of a body", func(tp *taper, on int) {
			tp.write(&cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Raw: []byte(`{"jsonrpc":"2.0",`)})
			tp.write(&cassettes.Event{On: on, From: cassettes.Server, End: cassettes.Reset})
		}, `{"jsonrpc":"2.0",`},
		{"an event, but no answer", func(tp *taper, on int) {
			tp.stream(on)
			tp.frame(on, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}`)
			tp.write(&cassettes.Event{On: on, From: cassettes.Server, End: cassettes.Reset})
		}, "notifications/message"},
	} {
		tp := newTaper(t)
		tp.begin("session-1", "tester")
		c.answer(tp, tp.post("session-1", `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`))
		cl := tp.play(WithScenario(&scenarios.Scenario{Sessions: "required", Faults: []scenarios.Fault{{
			When: scenarios.Trigger{Method: "tools/call"},
			Do:   scenarios.Action{Headers: []scenarios.Header{{Name: "X", Value: "y"}}},
		}}}))
		cl.begin("tester")
		req, err := http.NewRequestWithContext(t.Context(), "POST", cl.url, strings.NewReader(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`, 9)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		req.Header.Set("Mcp-Session-Id", cl.session)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(string(body), c.want) || resp.Header.Get("X") != "y" {
			t.Errorf("%s: got %q, %v, %v", c.reason, body, err, resp.Header)
		}
	}
}

// An edited answer that the tape holds up is refused when its session ends, as
// any other.
func TestEditedWaitEndsWithItsSession(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "c")
	on := tp.post("session-1", toolCall(2, "slow"))
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, At: 3 * time.Second, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
		Message: []byte(emptyResult(2)), End: cassettes.EOF})
	clock := newHandClock()
	cl := tp.play(WithClock(clock), WithPace(1), WithScenario(&scenarios.Scenario{Sessions: "required", Faults: []scenarios.Fault{{
		When: scenarios.Trigger{Method: "tools/call"},
		Do:   scenarios.Action{Headers: []scenarios.Header{{Name: "X", Value: "y"}}},
	}}}))
	cl.begin("c")
	answered := make(chan reply)
	go func() { answered <- cl.post(toolCall(9, "slow")) }()
	<-clock.waits
	cl.do("DELETE", "")
	if r := <-answered; r.status != 404 || !strings.Contains(r.body, "session has ended") || r.header.Get("X") != "y" {
		t.Errorf("got %d %q %v", r.status, r.body, r.header)
	}
}
