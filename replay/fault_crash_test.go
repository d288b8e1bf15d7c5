package replay

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A crash breaks off every connection of its server: what listens, what waits
// for an answer, with a session and without, and no other server's.
func TestCrashCutsAllConnections(t *testing.T) {
	tp := simple(t)
	tp.listen("session-1")
	for _, c := range []struct {
		why, method, path, body string
		headed                  bool // the stream has begun when the crash comes
	}{
		{"a standalone stream", "GET", "/mcp", "", true},
		{"a stream of HTTP+SSE", "GET", "/sse", "", true},
		{"a call without an answer yet", "POST", "/mcp", toolCall(7, "held"), false},
		{"a call whose answer is edited", "POST", "/mcp", toolCall(7, "late"), false},
	} {
		for _, sessions := range []string{"required", "stateless"} {
			if sessions == "stateless" && c.path == "/mcp" && c.method == "GET" {
				continue // there is none
			}
			asked := 0
			third, came := awaited(func(e *cassettes.Event) bool { // after the two with which a client begins
				if e.From == cassettes.Client && e.HTTP != nil {
					asked++
				}
				return asked == 3
			})
			player, err := New(tp.tape(), third, WithSessions(sessions), WithScenario(scenario(t, `
name: test
faults:
  - {when: {method: ping}, do: {crash: 1m}}
  - {when: {tool: held}, do: ignore}
  - {when: {tool: late}, do: {result: {}, delay: 1h}}
`)))
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(player)
			cl := &client{t: t, url: server.URL + "/mcp"}
			cl.begin("tester")
			r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/json, text/event-stream")
			r.Header.Set("Content-Type", "application/json")
			if c.path == "/mcp" && cl.session != "" {
				r.Header.Set("Mcp-Session-Id", cl.session)
			}
			got := make(chan error, 1)
			begun := make(chan struct{})
			go func() {
				resp, err := http.DefaultClient.Do(r)
				if err == nil {
					defer resp.Body.Close()
					if c.headed {
						_, _ = bufio.NewReader(resp.Body).Peek(1)
						close(begun)
					}
					_, err = io.ReadAll(resp.Body)
				}
				got <- err
			}()
			if c.headed && c.path == "/sse" {
				<-begun
			} else {
				soon(t, "the request", func() { <-came })
			}
			crash, err := http.NewRequest("POST", server.URL+"/mcp", strings.NewReader(ping9))
			if err != nil {
				t.Fatal(err)
			}
			crash.Header = r.Header.Clone()
			if cl.session != "" {
				crash.Header.Set("Mcp-Session-Id", cl.session)
			}
			if _, err := http.DefaultClient.Do(crash); err == nil {
				t.Errorf("%s, %s: the crash is answered", c.why, sessions)
			}
			soon(t, c.why, func() {
				if err := <-got; err == nil {
					t.Errorf("%s, %s: it ended cleanly", c.why, sessions)
				}
			})
			player.Close()
			server.Close()
			resets := 0
			for e := range player.Journal().Events() {
				if e.End == cassettes.Reset {
					resets++
				} else if e.End != "" {
					t.Errorf("%s, %s: the journal has the end %s", c.why, sessions, e.End)
				}
			}
			if resets != 2 {
				t.Errorf("%s, %s: the journal has %d connections that broke off, want 2", c.why, sessions, resets)
			}
		}
	}
}
