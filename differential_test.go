package mcpmock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// everything is a real server that uses all of the protocol: progress,
// logging, questions of every kind, and the standalone stream.
//
//lint:file-ignore SA1019 sampling, roots and logging are what legacy revisions have
func everything() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "everything", Version: "1.0.0"}, &mcp.ServerOptions{
		SubscribeHandler:   func(context.Context, *mcp.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
		CompletionHandler: func(context.Context, *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
			return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: []string{"paris", "park"}}}, nil
		},
	})
	type args struct {
		N int `json:"n"`
	}
	text := func(format string, a ...any) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: fmt.Sprintf(format, a...)}}}, nil, nil
	}
	mcp.AddTool(s, &mcp.Tool{Name: "square"}, func(_ context.Context, _ *mcp.CallToolRequest, in args) (*mcp.CallToolResult, any, error) {
		return text("%d", in.N*in.N)
	})
	mcp.AddTool(s, &mcp.Tool{Name: "fail"}, func(context.Context, *mcp.CallToolRequest, args) (*mcp.CallToolResult, any, error) {
		return nil, nil, fmt.Errorf("it failed as it should")
	})
	mcp.AddTool(s, &mcp.Tool{Name: "work"}, func(ctx context.Context, r *mcp.CallToolRequest, in args) (*mcp.CallToolResult, any, error) {
		for i := range in.N {
			err := r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: r.Params.GetProgressToken(), Progress: float64(i + 1), Total: float64(in.N)})
			if err != nil {
				return nil, nil, err
			}
		}
		return text("done")
	})
	mcp.AddTool(s, &mcp.Tool{Name: "log"}, func(ctx context.Context, r *mcp.CallToolRequest, _ args) (*mcp.CallToolResult, any, error) {
		_ = r.Session.Log(ctx, &mcp.LoggingMessageParams{Level: "warning", Data: "a warning", Logger: "l"})
		return text("logged")
	})
	mcp.AddTool(s, &mcp.Tool{Name: "sample"}, func(ctx context.Context, r *mcp.CallToolRequest, _ args) (*mcp.CallToolResult, any, error) {
		res, err := r.Session.CreateMessage(ctx, &mcp.CreateMessageParams{MaxTokens: 7, Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: "say something"}}}})
		if err != nil {
			return nil, nil, err
		}
		return text("the model said: %s", res.Content.(*mcp.TextContent).Text)
	})
	mcp.AddTool(s, &mcp.Tool{Name: "elicit"}, func(ctx context.Context, r *mcp.CallToolRequest, _ args) (*mcp.CallToolResult, any, error) {
		res, err := r.Session.Elicit(ctx, &mcp.ElicitParams{Message: "your name?", RequestedSchema: json.RawMessage(`{"type":"object","properties":{"token":{"type":"string"}}}`)})
		if err != nil {
			return nil, nil, err
		}
		return text("%s %v", res.Action, res.Content["token"])
	})
	mcp.AddTool(s, &mcp.Tool{Name: "roots"}, func(ctx context.Context, r *mcp.CallToolRequest, _ args) (*mcp.CallToolResult, any, error) {
		res, err := r.Session.ListRoots(ctx, nil)
		if err != nil {
			return nil, nil, err
		}
		return text("%d roots, first %s", len(res.Roots), res.Roots[0].URI)
	})
	mcp.AddTool(s, &mcp.Tool{Name: "grow"}, func(context.Context, *mcp.CallToolRequest, args) (*mcp.CallToolResult, any, error) {
		return text("grown")
	})
	s.AddPrompt(&mcp.Prompt{Name: "greet", Arguments: []*mcp.PromptArgument{{Name: "who"}}}, func(_ context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: "greet " + r.Params.Arguments["who"]}}}}, nil
	})
	s.AddResource(&mcp.Resource{URI: "test://a", Name: "a"}, func(_ context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: r.Params.URI, Text: "a's text", MIMEType: "text/plain"}}}, nil
	})
	s.AddResourceTemplate(&mcp.ResourceTemplate{URITemplate: "test://{x}", Name: "t"}, func(_ context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: r.Params.URI, Text: "any"}}}, nil
	})
	return s
}

// A witness writes down what a client sees.
type witness struct {
	mu   sync.Mutex
	seen []string
}

func (w *witness) saw(what string, v any, err error) {
	b, _ := json.Marshal(v)
	line := what + " " + string(b)
	if err != nil {
		line = what + " failed: " + err.Error()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, line)
}

// tour is a session of a real client that uses all of the server.
func tour(t *testing.T, endpoint string, pingFirst bool) []string {
	t.Helper()
	return tourOver(t, &mcp.StreamableClientTransport{Endpoint: endpoint, MaxRetries: -1}, pingFirst)
}

