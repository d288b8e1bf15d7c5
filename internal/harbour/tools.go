package harbour

//lint:file-ignore SA1019 sampling, roots and logging are deprecated, and are spoken all the same

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// addTools adds the tools that answer without asking.
func addTools(s *mcp.Server) {
	// A berth's quay also travels in a header of a modern request.
	mcp.AddTool(s, &mcp.Tool{
		Name: "berth", Description: "Where a ship may lie.",
		InputSchema: json.RawMessage(`{"type":"object","required":["ship"],"properties":{` +
			`"ship":{"type":"string","description":"the name of a ship"},` +
			`"quay":{"type":"string","description":"the quay it wishes for","x-mcp-header":"Quay"}}}`),
	}, berth)
	mcp.AddTool(s, &mcp.Tool{Name: "unload", Description: "Unloads crates, and reports each."}, unload)
	mcp.AddTool(s, &mcp.Tool{Name: "watch", Description: "Looks out, and logs what is seen."}, watch)
	mcp.AddTool(s, &mcp.Tool{Name: "sink", Description: "Does what no harbour does, and fails."}, sink)
	mcp.AddTool(s, &mcp.Tool{Name: "enter", Description: "Enters a ship on a list, and in the log."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in Entry) (*mcp.CallToolResult, any, error) {
			if !slices.Contains([]string{"tools", "resources", "prompts"}, in.List) {
				return nil, nil, fmt.Errorf("no list of %s: there are tools, resources and prompts", in.List)
			}
			if err := logged(ctx, s); err != nil {
				return nil, nil, err
			}
			enter(s, in)
			return said(in.Ship + " is entered among the " + in.List), nil, nil
		})
	mcp.AddTool(s, &mcp.Tool{Name: "strike", Description: "Strikes a ship off a list, and writes it in the log."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in Entry) (*mcp.CallToolResult, any, error) {
			if err := logged(ctx, s); err != nil {
				return nil, nil, err
			}
			strike(s, in)
			return said(in.Ship + " is struck off the " + in.List), nil, nil
		})
}

// An Entry is the argument of enter and strike.
type Entry struct {
	Ship string `json:"ship" jsonschema:"the name of a ship"`
	List string `json:"list" jsonschema:"tools, resources or prompts"`
}

// A Mooring is the argument of berth.
type Mooring struct {
	Ship string `json:"ship"`
	Quay string `json:"quay,omitempty"`
}

// A Berth is the answer of berth.
type Berth struct {
	Ship  string  `json:"ship"`
	Quay  string  `json:"quay"`
	Depth float64 `json:"depth" jsonschema:"in metres"`
}

func berth(_ context.Context, _ *mcp.CallToolRequest, in Mooring) (*mcp.CallToolResult, Berth, error) {
	b := Berth{Ship: in.Ship, Quay: in.Quay, Depth: 7.5}
	if b.Quay == "" {
		b.Quay = "North"
	}
	return said(fmt.Sprintf("%s lies at %s quay, in %.1f m", b.Ship, b.Quay, b.Depth)), b, nil
}

// A Cargo is the argument of unload.
type Cargo struct {
	Crates int `json:"crates" jsonschema:"how many, 1 to 100"`
}

func unload(ctx context.Context, r *mcp.CallToolRequest, in Cargo) (*mcp.CallToolResult, any, error) {
	if in.Crates < 1 || in.Crates > 100 {
		return nil, nil, fmt.Errorf("no crane for %d crates: unload 1 to 100", in.Crates)
	}
	token := r.Params.GetProgressToken()
	for crate := range in.Crates {
		if token == nil {
			break
		}
		err := r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
			ProgressToken: token, Progress: float64(crate + 1), Total: float64(in.Crates), Message: fmt.Sprintf("crate %d is ashore", crate+1),
		})
		if err != nil {
			return nil, nil, fmt.Errorf("reporting progress: %w", err)
		}
	}
	return said(fmt.Sprintf("%d crates are ashore", in.Crates)), nil, nil
}

func watch(ctx context.Context, r *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
	for _, m := range []mcp.LoggingMessageParams{
		{Level: "debug", Logger: "tower", Data: "nothing yet"},
		{Level: "info", Logger: "tower", Data: map[string]any{"seen": "a sail", "bearing": 270}},
		{Level: "warning", Logger: "tower", Data: "fog"},
	} {
		if err := r.Session.Log(ctx, &m); err != nil {
			return nil, nil, fmt.Errorf("logging: %w", err)
		}
	}
	return said("the watch is over"), nil, nil
}

func sink(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
	return nil, nil, fmt.Errorf("it floats")
}

// said is a tool's result of one line.
func said(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}
