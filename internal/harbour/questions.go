package harbour

//lint:file-ignore SA1019 sampling, roots and logging are deprecated, and are spoken all the same

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// addInterviews adds what asks before it answers: tools, a prompt, a resource.
func addInterviews(s *mcp.Server) {
	for _, t := range []struct {
		name, about string
		rounds      []round
	}{
		{"register", "Asks for the master's name, with a form.", []round{master}},
		{"signal", "Has the client's model word a signal.", []round{signal}},
		{"charts", "Asks for the places that the client's charts show.", []round{charts}},
		{"dues", "Sends the master to a page where dues are paid.", []round{dues}},
		{"clear", "Clears a ship: in three rounds, of which the second asks two things.", []round{master, papers, oath}},
	} {
		mcp.AddTool(s, &mcp.Tool{Name: t.name, Description: t.about}, func(ctx context.Context, r *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			got, q, err := asker{r.Session, r.ProtocolVersion(), r.Params.InputResponses, r.Params.RequestState}.interview(ctx, t.rounds...)
			if err != nil || q.ask != nil {
				return &mcp.CallToolResult{InputRequests: q.ask, RequestState: q.state}, nil, err
			}
			return said(t.name + ": " + got.list()), nil, nil
		})
	}
	s.AddPrompt(&mcp.Prompt{Name: "report", Description: "A report to the owner, in the master's name."},
		func(ctx context.Context, r *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			got, q, err := asker{r.Session, r.ProtocolVersion(), r.Params.InputResponses, r.Params.RequestState}.interview(ctx, master)
			if err != nil || q.ask != nil {
				return &mcp.GetPromptResult{InputRequests: q.ask, RequestState: q.state}, err
			}
			return spoken("Report to the owner. " + got.list()), nil
		})
	s.AddResource(&mcp.Resource{URI: sealedURI, Name: "sealed", Description: "Orders that only a master may read.", MIMEType: "text/plain"},
		func(ctx context.Context, r *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
			got, q, err := asker{r.Session, r.ProtocolVersion(), r.Params.InputResponses, r.Params.RequestState}.interview(ctx, master)
			if err != nil || q.ask != nil {
				return &mcp.ReadResourceResult{InputRequests: q.ask, RequestState: q.state}, err
			}
			return text(sealedURI, "Sail at dawn. "+got.list()), nil
		})
}

const sealedURI = "harbour://sealed"

func master(answers) mcp.InputRequestMap {
	return mcp.InputRequestMap{"master": &mcp.ElicitParams{
		Message: "Who is the master?",
		RequestedSchema: json.RawMessage(`{"type":"object","required":["name"],"properties":{` +
			`"name":{"type":"string","title":"Name","minLength":1},` +
			`"rank":{"type":"string","enum":["captain","mate"],"default":"captain"},` +
			`"years":{"type":"integer","minimum":0}}}`),
	}}
}

func signal(answers) mcp.InputRequestMap {
	return mcp.InputRequestMap{"signal": &mcp.CreateMessageParams{
		MaxTokens: 20, SystemPrompt: "You are a signaller.",
		Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: "Ask for a pilot."}}},
	}}
}

func charts(answers) mcp.InputRequestMap {
	return mcp.InputRequestMap{"charts": &mcp.ListRootsParams{}}
}

func dues(answers) mcp.InputRequestMap {
	return mcp.InputRequestMap{"dues": &mcp.ElicitParams{Message: "Pay the dues.", URL: "https://harbour.example/dues"}}
}

func papers(answers) mcp.InputRequestMap {
	both := charts(nil)
	maps.Copy(both, signal(nil))
	return both
}

func oath(got answers) mcp.InputRequestMap {
	return mcp.InputRequestMap{"oath": &mcp.ElicitParams{
		Message:         fmt.Sprintf("You say: %s. Is it true?", got.list()),
		RequestedSchema: json.RawMessage(`{"type":"object","required":["true"],"properties":{"true":{"type":"boolean"}}}`),
	}}
}

// list says what was answered, in the order of the keys.
func (a answers) list() string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(a)) {
		all = append(all, fmt.Sprintf("%s is %q", key, a[key]))
	}
	return strings.Join(all, "; ")
}
