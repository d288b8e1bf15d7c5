package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/check"
	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// tapeWith is the stock weather tape under another header, written and read.
func tapeWith(t *testing.T, header cassettes.Header) *cassettes.Tape {
	t.Helper()
	tape, err := cassettes.Stock("weather")
	if err != nil {
		t.Fatal(err)
	}
	header.Transport, header.Redact = tape.Header.Transport, tape.Header.Redact
	var out bytes.Buffer
	w, err := cassettes.NewWriter(&out, header, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range tape.Events() {
		if err == nil {
			err = w.Write(e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	again, err := cassettes.LoadBytes("learned.cassette", out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// play serves a tape until the test ends.
func play(t *testing.T, tape *cassettes.Tape, opts ...replay.Option) string {
	t.Helper()
	player, err := replay.New(tape, opts...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := replay.Listen("127.0.0.1:0", player)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.URL
}

// answersOf are the answers of a server to the probes, which begin when it has had
// a session.
func answersOf(t *testing.T, endpoint string) map[string]probes.Answer {
	t.Helper()
	client, err := probes.NewClient(endpoint, probes.WithPatience(time.Minute, 300*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	first, _ := probes.Named("initialize")
	if _, err := client.Ask(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	answers := map[string]probes.Answer{}
	for _, p := range check.Probes() {
		if answers[p.Name], err = client.Ask(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

// served reports whether an answer is no refusal.
func served(a probes.Answer) bool {
	return a.Err == nil && a.Status/100 == 2 && !gjson.GetBytes(probes.FirstMessage(a), "error").Exists()
}

// A gruff server keeps sessions and refuses in words of its own.
type gruff struct {
	mu       sync.Mutex
	sessions map[string]bool // whether they live
}

func (g *gruff) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m := gjson.ParseBytes(body)
	g.mu.Lock()
	defer g.mu.Unlock()
	say := func(status int, format string, args ...any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"jsonrpc":"2.0",`+format+`}`, args...)
	}
	refuse := func(status int, why string) { say(status, `"error":{"code":-32600,"message":%q}`, why) }
	switch id := r.Header.Get("Mcp-Session-Id"); {
	case r.Method != "POST" && r.Method != "DELETE":
		refuse(405, "not this way")
	case m.Get("method").String() == "initialize":
		id := fmt.Sprintf("gruff-%026d", len(g.sessions))
		g.sessions[id] = true
		w.Header().Set("Mcp-Session-Id", id)
		say(200, `"id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"gruff","version":"1"}}`, m.Get("id").Raw)
	case id == "":
		refuse(400, "who are you?")
	case !g.sessions[id]:
		refuse(404, "never heard of you")
	case r.Header.Get("MCP-Protocol-Version") == "1999-01-01":
		refuse(400, "nobody speaks that any more")
	case r.Method == "DELETE":
		g.sessions[id] = false
		w.WriteHeader(204)
	case !m.IsObject():
		refuse(400, "what?")
	case !m.Get("id").Exists():
		w.WriteHeader(202)
	default:
		say(200, `"id":%s,"result":{}`, m.Get("id").Raw)
	}
}

// TestProbedReplayRefusesAlike records what servers refuse, and holds the
// replay of such a tape to it: as the same probes see it, it refuses as the
// server did, in its words.
func TestProbedReplayRefusesAlike(t *testing.T) {
	for _, c := range []struct {
		why     string
		server  func(t *testing.T) string
		dialect string
		few     int      // at least so many refusals
		apart   []string // what a parser says of one body: that is the dialect's, and nothing is learned of it
	}{
		{"a real server of the Go SDK", func(t *testing.T) string {
			s := httptest.NewServer(weather.Handler())
			t.Cleanup(s.Close)
			return s.URL + weather.Path
		}, "go-sdk-1.8", 20, []string{"body-not-json", "body-not-json-no-session"}},
		{"a mock that speaks as python-sdk 1.9.1", func(t *testing.T) string {
			tape, err := cassettes.Stock("weather")
			if err != nil {
				t.Fatal(err)
			}
			return play(t, tape, replay.WithScenario(&scenarios.Scenario{Dialect: "python-sdk-1.9.1"}))
		}, "python-sdk-1.9.1", 30, nil},
		{"a server that is like none, and has words of its own", func(t *testing.T) string {
			s := httptest.NewServer(&gruff{sessions: map[string]bool{}})
			t.Cleanup(s.Close)
			return s.URL + "/mcp"
		}, "", 30, nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			endpoint := c.server(t)
			u, err := url.Parse(endpoint)
			if err != nil {
				t.Fatal(err)
			}
			var header cassettes.Header
			if err := (&recording{}).learn(t.Context(), &console{err: io.Discard}, u, &header); err != nil {
				t.Fatal(err)
			}
			if header.Dialect != c.dialect || len(header.Refusals) < c.few {
				t.Errorf("dialect %q, %d refusals", header.Dialect, len(header.Refusals))
			}
			real, mock := answersOf(t, endpoint), answersOf(t, play(t, tapeWith(t, header)))
			taught := 0
			for _, r := range header.Refusals {
				if c.dialect == "" && !slices.Contains(plainLessons, r.Probe) {
					continue // the order of checks is spec's, and so are all other words
				}
				if slices.Contains(c.apart, r.Probe) {
					continue
				}
				taught++
				for _, d := range probes.Difference(real[r.Probe], mock[r.Probe]) {
					t.Errorf("%s: %s", r.Probe, d)
				}
			}
			for name := range real { // what is served is served still
				if served(real[name]) && !served(mock[name]) && c.dialect != "" {
					t.Errorf("%s: %d %s, not %d %s", name, mock[name].Status, mock[name].Body, real[name].Status, real[name].Body)
				}
			}
			if taught < 8 {
				t.Errorf("only %d refusals were compared", taught)
			}
		})
	}
}

// plainLessons are the refusals that spec words in its own way unless it has
// learned better.
var plainLessons = []string{
	"ping-session-left-out", "get-no-session", "delete-no-session", "ping-unknown-session", "delete-unknown-session", "ping-deleted-session",
	"delete-deleted-session", "put", "ping-version-unknown",
}

// TestScenarioDialectWins holds that a dialect that is asked for takes the
// place of what was learned.
func TestScenarioDialectWins(t *testing.T) {
	header := cassettes.Header{Dialect: "go-sdk-1.8", Refusals: []cassettes.Refusal{{Probe: "ping-unknown-session", Status: 418, Body: "learned"}}}
	for _, c := range []struct {
		scenario string
		want     int
	}{{"", 418}, {"typescript-sdk-1.32", 404}} {
		a := answersOf(t, play(t, tapeWith(t, header), replay.WithScenario(&scenarios.Scenario{Dialect: c.scenario})))["ping-unknown-session"]
		if a.Status != c.want {
			t.Errorf("with dialect %q: %d %s", c.scenario, a.Status, a.Body)
		}
	}
}

// TestRefusalOf holds what of an answer gets on the tape.
func TestRefusalOf(t *testing.T) {
	hide, err := cassettes.NewRedactor([]string{cassettes.RedactSecrets})
	if err != nil {
		t.Fatal(err)
	}
	hide.HideHeader("Authorization", "Bearer sekret-token-1234567890")
	id := strings.Repeat("ab", 16)
	a := probes.Answer{Status: 403, Header: http.Header{
		"Content-Type": {"text/plain"}, "Date": {"now"}, "Content-Length": {"3"}, "Set-Cookie": {"a=b"},
		"X-Api-Key": {"sk-abcdefghijklmnopqrstuvwxyz0123456789"}, "Mcp-Session-Id": {id}, "Location": {"http://127.0.0.1:8123/mcp/"},
	}, Body: []byte("no session " + id + " at 127.0.0.1:8123 for sekret-token-1234567890")}
	r, ok := refusalOf("put", a, "127.0.0.1:8123", hide)
	if !ok {
		t.Fatal("it is no refusal")
	}
	if strings.Contains(r.Body, "sekret") || !strings.HasPrefix(r.Body, "no session ${session} at ${host} for ") {
		t.Errorf("body %q", r.Body)
	}
	if got := fmt.Sprint(r.Header["Mcp-Session-Id"], len(r.Header["Date"]), len(r.Header["Set-Cookie"]), len(r.Header["X-Api-Key"])); got != "[${session}] 0 0 0" {
		t.Errorf("header %v", r.Header)
	}
	for why, a := range map[string]probes.Answer{
		"what is served is no refusal":              {Status: 202},
		"what has no answer neither":                {Err: io.EOF},
		"a body that is no text cannot be kept":     {Status: 400, Body: []byte{0xff}},
		"a body with a variable would be filled in": {Status: 400, Body: []byte("${detail}")},
	} {
		if _, ok := refusalOf("put", a, "x", hide); ok {
			t.Error(why)
		}
	}
}
