package weather

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A Sight is one thing that a client did and what it saw.
type Sight struct {
	Did string
	Saw string
}

// Visit connects a client of the Go SDK to a weather server, uses everything
// that it offers, one after the other, and returns what the client saw.
func Visit(ctx context.Context, url string) ([]Sight, error) {
	// Connections of its own: none is left when the visit is over.
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	sights, err := VisitBy(ctx, &mcp.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: transport}, MaxRetries: -1})
	if err != nil {
		err = fmt.Errorf("visiting %s: %w", url, err)
	}
	return sights, err
}

// VisitBy is Visit over any transport.
func VisitBy(ctx context.Context, transport mcp.Transport) (sights []Sight, err error) {
	var progress steps
	client := mcp.NewClient(&mcp.Implementation{Name: "traveller", Version: "1.0.0"}, &mcp.ClientOptions{
		Capabilities:                &mcp.ClientCapabilities{},
		ProgressNotificationHandler: progress.add,
	})
	session, err := client.Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: "2025-11-25"})
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	info := session.InitializeResult()
	sights = append(sights, Sight{"initialize", fmt.Sprintf("%s %s, %s", info.ServerInfo.Name, info.ServerInfo.Version, info.ProtocolVersion)})

	for _, step := range [...]struct {
		did string
		do  func() (string, error)
	}{
		{"tools/list", func() (string, error) {
			r, err := session.ListTools(ctx, nil)
			if err != nil {
				return "", err
			}
			return names(r.Tools, func(t *mcp.Tool) string { return t.Name }), nil
		}},
		{"get_forecast Oslo", func() (string, error) { return call(ctx, session, "get_forecast", City{City: "Oslo"}) }},
		{"get_forecast Lima, 2 days", func() (string, error) { return call(ctx, session, "get_forecast", City{City: "Lima", Days: 2}) }},
		{"get_alerts West", func() (string, error) { return call(ctx, session, "get_alerts", Region{Region: "West"}) }},
		{"get_climate Oslo, 3 years", func() (string, error) {
			saw, err := call(ctx, session, "get_climate", Span{City: "Oslo", Years: 3})
			return saw + ", after " + progress.heard(ctx, 3), err
		}},
		{"prompts/get pack", func() (string, error) {
			r, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "pack", Arguments: map[string]string{"city": "Oslo"}})
			if err != nil {
				return "", err
			}
			return r.Description, nil
		}},
		{"resources/read stations", func() (string, error) {
			r, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: stationsURI})
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d lines of %s", strings.Count(r.Contents[0].Text, "\n"), r.Contents[0].MIMEType), nil
		}},
	} {
		saw, err := step.do()
		if err != nil {
			return sights, fmt.Errorf("%s: %w", step.did, err)
		}
		sights = append(sights, Sight{step.did, saw})
	}
	return sights, nil
}

// call calls a tool and returns its structured answer as text.
func call(ctx context.Context, session *mcp.ClientSession, tool string, arguments any) (string, error) {
	params := &mcp.CallToolParams{Name: tool, Arguments: arguments}
	if tool == "get_climate" {
		params.Meta = mcp.Meta{"progressToken": "climate-1"}
	}
	r, err := session.CallTool(ctx, params)
	if err != nil {
		return "", err
	}
	if r.IsError {
		return "", fmt.Errorf("the tool failed: %s", r.Content[0].(*mcp.TextContent).Text)
	}
	text, err := json.Marshal(r.StructuredContent)
	return string(text), err
}

func names[T any](all []T, name func(T) string) string {
	var s []string
	for _, one := range all {
		s = append(s, name(one))
	}
	slices.Sort(s)
	return strings.Join(s, ", ")
}

// steps collects the progress that a client hears of. The zero value is ready.
type steps struct {
	mu     sync.Mutex
	said   []string
	change chan struct{} // closed at the next step, where somebody waits for it
}

func (s *steps) add(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, r.Params.Message)
	if s.change != nil {
		close(s.change)
		s.change = nil
	}
}

// heard waits for n steps, which a client may be told after the answer, and
// returns those that came.
func (s *steps) heard(ctx context.Context, n int) string {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		s.mu.Lock()
		said := strings.Join(s.said, ", ")
		if len(s.said) >= n || ctx.Err() != nil {
			s.mu.Unlock()
			return said
		}
		if s.change == nil {
			s.change = make(chan struct{})
		}
		change := s.change
		s.mu.Unlock()
		select {
		case <-change:
		case <-ctx.Done():
		}
	}
}
