// A server of the Go SDK with one tool. It is no part of the module: it is
// built beside it, once for each version of the SDK.
//
//	dialects_server -listen 127.0.0.1:PORT [-stateless]
package main

import (
	"context"
	"flag"
	"log"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "the address to listen on")
	stateless := flag.Bool("stateless", false, "keep no sessions")
	flag.Parse()

	server := mcp.NewServer(&mcp.Implementation{Name: "dialect", Version: "1.0.0"}, nil)
	type none struct{}
	mcp.AddTool(server, &mcp.Tool{Name: "greet"}, func(context.Context, *mcp.CallToolRequest, none) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "hello"}}}, nil, nil
	})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: *stateless})
	log.Fatal(http.ListenAndServe(*listen, handler))
}
