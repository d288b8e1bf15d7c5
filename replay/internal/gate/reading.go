package gate

import (
	"bytes"
	"errors"

	"github.com/mcpmock/mcpmock/internal/gowords"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/jswords"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/pywords"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Read reads the body, or the line of a pipe: as the specification has it, and
// where the dialect has a parser of its own, what that makes of it. A server may
// take what is no good message, and take it for another than was meant: of two
// ids the last, 7.0 for 7. Its answers have the id as it read it.
func (g *Gate) Read(f *Facts) {
	f.Batch, f.BodyErr = jsonrpc.Parse(f.Body)
	quotes := &g.dialect.Quotes
	if quotes.Parser == "" || errors.Is(f.BodyErr, jsonrpc.ErrEmpty) || errors.Is(f.BodyErr, jsonrpc.ErrDepth) || g.plain(f) {
		return
	}
	messages, array, err := reading(quotes, f.Body)
	switch {
	case err != nil && f.BodyErr == nil:
		f.BodyErr = &jsonrpc.EnvelopeError{Reason: err.Error()}
	case err != nil:
	default:
		text := bytes.Join(messages, []byte{','})
		if array {
			text = append(append([]byte{'['}, text...), ']')
		}
		if again, err := jsonrpc.Parse(text); err == nil {
			if !array && gjson.ValidBytes(f.Body) {
				again.Messages[0].Raw = bytes.TrimSpace(f.Body) // what was sent, for the journal
			}
			f.Batch, f.BodyErr = again, nil
		}
	}
}

// plain reports whether every reader makes the same of a body that was read:
// requests and notifications whose ids are short. What is said beside them, and
// what their _meta is, is of concern to zod alone.
func (g *Gate) plain(f *Facts) bool {
	quotes := &g.dialect.Quotes
	if len(quotes.Models) > 0 && (f.Batch.Array || g.dialect.Modern != nil && f.HTTP != nil && mcp.IsModern(g.Field(f.HTTP.Header, mcp.HeaderProtocolVersion))) {
		return true // a batch is refused whatever it holds, and a modern request read otherwise
	}
	if f.BodyErr != nil {
		return false
	}
	for i := range f.Batch.Messages {
		m := &f.Batch.Messages[i]
		if m.Kind == jsonrpc.Response || len(m.ID) > 15 || bytes.IndexByte(m.ID, '\\') >= 0 || string(m.ID) == "-0" {
			return false
		}
		if quotes.Zod != "" && (m.More || m.Params != nil && !jswords.TakesParams(m.Params)) {
			return false
		}
	}
	return true
}

// errNoMessage stands for words that the dialect has elsewhere.
var errNoMessage = errors.New("to this server it is no message")

// reading is what the dialect's parser makes of a body.
func reading(quotes *scenarios.Quotes, body []byte) (messages [][]byte, array bool, err error) {
	switch quotes.Parser {
	case "go":
		return gowords.Read(body, gowords.Standard)
	case "segmentio":
		return gowords.Read(body, gowords.Segmentio)
	case "v8":
		schema := jswords.Zod4
		if quotes.Zod == "3" {
			schema = jswords.Zod3
		}
		messages, array = jswords.Read(body, schema)
	default: // python, jiter
		u := unionOf(quotes)
		messages = [][]byte{u.Read(body, quotes.Parser == "python")}
	}
	for _, m := range messages {
		if m == nil {
			return nil, array, errNoMessage
		}
	}
	return messages, array, nil
}

// unionOf is the union of message classes that a dialect's validator tries.
func unionOf(quotes *scenarios.Quotes) *pywords.Union {
	u := &pywords.Union{Title: quotes.Title, Version: quotes.Pydantic}
	for _, m := range quotes.Models {
		u.Models = append(u.Models, pywords.Model(m))
	}
	return u
}
