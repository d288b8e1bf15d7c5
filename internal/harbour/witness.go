package harbour

//lint:file-ignore SA1019 sampling, roots and logging are deprecated, and are spoken all the same

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A Step is one thing that a client did, and all that came of it.
type Step struct {
	Did    string          `json:"did"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
	// What the server said besides: its notifications in their order, but for
	// changes, which come when they like, and are last and sorted.
	Heard []Message `json:"heard,omitempty"`
	// What it asked, in order; of what it asked at once, that may be any.
	Asked []Message `json:"asked,omitempty"`
}

// A Message is a notification of the server, or a question.
type Message struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

// A witness collects what a client hears and is asked.
type witness struct {
	mu     sync.Mutex
	heard  []Message
	asked  []Message
	change chan struct{} // closed and made anew with each message
}

func newWitness() *witness { return &witness{change: make(chan struct{})} }

// client returns a client that can all a server may ask for, and tells the
// witness.
func (w *witness) client() *mcp.Client {
	client := mcp.NewClient(&mcp.Implementation{Name: "pilot", Version: "1.0.0"}, &mcp.ClientOptions{
		Capabilities: &mcp.ClientCapabilities{
			RootsV2:     &mcp.RootCapabilities{},
			Elicitation: &mcp.ElicitationCapabilities{Form: &mcp.FormElicitationCapabilities{}, URL: &mcp.URLElicitationCapabilities{}},
		},
		ElicitationHandler: func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			w.asks("elicitation/create", r.Params)
			if r.Params.URL != "" {
				return &mcp.ElicitResult{Action: "accept"}, nil
			}
			return &mcp.ElicitResult{Action: "accept", Content: fill(r.Params.RequestedSchema)}, nil
		},
		CreateMessageHandler: func(_ context.Context, r *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
			w.asks("sampling/createMessage", r.Params)
			return &mcp.CreateMessageResult{Model: "parrot", Role: "assistant", Content: &mcp.TextContent{Text: "Send a pilot."}, StopReason: "endTurn"}, nil
		},
		// A modern client listens for what it has a handler for.
		ToolListChangedHandler:     func(context.Context, *mcp.ToolListChangedRequest) {},
		PromptListChangedHandler:   func(context.Context, *mcp.PromptListChangedRequest) {},
		ResourceListChangedHandler: func(context.Context, *mcp.ResourceListChangedRequest) {},
	})
	client.AddRoots(&mcp.Root{URI: "file:///charts/north", Name: "the north"}, &mcp.Root{URI: "file:///charts/south"})
	client.AddReceivingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, r mcp.Request) (mcp.Result, error) {
			if strings.HasPrefix(method, "notifications/") {
				defer w.hears(method, r.GetParams())
			}
			return next(ctx, method, r)
		}
	})
	return client
}

// fill fills in a form, by the types of its fields.
func fill(schema any) map[string]any {
	text, _ := json.Marshal(schema)
	var form struct {
		Properties map[string]struct {
			Type string
			Enum []string
		}
		Required []string
	}
	_ = json.Unmarshal(text, &form)
	filled := map[string]any{}
	for _, name := range form.Required {
		switch form.Properties[name].Type {
		case "boolean":
			filled[name] = true
		case "integer", "number":
			filled[name] = 7
		default:
			filled[name] = "Ann"
		}
	}
	return filled
}

func (w *witness) hears(method string, params any) { w.notes(&w.heard, method, params) }
func (w *witness) asks(method string, params any)  { w.notes(&w.asked, method, params) }

func (w *witness) notes(where *[]Message, method string, params any) {
	text, err := plain(params)
	if err != nil {
		text, _ = json.Marshal(err.Error())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	*where = append(*where, Message{method, text})
	close(w.change)
	w.change = make(chan struct{})
}

// step does what is to do and waits for what comes of it.
func (w *witness) step(ctx context.Context, s stop) Step {
	step := Step{Did: s.did}
	answer, err := s.do(ctx)
	if err == nil {
		step.Answer, err = plain(answer)
	}
	if err != nil {
		step.Error = failure(err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.heard.patience)
	defer cancel()
	for {
		w.mu.Lock()
		n, change := len(w.heard), w.change
		w.mu.Unlock()
		if n >= s.heard.n || ctx.Err() != nil {
			break
		}
		select {
		case <-change:
		case <-ctx.Done():
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	step.Heard, step.Asked, w.heard, w.asked = w.heard, w.asked, nil, nil
	slices.SortStableFunc(step.Heard, func(a, b Message) int {
		return strings.Compare(changed(a), changed(b))
	})
	return step
}

// changed returns the method of what tells of a change, which may come on a
// stream of its own, and "" for all else.
func changed(m Message) string {
	if strings.HasSuffix(m.Method, "_changed") || strings.HasSuffix(m.Method, "/updated") {
		return m.Method
	}
	return ""
}

// failure tells of an error what came over the wire.
func failure(err error) json.RawMessage {
	var wire *jsonrpc.Error
	if !errors.As(err, &wire) {
		text, _ := json.Marshal(err.Error())
		return text
	}
	text, _ := json.Marshal(struct {
		Code    int64           `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data,omitempty"`
	}{wire.Code, wire.Message, wire.Data})
	return text
}

// plain is a value as JSON, without the tokens and ids of this run.
func plain(v any) (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil || string(text) == "null" {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	text, err = json.Marshal(without(tree, "progressToken", "elicitationId", mcp.MetaKeySubscriptionID))
	if string(text) == "{}" { // as good as nothing
		return nil, err
	}
	return text, err
}

// without leaves out members by their names, and objects that are empty then.
func without(tree any, names ...string) any {
	switch t := tree.(type) {
	case []any:
		for i := range t {
			t[i] = without(t[i], names...)
		}
	case map[string]any:
		for name, member := range t {
			had := member
			t[name] = without(member, names...)
			if o, is := had.(map[string]any); slices.Contains(names, name) || name == "_meta" && is && len(o) == 0 {
				delete(t, name)
			}
		}
	}
	return tree
}
