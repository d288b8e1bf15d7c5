package replay

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// A bystander is a test that fails without failing.
type bystander struct {
	testing.TB
	failed, logged []string
}

func (b *bystander) Helper() {}
func (b *bystander) Errorf(format string, args ...any) {
	b.failed = append(b.failed, fmt.Sprintf(format, args...))
}
func (b *bystander) Logf(format string, args ...any) {
	b.logged = append(b.logged, fmt.Sprintf(format, args...))
}

// expires is a scenario in which the second call finds its session dead, with
// what is expected then.
func expires(expect ...scenarios.Expectation) *scenarios.Scenario {
	return &scenarios.Scenario{
		Name: "expires", About: "https://bugs.example/1", Sessions: "required",
		Faults: []scenarios.Fault{{Name: "dies", When: scenarios.Trigger{Method: "tools/call", Nth: 2}, Do: scenarios.Action{ExpireSession: true},
			Until: &scenarios.Trigger{Method: "initialize", Session: "none"}}},
		Expect: expect,
	}
}

var (
	mustReinitialize = scenarios.Expectation{Level: "must", What: scenarios.AssertReinitialize, Within: 5 * time.Second}
	shouldReplay     = scenarios.Expectation{Level: "should", What: scenarios.AssertReplays, Within: 10 * time.Second}
)

// A judged is a client of a player whose verdicts are asked for. It does
// without a network, so that it may live in a bubble.
type judged struct {
	t       *testing.T
	player  *Player
	session string
}