// tourOver is a tour over any transport.
func tourOver(t *testing.T, transport mcp.Transport, pingFirst bool) []string {
	t.Helper()
	var w, pushed witness // what comes in order, and what comes when it likes
	ctx := t.Context()
	client := mcp.NewClient(&mcp.Implementation{Name: "tourist", Version: "1"}, &mcp.ClientOptions{
		CreateMessageHandler: func(_ context.Context, r *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
			w.saw("asked to sample", r.Params, nil)
			return &mcp.CreateMessageResult{Model: "m", Role: "assistant", Content: &mcp.TextContent{Text: "something"}}, nil
		},
		ElicitationHandler: func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			w.saw("asked", r.Params, nil)
			return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"token": "ann"}}, nil
		},
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			pushed.saw("progress", r.Params, nil)
		},
		LoggingMessageHandler: func(_ context.Context, r *mcp.LoggingMessageRequest) { pushed.saw("log", r.Params, nil) },
	})
	client.AddRoots(&mcp.Root{URI: "file:///home/ann", Name: "home"})
	s, err := client.Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: "2025-11-25"})
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	if pingFirst {
		if err := s.Ping(ctx, nil); err != nil {
			t.Errorf("an extra ping: %v", err)
		}
	}
	w.saw("initialize", s.InitializeResult(), nil)
	call := func(name string, n int, token any) {
		p := &mcp.CallToolParams{Name: name, Arguments: map[string]any{"n": n}}
		if token != nil {
			p.SetProgressToken(token)
		}
		res, err := s.CallTool(ctx, p)
		w.saw(name, res, err)
	}
	w.saw("ping", nil, s.Ping(ctx, nil))
	tools, err := s.ListTools(ctx, nil)
	w.saw("tools", tools, err)
	call("square", 7, nil)
	call("fail", 1, nil)
	call("work", 3, "tok")
	w.saw("set level", nil, s.SetLoggingLevel(ctx, &mcp.SetLoggingLevelParams{Level: "debug"}))
	call("log", 1, nil)
	call("sample", 1, nil)
	call("elicit", 1, nil)
	call("roots", 1, nil)
	resources, err := s.ListResources(ctx, nil)
	w.saw("resources", resources, err)
	templates, err := s.ListResourceTemplates(ctx, nil)
	w.saw("templates", templates, err)
	read, err := s.ReadResource(ctx, &mcp.ReadResourceParams{URI: "test://a"})
	w.saw("read", read, err)
	_, err = s.ReadResource(ctx, &mcp.ReadResourceParams{URI: "nothing://there"})
	w.saw("read nothing", nil, err)
	w.saw("subscribe", nil, s.Subscribe(ctx, &mcp.SubscribeParams{URI: "test://a"}))
	w.saw("unsubscribe", nil, s.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: "test://a"}))
	prompts, err := s.ListPrompts(ctx, nil)
	w.saw("prompts", prompts, err)
	prompt, err := s.GetPrompt(ctx, &mcp.GetPromptParams{Name: "greet", Arguments: map[string]string{"who": "Bo"}})
	w.saw("prompt", prompt, err)
	done, err := s.Complete(ctx, &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "greet"}, Argument: mcp.CompleteParamsArgument{Name: "who", Value: "pa"}})
	w.saw("complete", done, err)
	var parallel witness
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() {
			res, err := s.CallTool(ctx, &mcp.CallToolParams{Name: "square", Arguments: map[string]any{"n": 20 + n}})
			parallel.saw(fmt.Sprint("square of ", 20+n), res, err)
		})
	}
	wg.Wait()
	w.saw("close", nil, s.Close())
	slices.Sort(parallel.seen)
	slices.Sort(pushed.seen) // over some transports it comes beside the answers
	return slices.Concat(w.seen, pushed.seen, parallel.seen)
}

// recordTour records a tour of the server and returns what the client saw.
func recordTour(t *testing.T) (seen []string, path string) {
	t.Helper()
	server := everything()
	live := httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil))
	t.Cleanup(live.Close)
	path = recordThrough(t, live.URL, cassettes.Pretty, func(proxy string) { seen = tour(t, proxy, false) })
	return seen, path
}

// The same client sees the same from the tape as from the server: alone, with
// a ping nobody recorded, and sixteen at once.
func TestTourFromTheTape(t *testing.T) {
	seen, path := recordTour(t)
	t.Run("once", func(t *testing.T) {
		sameTour(t, seen, tour(t, replay.Start(t, path).URL, false))
	})
	t.Run("with a ping first", func(t *testing.T) {
		sameTour(t, seen, tour(t, replay.Start(t, path).URL, true))
	})
	t.Run("sixteen at once", func(t *testing.T) {
		srv := replay.Start(t, path)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() { sameTour(t, seen, tour(t, srv.URL, false)) })
		}
		wg.Wait()
	})
	t.Run("one after the other", func(t *testing.T) {
		srv := replay.Start(t, path)
		for range 3 {
			sameTour(t, seen, tour(t, srv.URL, false))
		}
	})
}

func sameTour(t *testing.T, want, got []string) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("the client saw something else (-live +tape):\n%s", cmp.Diff(want, got))
	}
}
