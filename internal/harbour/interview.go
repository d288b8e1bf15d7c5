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

// Answers are what a client has answered, in short, by the keys of questions.
type answers map[string]string

// A round is what a client is asked at once, which may depend on what it
// answered in earlier rounds.
type round func(answers) mcp.InputRequestMap

// An asker is a request that may be answered with questions.
type asker struct {
	session *mcp.ServerSession
	version string               // of the protocol the client speaks
	given   mcp.InputResponseMap // its answers to the round before
	state   string               // of the interview, as it was told
}

// Questions are what a modern client has still to answer, and the state with
// which it comes back. There are none where the interview is over.
type questions struct {
	ask   mcp.InputRequestMap
	state string
}

// A course is the state of an interview between two requests.
type course struct {
	Round int     `json:"round"`
	Got   answers `json:"got"`
}

// interview asks a client in rounds. A legacy client is asked while its request
// waits, one question after the other. A modern one gets the questions of a round in
// place of an answer, and comes back with its own.
//
// The SDK would ask legacy clients by itself, but for one round alone, and in no
// order.
func (a asker) interview(ctx context.Context, rounds ...round) (answers, questions, error) {
	c := course{Got: answers{}}
	if a.state != "" {
		if err := json.Unmarshal([]byte(a.state), &c); err != nil {
			return nil, questions{}, fmt.Errorf("state of the interview: %w", err)
		}
	}
	for ; c.Round < len(rounds); c.Round++ {
		asked, given := rounds[c.Round](c.Got), a.given
		switch {
		case a.version < "2026-07-28":
			var err error
			if given, err = a.inTurn(ctx, asked); err != nil {
				return nil, questions{}, err
			}
		case given == nil && c.Round == 0: // there is nothing to remember yet
			return nil, questions{ask: asked}, nil
		case given == nil:
			state, err := json.Marshal(c)
			return nil, questions{asked, string(state)}, err
		}
		for key := range asked {
			c.Got[key] = inShort(given[key])
		}
		a.given = nil
	}
	return c.Got, questions{}, nil
}

// inTurn asks a legacy client each question by a request of its own.
func (a asker) inTurn(ctx context.Context, asked mcp.InputRequestMap) (mcp.InputResponseMap, error) {
	given := mcp.InputResponseMap{}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		var answer mcp.InputResponse
		var err error
		switch q := asked[key].(type) {
		case *mcp.ElicitParams:
			if q.URL != "" {
				q.ElicitationID = key // which the modern era has no more
			}
			answer, err = a.session.Elicit(ctx, q)
			if err == nil && q.URL != "" {
				err = a.session.NotifyElicitationComplete(ctx, &mcp.ElicitationCompleteParams{ElicitationID: key})
			}
		case *mcp.CreateMessageParams:
			answer, err = a.session.CreateMessage(ctx, q)
		case *mcp.ListRootsParams:
			answer, err = a.session.ListRoots(ctx, q)
		}
		if err != nil {
			return nil, fmt.Errorf("asking for %s: %w", key, err)
		}
		given[key] = answer
	}
	return given, nil
}

// inShort says what a client answered in a few words.
func inShort(answer mcp.InputResponse) string {
	switch a := answer.(type) {
	case *mcp.ElicitResult:
		var fields []string
		for _, name := range slices.Sorted(maps.Keys(a.Content)) {
			fields = append(fields, fmt.Sprintf("%s %v", name, a.Content[name]))
		}
		return strings.Join(append([]string{a.Action}, fields...), ", ")
	case *mcp.CreateMessageResult:
		return words(a.Content)
	case *mcp.CreateMessageWithToolsResult:
		return words(a.Content...)
	case *mcp.ListRootsResult:
		var all []string
		for _, root := range a.Roots {
			all = append(all, root.URI)
		}
		return strings.Join(all, ", ")
	}
	return "no answer"
}

// words joins what of a message is text.
func words(content ...mcp.Content) string {
	var all []string
	for _, c := range content {
		if text, ok := c.(*mcp.TextContent); ok {
			all = append(all, text.Text)
		}
	}
	return strings.Join(all, " ")
}
