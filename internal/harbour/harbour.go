// Package harbour is a real MCP server that uses all of the protocol, of
// both eras, and a client that uses all of the server.
//
//	srv := httptest.NewServer(harbour.Modern())
//	steps, err := harbour.Walk(ctx, harbour.Over(srv.URL+harbour.Path), "2026-07-28")
//
// It is the office of a harbour: it gives ships a berth, unloads them, and asks
// their masters for papers. What it says depends on what it is asked and on the
// ships that lie there alone, and Walk leaves the harbour as it found it: a
// second walk sees what the first one saw, and two recordings are the same tape.
//
// What this does not do: no ship ever comes. And since the SDK serves the
// modern era over HTTP without sessions alone, there is a handler for each era.
package harbour

import (
	"context"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Path is where the handlers serve the endpoint.
const Path = "/mcp"

// perPage is how many tools, resources or prompts a page of a list has: few, so
// that there is more than one page.
const perPage = 4

// Legacy serves the harbour over Streamable HTTP with sessions, each with a
// harbour of its own: the era of the initialize handshake.
func Legacy() http.Handler {
	return serve(func(*http.Request) *mcp.Server { return New() }, nil)
}

// Modern serves one harbour over Streamable HTTP without sessions: the era in
// which each request carries what the server must know of the client.
func Modern() http.Handler {
	server := New()
	return serve(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true})
}

func serve(server func(*http.Request) *mcp.Server, options *mcp.StreamableHTTPOptions) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(Path, mcp.NewStreamableHTTPHandler(server, options))
	return mux
}

// New returns a harbour, for any transport. Over stdio it speaks both eras.
func New() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "harbour", Title: "Harbour of no coast", Version: "1.0.0"}, &mcp.ServerOptions{
		Instructions:       "Ask for a berth first, and clear a ship before it is unloaded.",
		PageSize:           perPage,
		CompletionHandler:  complete,
		SubscribeHandler:   func(context.Context, *mcp.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
	})
	addTools(s)
	addInterviews(s)
	addResources(s)
	addPrompts(s)
	return s
}
