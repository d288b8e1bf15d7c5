package recorder

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	sdkweather "github.com/mcpmock/mcpmock/internal/weather"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// bridgedVar makes this test binary a stdio server.
const bridgedVar = "MCPMOCK_TEST_BRIDGED"

// TestBridgedProcess is the server behind a bridge.
func TestBridgedProcess(t *testing.T) {
	var server *mcp.Server
	switch os.Getenv(bridgedVar) {
	case "weather":
		server = sdkweather.New()
	case "asking":
		server = asking()
	default:
		t.Skip("a part of TestBridgeVisit and TestBridgeQuestions")
	}
	_ = server.Run(context.Background(), &mcp.StdioTransport{}) // until its input ends
	os.Exit(0)
}

func bridged(what string) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBridgedProcess$")
		cmd.Env = append(os.Environ(), bridgedVar+"="+what, "GORACE=atexit_sleep_ms=0")
		return cmd
	}
}

// bridge records what visit does to a stdio server, and returns the tape.
func bridge(t *testing.T, what string, visit func(server string)) *cassettes.Tape {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bridged.cassette")
	file, err := cassettes.Create(path, cassettes.Header{Transport: "stdio", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	rec.waits = untiring()
	b := rec.Bridge(bridged(what), os.Stderr)
	server := httptest.NewServer(b)
	visit(server.URL)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	server.Close()
	if err := rec.Close(); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	noGoroutines(t)
	tape, err := cassettes.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}

// tapeOf returns the methods that clients asked for on each carrier, in their
// order, and how the carrier ended.
func tapeOf(t *testing.T, tape *cassettes.Tape) map[int]string {
	t.Helper()
	said := map[int]string{}
	for e, err := range tape.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if e.HTTP != nil || e.SSE != nil {
			t.Errorf("HTTP is on the tape of a stdio server: %+v", e)
		}
		if e.From == cassettes.Client && e.Message != nil {
			said[e.On] += jsonrpc.One(e.Message).Method + " "
		}
		if e.End != "" {
			said[e.On] += fmt.Sprint(e.End, " ", e.Code)
		}
	}
	return said
}

// HTTP clients see through the bridge what a client sees that runs the server
// itself; and each has a server of its own, which is gone in the end.
func TestBridgeVisit(t *testing.T) {
	want, err := sdkweather.VisitBy(t.Context(), &mcp.CommandTransport{Command: bridged("weather")()})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	tape := bridge(t, "weather", func(server string) {
		var visitors sync.WaitGroup
		for i := range 6 {
			var by mcp.Transport = &mcp.StreamableClientTransport{Endpoint: server + "/mcp", HTTPClient: client, MaxRetries: -1}
			if i%3 == 0 {
				by = &mcp.SSEClientTransport{Endpoint: server + "/sse", HTTPClient: client}
			}
			visitors.Go(func() {
				got, err := sdkweather.VisitBy(t.Context(), by)
				if err != nil {
					t.Errorf("visitor %d: %v", i, err)
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("visitor %d sees something else by the bridge:\n%s", i, diff)
				}
			})
		}
		visitors.Wait()
		transport.CloseIdleConnections()
	})
	said := tapeOf(t, tape)
	if len(said) != 6 {
		t.Errorf("%d servers for 6 clients", len(said))
	}
	for on, s := range said {
		if want := "initialize notifications/initialized tools/list tools/call tools/call tools/call tools/call prompts/get resources/read exit 0"; s != want {
			t.Errorf("carrier %d has %q, want %q", on, s, want)
		}
	}
}

// asking is a server of the legacy era that asks its client two things before
// it answers.
func asking() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "asking", Version: "1"}, &mcp.ServerOptions{SupportedProtocolVersions: []string{"2025-11-25", "2025-06-18"}})
	type none struct{}
	mcp.AddTool(s, &mcp.Tool{Name: "ask"}, func(ctx context.Context, req *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
		said := ""
		for _, what := range []string{"who", "where"} {
			answer, err := req.Session.Elicit(ctx, &mcp.ElicitParams{Message: what, RequestedSchema: map[string]any{"type": "object"}})
			if err != nil {
				return nil, nil, err
			}
			said += what + ": " + answer.Action + ". "
		}
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: said}}}, nil, nil
	})
	return s
}

// The questions of a server reach its client, and the answers the server.
func TestBridgeQuestions(t *testing.T) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	tape := bridge(t, "asking", func(server string) {
		for i, by := range []mcp.Transport{
			&mcp.StreamableClientTransport{Endpoint: server + "/mcp", HTTPClient: client},
			&mcp.StreamableClientTransport{Endpoint: server + "/mcp", HTTPClient: client, DisableStandaloneSSE: true},
			&mcp.SSEClientTransport{Endpoint: server + "/sse", HTTPClient: client},
		} {
			c := mcp.NewClient(&mcp.Implementation{Name: "asked", Version: "1"}, &mcp.ClientOptions{
				ElicitationHandler: func(_ context.Context, req *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
					if req.Params.Message == "where" {
						return &mcp.ElicitResult{Action: "decline"}, nil
					}
					return &mcp.ElicitResult{Action: "cancel"}, nil
				},
			})
			opts := &mcp.ClientSessionOptions{ProtocolVersion: "2025-11-25"}
			if i == 0 {
				opts = nil // it asks for a server of the modern era first
			}
			session, err := c.Connect(t.Context(), by, opts)
			if err != nil {
				t.Errorf("%T: %v", by, err)
				continue
			}
			r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "ask"})
			if err != nil || r.IsError {
				t.Errorf("%T: %+v, %v", by, r, err)
			} else if text := r.Content[0].(*mcp.TextContent).Text; text != "who: cancel. where: decline. " {
				t.Errorf("%T: %q", by, text)
			}
			if err := session.Close(); err != nil {
				t.Errorf("%T: %v", by, err)
			}
		}
	})
	said := tapeOf(t, tape)
	if len(said) != 4 || said[1] != "server/discover exit 0" || slices.ContainsFunc([]string{said[2], said[3], said[4]}, func(s string) bool { return !strings.HasSuffix(s, "exit 0") }) {
		t.Errorf("the tape has %v", said)
	}
}
