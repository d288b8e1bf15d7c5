package recorder

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// ferry is a real server of the modern era: it confirms what it does, in
// rounds; it tells of its progress; and one of its tools brings another.
func ferry() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "ferry", Version: "1"}, nil)
	text := func(format string, args ...any) *mcp.CallToolResult {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: fmt.Sprintf(format, args...)}}}
	}
	s.AddTool(&mcp.Tool{Name: "berth", InputSchema: json.RawMessage(`{"type":"object","properties":{
		"quay":{"type":"string","x-mcp-header":"Quay"},
		"pin":{"type":"string","x-mcp-header":"Pin"},
		"ship":{"type":"object","properties":{"length":{"type":"integer","x-mcp-header":"Ship-Length"}}}}}`)},
		func(_ context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return text("berthed: %s", req.Params.Arguments), nil
		})
	type none struct{}
	mcp.AddTool(s, &mcp.Tool{Name: "leave"}, func(_ context.Context, req *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
		answer, ok := req.Params.InputResponses["sure"].(*mcp.ElicitResult)
		if !ok {
			return &mcp.CallToolResult{
				InputRequests: mcp.InputRequestMap{"sure": &mcp.ElicitParams{Message: "Leave now?", RequestedSchema: map[string]any{"type": "object"}}},
				RequestState:  "leaving." + rand.Text(),
			}, nil, nil
		}
		return text("%s, %v", answer.Action, strings.HasPrefix(req.Params.RequestState, "leaving.")), nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "load"}, func(ctx context.Context, req *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
		for i := range 2 {
			if err := req.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: req.Params.GetProgressToken(), Progress: float64(i + 1), Message: "crate"}); err != nil {
				return nil, nil, err
			}
		}
		return text("loaded"), nil, nil
	})
	// Listeners hear of the new tool some time later: the answer comes after that,
	// since on one pipe one of the two must.
	var mu sync.Mutex
	told := func() {}
	s.AddSendingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			r, err := next(ctx, method, req)
			if method == "notifications/tools/list_changed" {
				mu.Lock()
				told()
				mu.Unlock()
			}
			return r, err
		}
	})
	mcp.AddTool(s, &mcp.Tool{Name: "build"}, func(ctx context.Context, _ *mcp.CallToolRequest, _ none) (*mcp.CallToolResult, any, error) {
		heard := make(chan struct{})
		mu.Lock()
		told = sync.OnceFunc(func() { close(heard) })
		mu.Unlock()
		mcp.AddTool(s, &mcp.Tool{Name: "crane"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
			return text("lifted"), nil, nil
		})
		select {
		case <-heard:
		case <-ctx.Done():
		}
		return text("built"), nil, nil
	})
	s.AddResource(&mcp.Resource{URI: "ferry://tide", Name: "tide"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: "ferry://tide", Text: "high"}}}, nil
	})
	return s
}

// ferryHandler serves a ferry of its own over HTTP, as the modern era has
// it: without sessions.
func ferryHandler() http.Handler {
	s := ferry()
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, &mcp.StreamableHTTPOptions{Stateless: true})
}

// sail visits a ferry, one thing after the other, and returns what a client
// sees of it.
func sail(ctx context.Context, transport mcp.Transport) (saw []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	heard := make(chan string, 10)
	c := mcp.NewClient(&mcp.Implementation{Name: "sailor", Version: "1"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, req *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"asked": req.Params.Message}}, nil
		},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { heard <- "tools changed" },
		ProgressNotificationHandler: func(_ context.Context, req *mcp.ProgressNotificationClientRequest) {
			heard <- fmt.Sprint(req.Params.ProgressToken, " ", req.Params.Message, " ", req.Params.Progress)
		},
	})
	session, err := c.Connect(ctx, transport, nil)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	defer func() {
		if cerr := session.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("closing: %w", cerr)
		}
	}()
	see := func(format string, args ...any) { saw = append(saw, fmt.Sprintf(format, args...)) }
	hear := func(n int) {
		var said []string
		for range n {
			select {
			case s := <-heard:
				said = append(said, s)
			case <-ctx.Done():
				said = append(said, "nothing")
			}
		}
		slices.Sort(said) // notifications and answers overtake each other on their way to handlers
		see("heard %q", said)
	}
	list := func() {
		tools, err := session.ListTools(ctx, nil)
		if err != nil {
			see("no tools: %v", err)
			return
		}
		for _, t := range tools.Tools {
			see("tool %s", t.Name)
		}
	}
	call := func(name string, arguments any, token any) {
		params := &mcp.CallToolParams{Name: name, Arguments: arguments}
		if token != nil {
			params.SetProgressToken(token)
		}
		r, err := session.CallTool(ctx, params)
		switch {
		case err != nil:
			see("%s fails", name) // in words that differ from transport to transport
		case len(r.Content) == 1:
			see("%s, error %v: %s", name, r.IsError, r.Content[0].(*mcp.TextContent).Text)
		default:
			see("%s says nothing", name)
		}
	}
	see("speaking %s with %s", session.InitializeResult().ProtocolVersion, session.InitializeResult().ServerInfo.Name)
	list()
	call("berth", map[string]any{"quay": "Zürich", "pin": "1234", "ship": map[string]any{"length": 42}}, nil)
	call("berth", map[string]any{"quay": "east"}, nil)
	call("leave", nil, nil)
	call("load", nil, "crates")
	hear(2)
	call("build", nil, nil)
	hear(1)
	list()
	call("sink", nil, nil)
	r, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "ferry://tide"})
	if err != nil {
		return saw, err
	}
	see("tide %s", r.Contents[0].Text)
	return saw, nil
}