func newJudged(t *testing.T, opts ...Option) *judged {
	t.Helper()
	player, err := New(simple(t).tape(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { player.Close() })
	return &judged{t: t, player: player}
}

func (j *judged) post(message string) int {
	r := httptest.NewRequest("POST", "http://127.0.0.1/mcp", strings.NewReader(message))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
	if j.session != "" {
		r.Header.Set("Mcp-Session-Id", j.session)
	}
	w := httptest.NewRecorder()
	j.player.ServeHTTP(w, r)
	if id := w.Header().Get("Mcp-Session-Id"); id != "" {
		j.session = id
	}
	return w.Code
}

func (j *judged) begin() {
	j.t.Helper()
	j.session = ""
	if got := j.post(fmt.Sprintf(initialize, 0, "2025-11-25", "tester")); got != 200 || j.session == "" {
		j.t.Fatalf("initialize got %d", got)
	}
	j.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

func (j *judged) call(id int, m string) int {
	return j.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"m":%q}}}`, id, m))
}

// TestExpectVerdicts holds that a test learns what its client failed to do, and
// waits for it no longer than the scenario says.
func TestExpectVerdicts(t *testing.T) {
	for _, c := range []struct {
		why    string
		client func(*judged)
		failed []string // each begins so
		logged []string
		took   time.Duration
	}{
		{why: "a good client takes no time",
			client: func(j *judged) { j.begin(); j.call(1, "a"); j.call(2, "b"); j.begin(); j.call(1, "b") }},
		{why: "one that keeps the dead session, and does nothing more",
			client: func(j *judged) { j.begin(); j.call(1, "a"); j.call(2, "b"); j.call(3, "b") },
			failed: []string{"expires: must reinitialize: {within: 5s}: fail\n    kept the dead session: 1 request with session-1 in 5.0 s, no initialize\n    https://bugs.example/1"},
			logged: []string{"expires: should replays: {within: 10s}: fail\n    sent tools/call again once in 10.0 s, and got no good answer"},
			took:   10*time.Second + time.Millisecond},
		{why: "one that comes to it while the test waits",
			client: func(j *judged) {
				j.begin()
				j.call(1, "a")
				j.call(2, "b")
				go func() { time.Sleep(3 * time.Second); j.begin(); time.Sleep(time.Second); j.call(1, "b") }()
			},
			took: 4 * time.Second},
		{why: "one to whom nothing happens", client: func(j *judged) { j.begin(); j.call(1, "a") },
			logged: []string{"expires: must reinitialize: {within: 5s}: not reached\n    no fault fired", "expires: should replays: {within: 10s}: not reached"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := newJudged(t, WithScenario(expires(mustReinitialize, shouldReplay)))
				c.client(j)
				began := time.Now()
				by := &bystander{TB: t}
				j.player.ExpectVerdicts(by)
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %v, not %v", took, c.took)
				}
				begins(t, "failed", by.failed, c.failed)
				begins(t, "logged", by.logged, c.logged)
				if list := j.player.Verdicts(); len(list) != 2 || verdicts.Failed(list) != (c.failed != nil) {
					t.Errorf("%v", list)
				}
			})
		})
	}
}

func begins(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %q\nnot %q", what, got, want)
	}
	for i := range got {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s: %q\nnot %q", what, got[i], want[i])
		}
	}
}

// TestFailing holds that a client which hangs is found when its time is over,
// once for each expectation, and that whoever waits for that can leave.
func TestFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		must := shouldReplay
		must.Level = "must"
		j := newJudged(t, WithScenario(expires(mustReinitialize, must)))
		began := time.Now()
		var found []string
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() { time.Sleep(time.Second); j.begin(); j.call(1, "a"); j.call(2, "b") }()
		j.player.Failing(ctx, func(v verdicts.Verdict) {
			found = append(found, fmt.Sprint(v.Expectation, " after ", time.Since(began)))
		})
		if want := "[reinitialize: {within: 5s} after 6.001s replays: {within: 10s} after 11.001s]"; fmt.Sprint(found) != want {
			t.Errorf("%v", found)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// TestNothingExpected holds that a test which expects verdicts and can get none
// says so, and that a player which judges nobody makes no events.
func TestNothingExpected(t *testing.T) {
	j := newJudged(t, WithScenario(expires()))
	by := &bystander{TB: t}
	j.player.ExpectVerdicts(by)
	if len(by.failed) != 1 || j.player.Verdicts() != nil || j.player.Done() != nil {
		t.Errorf("%v", by.failed)
	}
	if j.player.journal.each != nil {
		t.Error("events are made for nobody")
	}
}

// TestVerdictsWhileClosing holds that a test whose player is closed does not
// wait for what can no longer happen.
func TestVerdictsWhileClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJudged(t, WithScenario(expires(mustReinitialize)))
		j.begin()
		j.call(1, "a")
		j.call(2, "b")
		j.player.Close()
		began := time.Now()
		by := &bystander{TB: t}
		j.player.ExpectVerdicts(by)
		if len(by.failed) != 1 || time.Since(began) != 0 {
			t.Errorf("%v after %v", by.failed, time.Since(began))
		}
	})
}

// TestVerdictsBesideAJournal holds that who listens to the journal hears of
// everything all the same, and that the journal's verdict is the player's.
func TestVerdictsBesideAJournal(t *testing.T) {
	var heard []*cassettes.Event
	s := expires(mustReinitialize, shouldReplay)
	j := newJudged(t, WithScenario(s), WithJournal(func(e *cassettes.Event) { heard = append(heard, e) }))
	j.begin()
	j.call(1, "a")
	j.call(2, "b")
	j.begin()
	want := j.player.Done()
	again := verdicts.New(s)
	for _, e := range heard {
		again.Hear(e)
	}
	again.Done(j.player.elapsed())
	got := again.Verdicts(j.player.elapsed())
	if len(heard) == 0 || len(got) != 2 || got[0].Result != verdicts.Pass || got[0] != want[0] || got[1].Result != want[1].Result {
		t.Errorf("%d events: %v\nnot %v", len(heard), got, want)
	}
}

// TestVerdictOverStdio holds that a process is judged as an endpoint is.
func TestVerdictOverStdio(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "add", emptyResult(1))
	p.call(2, "add", emptyResult(2))
	s := &scenarios.Scenario{Name: "alive", Faults: []scenarios.Fault{{Name: "withheld", When: scenarios.Trigger{Method: "tools/call"}, Do: scenarios.Action{Ignore: true}, Times: 1}},
		Expect: []scenarios.Expectation{
			{Level: "must", What: scenarios.AssertCancels, Within: time.Minute},
			{Level: "must", What: scenarios.AssertAlive, Within: time.Minute},
		}}
	k := p.talk(t, WithScenario(s))
	k.begin()
	k.say(toolCall(1, "add"), `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	k.alive()
	for _, v := range k.player.Verdicts() {
		if v.Result != verdicts.Pass {
			t.Errorf("%v", v)
		}
	}
}
