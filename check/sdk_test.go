package check

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// realServer is a server of the Go SDK with something of everything.
func realServer() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "real", Version: "1"}, nil)
	schema := json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","x-mcp-header":"City"},"days":{"type":"integer","x-mcp-header":"Days"}},"required":["city","days"]}`)
	s.AddTool(&mcp.Tool{Name: "forecast", InputSchema: schema, Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}}, telling("fair"))
	s.AddTool(&mcp.Tool{Name: "time", InputSchema: json.RawMessage(`{"type":"object"}`), Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}}, telling("noon"))
	s.AddPrompt(&mcp.Prompt{Name: "ask"}, func(context.Context, *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{}, nil
	})
	s.AddResource(&mcp.Resource{Name: "notes", URI: "file:///notes"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: "file:///notes", Text: "none"}}}, nil
	})
	return s
}

func telling(text string) mcp.ToolHandler {
	return func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil
	}
}

// TestRealServer holds that of a server of the Go SDK 1.8.0 that has both eras
// nothing is found but what it is known to do otherwise.
func TestRealServer(t *testing.T) {
	s := realServer()
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, &mcp.StreamableHTTPOptions{Stateless: true})
	r, err := checkedByTCP(t, handler, "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]Verdict{
		"origin": Note, "modern-origin": Note, // it looks at the Host alone
		"modern-name-encoded":  Broken, // it does not decode Base64 in Mcp-Name
		"modern-doubled":       Note,   // it looks at the first line
		"modern-last-event-id": Note,   // it refuses the header
		"modern-log-level":     Note,   // it takes any level
		"modern-response":      Note,   // it takes responses
		"modern-buffering":     Note,   // it does not send the header
	}
	for _, f := range r.Findings {
		want := known[f.Rule]
		if want == "" {
			want = OK
		}
		if f.Verdict != want {
			t.Errorf("%s: %s, not %s: %s", f.Rule, f.Verdict, want, f.Saw)
		}
	}
	for _, rule := range []string{"session-missing", "modern-header-param", "modern-header-integer", "modern-tools-call", "modern-no-resource", "modern-listen-filter"} {
		if findingOf(r, rule) == nil {
			t.Errorf("nothing about %s", rule)
		}
	}
	if !slices.Equal(r.Eras, []string{"legacy", "modern"}) {
		t.Errorf("eras %q", r.Eras)
	}
}

// TestRealServerOfOneEra holds that one with sessions, which has no revision
// without initialize, is not asked for it, and not complained of.
func TestRealServerOfOneEra(t *testing.T) {
	s := realServer()
	r, err := checkedByTCP(t, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, nil), "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	if f := findingOf(r, "modern-probe"); f == nil || f.Verdict != OK || findingOf(r, "modern-discover") != nil || !slices.Equal(r.Eras, []string{"legacy"}) {
		t.Errorf("%+v, eras %q", f, r.Eras)
	}
}

// TestRealServerOverStdio is the same over stdio, where the SDK has both eras.
func TestRealServerOverStdio(t *testing.T) {
	t.Setenv(asServer, "sdk")
	r, err := Stdio(t.Context(), []string{os.Args[0]}, func(o *options) { o.answerWithin, o.quietFor = 20*time.Second, 50*time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		want := OK
		switch f.Rule {
		case "malformed": // what it cannot read ends it
			want = Note
		case "modern-log-level":
			want = Note
		}
		if f.Verdict != want {
			t.Errorf("%s: %s, not %s: %s", f.Rule, f.Verdict, want, f.Saw)
		}
	}
	if findingOf(r, "modern-listen-filter") == nil || !slices.Equal(r.Eras, []string{"legacy", "modern"}) {
		t.Errorf("eras %q, %d findings", r.Eras, len(r.Findings))
	}
}
