// The visit of mark3labs/mcp-go, which opens the standalone stream only where it is told to, and then speaks the legacy
// era alone.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

type answers struct{}

func (answers) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{
		Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"day": "Monday"},
	}}, nil
}

func open(url string) (*client.Client, error) {
	if !modern() {
		return client.NewStreamableHttpClient(url, transport.WithContinuousListening())
	}
	over, err := transport.NewStreamableHTTP(url)
	if err != nil {
		return nil, err
	}
	return client.NewClient(over, client.WithElicitationHandler(answers{})), nil
}

func main() {
	v := begin()
	var c *client.Client
	tool := wanted()
	forecast := func(ctx context.Context) (string, error) {
		r, err := c.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool.Name, Arguments: tool.Arguments}})
		if err != nil {
			return "", err
		}
		return said(r), nil
	}
	if !v.step("connect", func(ctx context.Context) (_ string, err error) {
		if c, err = open(os.Getenv("MCPMOCK_URL")); err != nil {
			return "", err
		}
		if err = c.Start(context.Background()); err != nil { // its context is the stream's, too
			return "", err
		}
		hello := mcp.InitializeRequest{Params: mcp.InitializeParams{
			ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION,
			ClientInfo:      mcp.Implementation{Name: "visitor", Version: "1.0.0"},
		}}
		_, err = c.Initialize(ctx, hello)
		return "done", err
	}) {
		return
	}
	v.step("list", func(ctx context.Context) (string, error) {
		r, err := c.ListTools(ctx, mcp.ListToolsRequest{})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d tools", len(r.Tools)), nil
	})
	if modern() && mcp.IsModernProtocol(c.ProtocolVersion()) {
		v.step("listen", func(context.Context) (string, error) {
			_, err := c.ListenAsync(context.Background(), mcp.SubscriptionFilter{ToolsListChanged: true}, func(error) {})
			return "done", err
		})
	}
	v.step("call 1", forecast)
	v.step("call 2", forecast)
	v.stay()
	v.step("call 3", forecast)
	v.step("close", func(context.Context) (string, error) { return "done", c.Close() })
}

func said(r *mcp.CallToolResult) string {
	text := ""
	if len(r.Content) > 0 {
		if c, ok := r.Content[0].(mcp.TextContent); ok {
			text = c.Text
		}
	}
	if r.IsError {
		return "isError: " + text
	}
	return text
}
