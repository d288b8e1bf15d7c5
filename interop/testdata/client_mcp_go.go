// The visit of mark3labs/mcp-go, which opens the standalone stream only where it is told to.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

func main() {
	v := begin()
	var c *client.Client
	forecast := func(ctx context.Context) (string, error) {
		r, err := c.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "get_forecast", Arguments: map[string]any{"city": "Oslo"}}})
		if err != nil {
			return "", err
		}
		return said(r), nil
	}
	if !v.step("connect", func(ctx context.Context) (_ string, err error) {
		if c, err = client.NewStreamableHttpClient(os.Getenv("MCPMOCK_URL"), transport.WithContinuousListening()); err != nil {
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
