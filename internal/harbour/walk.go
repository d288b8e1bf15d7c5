package harbour

//lint:file-ignore SA1019 sampling, roots and logging are deprecated, and are spoken all the same

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Over is Streamable HTTP to a URL. It leaves no connection when its session has
// ended.
func Over(url string) mcp.Transport {
	return &mcp.StreamableClientTransport{Endpoint: url, MaxRetries: -1, HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// ship is the one that is on the lists while Walk is there.
const ship = "Aurora"

// Walk connects a client of the Go SDK that speaks one version of the protocol,
// has it use all that a harbour offers, one thing after the other, and returns what
// it saw. Each step ends when all has come that the harbour says because of it,
// or after some seconds without.
//
// What differs from one run to the next is left out: tokens and ids.
func Walk(ctx context.Context, transport mcp.Transport, version string) (steps []Step, err error) {
	w := newWitness()
	client := w.client()
	session, err := client.Connect(ctx, transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		return nil, fmt.Errorf("connecting with %s: %w", version, err)
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	if got := session.InitializeResult().ProtocolVersion; got != version {
		return nil, fmt.Errorf("connecting with %s: the server speaks %s", version, got)
	}
	v := &visit{session, w, version >= "2026-07-28"}
	for _, stop := range slices.Concat(v.arrival(), v.lists(), v.tools(), v.interviews(), v.reading(), v.changes(), v.mistakes()) {
		steps = append(steps, w.step(ctx, stop))
	}
	return steps, nil
}

// A stop is one thing to do, and what is heard because of it. What a client is
// asked on the way is over when the answer is there.
type stop struct {
	did   string
	do    func(context.Context) (any, error)
	heard company
}

// A company is how many notifications come with an answer, and how long they
// may come after it.
type company struct {
	n        int
	patience time.Duration
}

// The SDK may be late with what came before the answer, and what comes on another
// stream takes its own time. Only where something is lost it is all waited for.
func none() company        { return company{} }
func before(n int) company { return company{n, 5 * time.Second} }
func beside(n int) company { return company{n, time.Minute} }

// A visit is a session that is on its walk.
type visit struct {
	session *mcp.ClientSession
	witness *witness
	modern  bool
}

func (v *visit) arrival() []stop {
	connected := func(context.Context) (any, error) { return v.session.InitializeResult(), nil }
	if v.modern { // and it listens, from here on
		return []stop{{"connect", connected, beside(1)}}
	}
	return []stop{
		{"connect", connected, none()},
		{"ping", func(ctx context.Context) (any, error) { return nil, v.session.Ping(ctx, nil) }, none()},
		{"set the log level", func(ctx context.Context) (any, error) {
			return nil, v.session.SetLoggingLevel(ctx, &mcp.SetLoggingLevelParams{Level: "info"})
		}, none()},
	}
}

func (v *visit) lists() []stop {
	return []stop{
		{"list tools", v.listTools, none()},
		{"list resources", v.listResources, none()},
		{"list templates", func(ctx context.Context) (any, error) { return v.session.ListResourceTemplates(ctx, nil) }, none()},
		{"list prompts", v.listPrompts, none()},
	}
}

// Lists are followed to their last page.
func (v *visit) listTools(ctx context.Context) (any, error) {
	return pages(func(cursor string) (*mcp.ListToolsResult, string, error) {
		r, err := v.session.ListTools(ctx, &mcp.ListToolsParams{Cursor: cursor})
		if err != nil {
			return nil, "", err
		}
		return r, r.NextCursor, nil
	})
}

func (v *visit) listResources(ctx context.Context) (any, error) {
	return pages(func(cursor string) (*mcp.ListResourcesResult, string, error) {
		r, err := v.session.ListResources(ctx, &mcp.ListResourcesParams{Cursor: cursor})
		if err != nil {
			return nil, "", err
		}
		return r, r.NextCursor, nil
	})
}

func (v *visit) listPrompts(ctx context.Context) (any, error) {
	return pages(func(cursor string) (*mcp.ListPromptsResult, string, error) {
		r, err := v.session.ListPrompts(ctx, &mcp.ListPromptsParams{Cursor: cursor})
		if err != nil {
			return nil, "", err
		}
		return r, r.NextCursor, nil
	})
}

func pages[R any](page func(cursor string) (R, string, error)) (all []R, err error) {
	for cursor := ""; ; {
		r, next, err := page(cursor)
		if err != nil {
			return all, err
		}
		all = append(all, r)
		if next == "" {
			return all, nil
		}
		cursor = next
	}
}

func (v *visit) tools() []stop {
	return []stop{
		{"berth", v.calling("berth", Mooring{Ship: ship, Quay: "South"}), none()},
		{"berth, in words that no header takes", v.calling("berth", Mooring{Ship: "Möwe", Quay: " Süd "}), none()},
		{"unload, with progress", func(ctx context.Context) (any, error) {
			return v.session.CallTool(ctx, &mcp.CallToolParams{Name: "unload", Arguments: Cargo{3}, Meta: mcp.Meta{"progressToken": "crane-1"}})
		}, before(3)},
		{"unload, without", v.calling("unload", Cargo{2}), none()},
		{"watch, with log messages", func(ctx context.Context) (any, error) {
			params := &mcp.CallToolParams{Name: "watch"}
			if v.modern {
				params.Meta = mcp.Meta{mcp.MetaKeyLogLevel: "info"}
			}
			return v.session.CallTool(ctx, params)
		}, before(2)},
		{"sink, which fails", v.calling("sink", nil), none()},
	}
}

func (v *visit) calling(tool string, arguments any) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		return v.session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	}
}

func (v *visit) interviews() []stop {
	done := before(1) // a legacy client is told when what was done at a URL is done
	if v.modern {
		done = none()
	}
	return []stop{
		{"register, by a form", v.calling("register", nil), none()},
		{"signal, by sampling", v.calling("signal", nil), none()},
		{"charts, by roots", v.calling("charts", nil), none()},
		{"dues, at a URL", v.calling("dues", nil), done},
		{"clear, in three rounds", v.calling("clear", nil), none()},
		{"get a prompt that asks", func(ctx context.Context) (any, error) {
			return v.session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "report"})
		}, none()},
		{"read a resource that asks", v.reads(sealedURI), none()},
	}
}

