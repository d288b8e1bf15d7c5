// The visit of the Go SDK, which opens its subscription to the changes of a modern server within Connect.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	v := begin()
	var options *mcp.ClientOptions
	if modern() {
		options = &mcp.ClientOptions{
			ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
				return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"day": "Monday"}}, nil
			},
			ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) {},
		}
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "visitor", Version: "1.0.0"}, options)
	var session *mcp.ClientSession
	tool := wanted()
	forecast := func(ctx context.Context) (string, error) {
		r, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool.Name, Arguments: tool.Arguments})
		if err != nil {
			return "", err
		}
		return said(r), nil
	}
	if !v.step("connect", func(ctx context.Context) (_ string, err error) {
		session, err = client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: os.Getenv("MCPMOCK_URL")}, nil)
		return "done", err
	}) {
		return
	}
	v.step("list", func(ctx context.Context) (string, error) {
		r, err := session.ListTools(ctx, nil)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d tools", len(r.Tools)), nil
	})
	v.step("call 1", forecast)
	v.step("call 2", forecast)
	v.stay()
	v.step("call 3", forecast)
	v.step("close", func(context.Context) (string, error) { return "done", session.Close() })
}

func said(r *mcp.CallToolResult) string {
	text := ""
	if len(r.Content) > 0 {
		if c, ok := r.Content[0].(*mcp.TextContent); ok {
			text = c.Text
		}
	}
	if r.IsError {
		return "isError: " + text
	}
	return text
}
