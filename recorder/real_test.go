package recorder

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// weather is a real MCP server with one tool, which asks its client
// something and tells of its progress.
func weather() *httptest.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "weather", Version: "1"}, nil)
	type city struct {
		City string `json:"city"`
	}
	mcp.AddTool(s, &mcp.Tool{Name: "forecast"}, func(ctx context.Context, req *mcp.CallToolRequest, in city) (*mcp.CallToolResult, any, error) {
		if token := req.Params.GetProgressToken(); token != nil {
			if err := req.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Progress: 1}); err != nil {
				return nil, nil, err
			}
		}
		units, err := req.Session.Elicit(ctx, &mcp.ElicitParams{Message: "Celsius?", RequestedSchema: map[string]any{"type": "object"}})
		if err != nil {
			return nil, nil, err
		}
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: fmt.Sprintf("%s: sunny, %s", in.City, units.Action)}}}, nil, nil
	})
	return httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, nil))
}

// visitor is a real MCP client that asks for two forecasts.
func visitor(t testing.TB, endpoint, name string) {
	c := mcp.NewClient(&mcp.Implementation{Name: name, Version: "1"}, &mcp.ClientOptions{
		ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			return &mcp.ElicitResult{Action: "decline"}, nil
		},
	})
	session, err := c.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: endpoint}, nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer session.Close()
	if _, err := session.ListTools(t.Context(), nil); err != nil {
		t.Error(err)
	}
	for _, city := range []string{"Rome", "Oslo"} {
		params := &mcp.CallToolParams{Name: "forecast", Arguments: map[string]any{"city": city}}
		params.SetProgressToken("p-" + city)
		res, err := session.CallTool(t.Context(), params)
		if err != nil {
			t.Error(err)
			return
		}
		if text := res.Content[0].(*mcp.TextContent).Text; text != city+": sunny, decline" {
			t.Errorf("%s is told %q", name, text)
		}
	}
}

// record records what visit does to a fresh server.
func record(t testing.TB, visit func(endpoint string)) *cassettes.Tape {
	t.Helper()
	server := weather()
	defer server.Close()
	path := filepath.Join(t.TempDir(), "weather.cassette")
	file, err := cassettes.Create(path, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(rec.Proxy(target))
	visit(proxy.URL + "/mcp")
	if err := rec.Close(); err != nil {
		t.Error(err)
	}
	proxy.Close()
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

// A real client and server do not notice the recorder, and the golden tape is
// the same whenever they meet.
func TestRealPeers(t *testing.T) {
	var golden string
	for i := range 5 {
		tape := record(t, func(endpoint string) { visitor(t, endpoint, "visitor") })
		var b bytes.Buffer
		if err := cassettes.WriteGolden(&b, tape, cassettes.Pretty); err != nil {
			t.Fatal(err)
		}
		if golden == "" {
			golden = b.String()
		}
		if diff := cmp.Diff(golden, b.String()); diff != "" {
			t.Fatalf("recording %d differs:\n%s", i, diff)
		}
	}
	for _, s := range []string{`"method": "elicitation/create"`, `"method": "notifications/progress"`, `"Mcp-Session-Id": "session-1"`} {
		if !strings.Contains(golden, s) {
			t.Errorf("the tape lacks %s", s)
		}
	}
}

// Clients at the same time are sessions of their own.
func TestRealPeersTogether(t *testing.T) {
	tape := record(t, func(endpoint string) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() { visitor(t, endpoint, fmt.Sprint("visitor-", i)) })
		}
		wg.Wait()
	})
	ix, err := cassettes.NewIndex(tape, nil)
	if err != nil {
		t.Fatal(err)
	}
	clients := map[string]bool{}
	for _, s := range ix.Sessions[1:] {
		clients[s.Client] = true
	}
	if len(clients) != 8 || len(ix.Sessions) != 9 {
		t.Errorf("%d sessions of %d clients, want 8 and 8", len(ix.Sessions)-1, len(clients))
	}
}