func (v *visit) reads(uri string) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		return v.session.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri})
	}
}

func (v *visit) reading() []stop {
	completing := func(ref *mcp.CompleteReference, name, value string) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			return v.session.Complete(ctx, &mcp.CompleteParams{Ref: ref, Argument: mcp.CompleteParamsArgument{Name: name, Value: value}})
		}
	}
	return []stop{
		{"read text", v.reads(logURI), none()},
		{"read a blob", v.reads("harbour://flag"), none()},
		{"read by a template", v.reads("harbour://ships/Kestrel"), none()},
		{"get a prompt", func(ctx context.Context) (any, error) {
			return v.session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "hail", Arguments: map[string]string{"ship": ship, "tongue": "Frisian"}})
		}, none()},
		{"complete for a prompt", completing(&mcp.CompleteReference{Type: "ref/prompt", Name: "hail"}, "tongue", "Fr"), none()},
		{"complete for a template", completing(&mcp.CompleteReference{Type: "ref/resource", URI: "harbour://ships/{ship}"}, "ship", "Au"), none()},
	}
}

func (v *visit) changes() []stop {
	listening := none()
	if v.modern { // it takes a stream of its own
		listening = beside(1)
	}
	return []stop{
		{"subscribe", func(ctx context.Context) (any, error) {
			return nil, v.session.Subscribe(ctx, &mcp.SubscribeParams{URI: logURI})
		}, listening},
		{"enter a ship among the tools", v.calling("enter", Entry{ship, "tools"}), beside(2)},
		{"list tools again", v.listTools, none()},
		{"go on board", v.calling("board_"+ship, nil), none()},
		{"enter it among the resources", v.calling("enter", Entry{ship, "resources"}), beside(2)},
		{"list resources again", v.listResources, none()},
		{"enter it among the prompts", v.calling("enter", Entry{ship, "prompts"}), beside(2)},
		{"list prompts again", v.listPrompts, none()},
		{"strike it off the tools", v.calling("strike", Entry{ship, "tools"}), beside(2)},
		{"list tools at last", v.listTools, none()},
		{"strike it off the resources", v.calling("strike", Entry{ship, "resources"}), beside(2)},
		{"strike it off the prompts", v.calling("strike", Entry{ship, "prompts"}), beside(2)},
		{"unsubscribe", func(ctx context.Context) (any, error) {
			return nil, v.session.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: logURI})
		}, none()},
	}
}

func (v *visit) mistakes() []stop {
	return []stop{
		{"no such tool", v.calling("fly", nil), none()},
		{"wrong arguments", v.calling("unload", map[string]any{"crates": "many"}), none()},
		{"no such resource", v.reads("harbour://moon"), none()},
		{"no such prompt", func(ctx context.Context) (any, error) {
			return v.session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "sing"})
		}, none()},
		{"no such page", func(ctx context.Context) (any, error) {
			return v.session.ListTools(ctx, &mcp.ListToolsParams{Cursor: "none"})
		}, none()},
	}
}
