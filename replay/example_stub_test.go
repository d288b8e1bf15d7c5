package replay_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// t is what go test hands to a test function.
var t tester

// A mock server that is written down in the test itself.
func ExampleStub() {
	defer t.end() // a *testing.T does it by itself

	srv := replay.Stub(&t, &scenarios.Scenario{Stubs: &scenarios.Stubs{
		Tools: []scenarios.StubTool{{
			Name:  "forecast",
			Input: json.RawMessage(`{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}`),
			Answers: []scenarios.StubAnswer{
				{Arguments: json.RawMessage(`{"city": "Atlantis"}`), Text: "There is no {{args.city}}.", IsError: true},
				{Text: "Rain in {{args.city}}."},
			},
		}},
	}})

	ctx := context.Background()
	client := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: srv.URL}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	for _, city := range []string{"Oslo", "Atlantis"} {
		r, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "forecast", Arguments: map[string]any{"city": city}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.IsError, r.Content[0].(*mcp.TextContent).Text)
	}
	// Output:
	// false Rain in Oslo.
	// true There is no Atlantis.
}

// A tester stands for a *testing.T.
type tester struct{ cleanups []func() }

func (*tester) Helper()                           {}
func (t *tester) Cleanup(f func())                { t.cleanups = append(t.cleanups, f) }
func (*tester) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (*tester) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *tester) end() {
	for _, f := range t.cleanups {
		f()
	}
	t.cleanups = nil
}
