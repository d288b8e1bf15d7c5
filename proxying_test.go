package mcpmock_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// unkept is a tape of which nothing is kept.
type unkept struct{}

func (unkept) Write(*cassettes.Event) error { return nil }

// notKeeping makes a recorder that only passes traffic on.
func notKeeping(t *testing.T) *recorder.Recorder {
	t.Helper()
	none, err := cassettes.NewRedactor(nil)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recorder.New(unkept{}, recorder.WithRedactor(none), recorder.WithAnyone())
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// neverFires is a scenario with faults of every kind, none of which any request
// of the tour meets.
func neverFires(t *testing.T) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("never.yaml", []byte(`
faults:
  - {name: ends, when: {method: nobody/asks}, do: expire_session}
  - {name: edits, when: {method: tools/call, tool: nobody}, do: {set: {/result/x: 1}, delay: 1s}}
  - {name: breaks, when: {method: tools/call, nth: 10000}, do: {drop: {bytes: 10}}}
expect:
  - must: {reinitialize: {within: 5s}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A client of a real server sees through a proxy that breaks nothing exactly what
// it sees without, over every transport.
func TestProxyThatBreaksNothing(t *testing.T) {
	get := func(*http.Request) *mcp.Server { return everything() }
	for name, c := range map[string]struct {
		handler http.Handler
		connect func(endpoint string) mcp.Transport
	}{
		"http, answering in streams": {mcp.NewStreamableHTTPHandler(get, nil), streamable},
		"http, answering in JSON":    {mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{JSONResponse: true}), streamable},
		"sse":                        {mcp.NewSSEHandler(get, nil), overSSE},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			without := tourOver(t, c.connect(server.URL), false)
			at, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			rec := notKeeping(t)
			defer rec.Close()
			player, err := replay.NewLive(rec.Proxy(at), replay.WithScenario(neverFires(t)))
			if err != nil {
				t.Fatal(err)
			}
			front := httptest.NewServer(player)
			defer front.Close()
			defer player.Close()
			sameTour(t, without, tourOver(t, c.connect(front.URL), false))
			metNothing(t, player)
		})
	}
	t.Run("stdio", func(t *testing.T) {
		command := func() *exec.Cmd {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), serves+"=everything")
			return cmd
		}
		run := func(in io.Reader, out io.Writer) {
			rec := notKeeping(t)
			defer rec.Close()
			if code, err := rec.Command(context.Background(), command(), in, out, io.Discard); code != 0 || err != nil {
				t.Errorf("the server ended with %d, %v", code, err)
			}
		}
		without := tourOver(t, pipes(t, run), false)
		player, err := replay.NewLive(nil, replay.WithScenario(neverFires(t)))
		if err != nil {
			t.Fatal(err)
		}
		sameTour(t, without, tourOver(t, pipes(t, func(in io.Reader, out io.Writer) {
			hears, stdin := io.Pipe()
			stdout, says := io.Pipe()
			done := make(chan struct{})
			go func() {
				defer close(done)
				run(hears, says)
				_ = says.Close()
			}()
			if code, broken, err := player.Through(context.Background(), in, out, stdin, stdout); code != 0 || broken || err != nil {
				t.Errorf("the player ended with %d, %v, %v", code, broken, err)
			}
			_ = stdin.Close()
			_ = stdout.Close()
			<-done
		}), false))
		metNothing(t, player)
		_ = player.Close()
	})
}

// metNothing holds that no fault has fired, and that the client is not blamed.
func metNothing(t *testing.T, player *replay.Player) {
	t.Helper()
	if n := player.Journal().Count("faulted"); n > 0 {
		t.Errorf("%d faults have fired", n)
	}
	for _, v := range player.Done() {
		if v.Failed() {
			t.Errorf("the client is blamed: %s", v.Line())
		}
	}
	events := 0
	for range player.Journal().Events() {
		events++
	}
	if events < 20 {
		t.Errorf("the journal has %d events only", events)
	}
}
