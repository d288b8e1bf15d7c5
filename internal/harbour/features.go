package harbour

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const logURI = "harbour://log"

func addResources(s *mcp.Server) {
	s.AddResource(&mcp.Resource{URI: logURI, Name: "log", Description: "Who lies in the harbour.", MIMEType: "text/plain"},
		func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			return text(logURI, "The harbour is open."), nil
		})
	s.AddResource(&mcp.Resource{URI: "harbour://flag", Name: "flag", Description: "The flag of the harbour.", MIMEType: "image/gif"},
		func(_ context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: r.Params.URI, MIMEType: "image/gif", Blob: []byte("GIF89a\x01\x00\x01\x00")}}}, nil
		})
	for _, quay := range []string{"north", "south", "east"} {
		s.AddResource(&mcp.Resource{URI: "harbour://quays/" + quay, Name: quay, MIMEType: "text/plain"}, lying)
	}
	s.AddResourceTemplate(&mcp.ResourceTemplate{URITemplate: "harbour://ships/{ship}", Name: "ship", Description: "What is known of a ship.", MIMEType: "text/plain"}, lying)
	s.AddResourceTemplate(&mcp.ResourceTemplate{URITemplate: "harbour://crews/{ship}", Name: "crew", MIMEType: "text/plain"}, lying)
}

func lying(_ context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	_, what, _ := strings.Cut(r.Params.URI, "//")
	return text(r.Params.URI, "Nothing is known of "+what+"."), nil
}

func addPrompts(s *mcp.Server) {
	s.AddPrompt(&mcp.Prompt{Name: "hail", Description: "How to hail a ship.", Arguments: []*mcp.PromptArgument{
		{Name: "ship", Description: "The name of the ship.", Required: true},
		{Name: "tongue", Description: "In which language."},
	}}, func(_ context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return spoken(fmt.Sprintf("Hail the %s in %s.", r.Params.Arguments["ship"], r.Params.Arguments["tongue"])), nil
	})
}

// complete completes languages, for the prompt hail, and ships, for resources.
func complete(_ context.Context, r *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	all := []string{"Finnish", "French", "Frisian"}
	if r.Params.Ref.Type == "ref/resource" {
		all = []string{"Aurora", "Avocet"}
	}
	all = slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, r.Params.Argument.Value) })
	return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: all, Total: len(all)}}, nil
}

// enter puts a ship on a list. Who listens hears of each list at another time.
func enter(s *mcp.Server, in Entry) {
	switch in.List {
	case "tools":
		board := func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
			return said("you are on board of " + in.Ship), nil, nil
		}
		mcp.AddTool(s, &mcp.Tool{Name: "board_" + in.Ship, Description: "Goes on board."}, board)
	case "resources":
		s.AddResource(&mcp.Resource{URI: "harbour://ships/" + in.Ship, Name: in.Ship, MIMEType: "text/plain"}, lying)
	case "prompts":
		s.AddPrompt(&mcp.Prompt{Name: "greet_" + in.Ship}, func(context.Context, *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return spoken("Greet the " + in.Ship + "."), nil
		})
	}
}

// strike takes a ship off a list. One that is not there is off it.
func strike(s *mcp.Server, in Entry) {
	switch in.List {
	case "tools":
		s.RemoveTools("board_" + in.Ship)
	case "resources":
		s.RemoveResources("harbour://ships/" + in.Ship)
	case "prompts":
		s.RemovePrompts("greet_" + in.Ship)
	}
}

// logged tells who has subscribed to it that the log has changed. It comes before
// the change of a list: that is told of some time later, which may be any.
func logged(ctx context.Context, s *mcp.Server) error {
	return s.ResourceUpdated(ctx, &mcp.ResourceUpdatedNotificationParams{URI: logURI})
}

func text(uri, text string) *mcp.ReadResourceResult {
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: uri, MIMEType: "text/plain", Text: text}}}
}

func spoken(words string) *mcp.GetPromptResult {
	return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: words}}}}
}
