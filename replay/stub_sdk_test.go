package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// written is a mock as people write it.
const written = `
stubs:
  server: {name: weather, version: "1.0"}
  instructions: Ask for a city.
  tools:
    - name: forecast
      description: The weather of a city.
      input: {type: object, properties: {city: {type: string}}, required: [city]}
      output: {type: object, properties: {city: {type: string}, days: {type: array}}, required: [city]}
      answers:
        - {arguments: {city: Atlantis}, text: "There is no {{args.city}}", is_error: true}
        - {arguments: {city: Nowhere}, error: {code: -32001, message: "No map of {{args.city}}"}}
        - structured: {city: "{{args.city}}", days: [{sky: rain}]}
          delay: 20ms
          progress: [{progress: 1, total: 2, message: half}]
    - name: count
      answers:
        - sequence: [{text: first}, {text: second}, {text: "and so on, {{seq}}"}]
  prompts:
    - {name: plan, arguments: [city!, day], answers: [{text: "Plan {{args.city}} on {{args.day}}."}]}
  resources:
    - {uri: "weather://map", name: map, mime: text/plain, text: a map}
  methods:
    - {method: completion/complete, answers: [{result: {completion: {values: ["{{args.argument.value}}lo"]}}}]}
`

// A real client finds a real server in what was written, over each transport.
func TestStubsWithTheSDK(t *testing.T) {
	s, err := scenarios.Parse("written.yaml", []byte(written))
	if err != nil {
		t.Fatal(err)
	}
	for name, connect := range map[string]func(t *testing.T) mcp.Transport{
		"http": func(t *testing.T) mcp.Transport {
			return &mcp.StreamableClientTransport{Endpoint: replay.Stub(t, s).URL, MaxRetries: -1}
		},
		"http, as streams to come back to": func(t *testing.T) mcp.Transport {
			return &mcp.StreamableClientTransport{Endpoint: replay.Stub(t, s, replay.WithAnswers("sse"), replay.WithResumable()).URL}
		},
		"http, stateless": func(t *testing.T) mcp.Transport {
			return &mcp.StreamableClientTransport{Endpoint: replay.Stub(t, s, replay.WithSessions("stateless")).URL, MaxRetries: -1}
		},
		"http, in the dialect of another server": func(t *testing.T) mcp.Transport {
			dialect, err := scenarios.Load("python-sdk-1.9.1")
			if err != nil {
				t.Fatal(err)
			}
			return &mcp.StreamableClientTransport{Endpoint: replay.Stub(t, s, replay.WithScenario(dialect)).URL, MaxRetries: -1}
		},
		"sse":   func(t *testing.T) mcp.Transport { return &mcp.SSEClientTransport{Endpoint: replay.Stub(t, s).SSE} },
		"stdio": func(t *testing.T) mcp.Transport { return overStdio(t, s) },
	} {
		t.Run(name, func(t *testing.T) { visitStubs(t, connect(t), name) })
	}
}

// overStdio speaks with a player over two pipes.
func overStdio(t *testing.T, s *scenarios.Scenario) mcp.Transport {
	player, err := replay.New(nil, replay.WithScenario(s), replay.WithOnMismatch(func(m *replay.Mismatch) { t.Error(m) }))
	if err != nil {
		t.Fatal(err)
	}
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if code, err := player.Stdio(t.Context(), inRead, outWrite); code != 0 || err != nil {
			t.Errorf("the player ended with %d, %v", code, err)
		}
		outWrite.Close()
	}()
	t.Cleanup(func() { inWrite.Close(); outRead.Close(); <-done; player.Close() })
	return &mcp.IOTransport{Reader: outRead, Writer: inWrite}
}

