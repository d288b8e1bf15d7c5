package stock_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// before makes a visitor of a live server, on whose traffic a scenario acts.
func before(t *testing.T, s *scenarios.Scenario, tape string, server http.Handler) *visitor {
	t.Helper()
	v := newVisitor(t, tape, verdicts.Live(s.Scaled()))
	var err error
	v.player, err = replay.NewLive(server, replay.WithScenario(s), replay.WithClock(v.clock), replay.WithSeed(1), replay.WithJournal(v.hear))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := replay.Listen("127.0.0.1:0", v.player)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	base := srv.URL[:strings.Index(srv.URL, "/mcp")]
	v.url, v.sse = base+"/mcp", base+"/sse"
	return v
}

// beforeMock is before for a server that has the manners of the scenario, and
// breaks nothing: what its dialect, sessions and version say it does itself, and
// the rest is left to who stands before it.
func beforeMock(t *testing.T, s *scenarios.Scenario, on string) *visitor {
	t.Helper()
	server := visitOf(t, &scenarios.Scenario{Name: s.Name, Dialect: s.Dialect, Sessions: s.Sessions, Version: s.Version, Era: s.Era}, on)
	rest := *s
	rest.Era, rest.Version, rest.Sessions = "", "", ""
	v := before(t, &rest, server.tape, server.player)
	if strings.HasSuffix(server.url, "/") {
		v.url += "/"
	}
	return v
}

// otherBeforeLive are the stock scenarios that do not mean before a live server
// what they mean on a tape, and why.
func otherBeforeLive() map[string]string {
	const itself, ids, pipe = "the server knows itself what can be resumed", "it knows nothing of the ids that the fault has given", "the client comes over stdio"
	return map[string]string{
		"resume-replays-nothing": itself, "resume-replays-all": itself, "cross-stream-replay": itself,
		"resume-loses-last-event-id": ids, "reconnect-attempt-counter-reset": ids, "resume-duplicates": ids,
		"strict-initialized-order-kills-session": pipe, "notification-before-initialize-result": pipe,
	}
}

// ofMcpmock reports whether what an expectation begins with is mcpmock's doing: a
// refusal is the server's own before a live one, and does not begin any.
func ofMcpmock(v verdicts.Verdict) bool { return !strings.Contains(v.Expectation, "since: refusal") }

// A client gets of a scenario before a live server, byte for byte, what it gets of
// it on a tape, and is judged alike.
func TestStockBeforeLive(t *testing.T) {
	other := otherBeforeLive()
	for name, c := range stockCases() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Transport == "stdio" || verdicts.StandsOnMock(s) && s.Version == "" || other[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) { c.wire(beforeMock(t, s, c.tape())) })
		t.Run(name+"/good", func(t *testing.T) {
			v := beforeMock(t, s, c.tape())
			c.good(v)
			for _, got := range v.verdicts() {
				if ofMcpmock(got) && got.Result != verdicts.Pass {
					t.Errorf("a good client: %s %s: %s (%s)", got.Level, got.Expectation, got.Result, got.Evidence)
				}
			}
		})
		for fails, bad := range c.bad {
			t.Run(name+"/bad/"+fails, func(t *testing.T) {
				v := beforeMock(t, s, c.tape())
				bad(v)
				for _, got := range v.verdicts() {
					if strings.HasPrefix(got.Expectation, fails) && ofMcpmock(got) && got.Result != verdicts.Fail {
						t.Errorf("a bad client: %s %s: %s (%s)", got.Level, got.Expectation, got.Result, got.Evidence)
					}
				}
			})
		}
	}
}

// The same holds before a real server, for the scenarios that do not hang on its
// manners.
func TestStockBeforeRealServer(t *testing.T) {
	cases := stockCases()
	for _, name := range []string{
		"session-404-no-reinit", "half-alive-multiplexed-session", "unknown-session-401", "stale-id-on-initialize-rejected", // sessions
		"initialized-rejected-400", "initialize-never-answered", "initialize-200-html", "notification-answered-204", // the handshake
		"oversize-413", "rate-limit-429", "401-without-www-authenticate", "get-405-retried-into-429", "get-406-fatal", // status
		"sse-crlf", "sse-custom-event-name", "sse-multiline-data", "sse-bom", "priming-empty-data", "proxy-gzips-sse", // streams
		"post-stream-cut-mid-call", "post-stream-reset-mid-call", "post-stream-502-mid-call", // and how they break off
		"id-number-becomes-string", "error-id-null", "duplicate-inflight-ids-crosswire", "cursor-never-advances", // messages
		"cancel-never-ends-stream", "response-after-cancel", "progress-after-response", // cancellation and progress
		"poison-request-kills-server", "replica-cookie", "replica-round-robin", // servers that go, and several of them
	} {
		t.Run(name, func(t *testing.T) {
			s, err := scenarios.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			cases[name].wire(before(t, s, "weather", weather.Handler()))
		})
	}
}
