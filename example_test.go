package mcpmock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Forecast stands for the program under test: a client of an MCP server.
func Forecast(ctx context.Context, url, city string) (string, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "forecast", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: url}, nil)
	if err != nil {
		return "", err
	}
	defer session.Close()
	r, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "get_forecast", Arguments: map[string]any{"city": city}})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(r.StructuredContent)
	return string(text), err
}

// t is what go test hands to a test function.
var t = new(tester)

// A test plays testdata/weather.cassette: no network, no server.
func ExampleServe() {
	defer t.end() // a *testing.T does it by itself

	srv := mcpmock.Serve(t, "weather")
	got, err := Forecast(context.Background(), srv.URL, "Oslo")
	fmt.Println(got, err)
	// Output: {"city":"Oslo","days":[{"celsius":15,"sky":"gale"}]} <nil>
}

// With an upstream, the same test records the cassette when it is run with
// -mcpmock.record.
func ExampleUpstream() {
	defer t.end()

	srv := mcpmock.Serve(t, "weather", mcpmock.Upstream("http://127.0.0.1:3001/mcp"))
	_, err := Forecast(context.Background(), srv.URL, "Oslo")
	fmt.Println(err)
	// Output: <nil>
}

// A scenario breaks the server the way a real one is broken. Here every answer
// to a POST is the 400 of python-sdk issue 808.
func ExampleReplay() {
	defer t.end()

	broken, err := scenarios.Load("fastmcp-missing-session-id-always")
	if err != nil {
		fmt.Println(err)
		return
	}
	srv := mcpmock.Serve(t, "weather", mcpmock.Replay(replay.WithScenario(broken)))
	_, err = Forecast(context.Background(), srv.URL, "Oslo")
	fmt.Println(strings.Contains(err.Error(), "Bad Request: Missing session ID"))
	// Output: true
}