// visitStubs asks for everything there is.
func visitStubs(t *testing.T, transport mcp.Transport, name string) {
	ctx := t.Context()
	heard := make(chan string, 10)
	client := mcp.NewClient(&mcp.Implementation{Name: "visitor", Version: "1"}, &mcp.ClientOptions{
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) { heard <- r.Params.Message },
	})
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if got := session.InitializeResult(); got.ServerInfo.Name != "weather" || got.Instructions != "Ask for a city." {
		t.Errorf("initialize: %+v", got)
	}
	tools, err := session.ListTools(ctx, nil)
	if err != nil || len(tools.Tools) != 2 || tools.Tools[0].Name != "forecast" || tools.Tools[0].OutputSchema == nil {
		t.Fatalf("tools: %+v, %v", tools, err)
	}
	params := &mcp.CallToolParams{Name: "forecast", Arguments: map[string]any{"city": "Oslo"}}
	params.SetProgressToken("p")
	r, err := session.CallTool(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"city":"Oslo","days":[{"sky":"rain"}]}`
	if got, _ := json.Marshal(r.StructuredContent); string(got) != want || r.Content[0].(*mcp.TextContent).Text != want {
		t.Errorf("a call: %s, %+v", got, r.Content[0])
	}
	if message := <-heard; message != "half" {
		t.Errorf("progress: %q", message)
	}
	call := func(tool, city string) (string, error) {
		r, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: map[string]any{"city": city}})
		if err != nil {
			return "", err
		}
		text := r.Content[0].(*mcp.TextContent).Text
		if r.IsError {
			text = "error: " + text
		}
		return text, nil
	}
	if text, err := call("forecast", "Atlantis"); err != nil || text != "error: There is no Atlantis" {
		t.Errorf("an error of the tool: %q, %v", text, err)
	}
	_, err = call("forecast", "Nowhere")
	if wire, ok := errors.AsType[*jsonrpc.Error](err); !ok || wire.Code != -32001 || wire.Message != "No map of Nowhere" {
		t.Errorf("an error of the protocol: %v", err)
	}
	if bad, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "forecast", Arguments: map[string]any{}}); err == nil && !bad.IsError {
		t.Errorf("without a city: %+v", bad)
	}
	var said []string
	for range 4 {
		text, err := call("count", "")
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, text)
	}
	if want := []string{"first", "second", "and so on, 3", "and so on, 4"}; !slices.Equal(said, want) {
		t.Errorf("a sequence: %q", said)
	}
	prompt, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "plan", Arguments: map[string]string{"city": "Oslo", "day": "Monday"}})
	if err != nil || prompt.Messages[0].Content.(*mcp.TextContent).Text != "Plan Oslo on Monday." {
		t.Errorf("a prompt: %+v, %v", prompt, err)
	}
	resource, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "weather://map"})
	if err != nil || resource.Contents[0].Text != "a map" || resource.Contents[0].MIMEType != "text/plain" {
		t.Errorf("a resource: %+v, %v", resource, err)
	}
	completed, err := session.Complete(ctx, &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "plan"}, Argument: mcp.CompleteParamsArgument{Name: "city", Value: "Os"}})
	if err != nil || !slices.Equal(completed.Completion.Values, []string{"Oslo"}) {
		t.Errorf("a completion: %+v, %v", completed, err)
	}
	if templates, err := session.ListResourceTemplates(ctx, nil); err != nil || len(templates.ResourceTemplates) != 0 {
		t.Errorf("templates: %+v, %v", templates, err)
	}
}

// A file is one line in a test, too.
func TestStartWithAScenario(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(written), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := replay.Start(t, path)
	client := mcp.NewClient(&mcp.Implementation{Name: "visitor", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: srv.URL, MaxRetries: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "count"})
	if err != nil || !strings.Contains(r.Content[0].(*mcp.TextContent).Text, "first") {
		t.Errorf("%+v, %v", r, err)
	}
}

// What is wrong with the stubs of a file is told with its line.
func TestStartWithAMistake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(written, "city: {type: string}", "city: {type: sting}", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	tr := &failing{TB: t}
	replay.Start(tr, path)
	if want := path + `:8:55: stubs.tools[0].input.properties.city.type: there is no type "sting": did you mean "string"?`; tr.fatal != want {
		t.Errorf("%s\n  want %s", tr.fatal, want)
	}
}

// failing keeps what a test would end with.
type failing struct {
	testing.TB
	fatal string
}

func (f *failing) Fatalf(format string, args ...any) { f.fatal = fmt.Sprintf(format, args...) }
