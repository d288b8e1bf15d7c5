package replay

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

// parse reads the body, or the line of a pipe: as the specification has it, and
// where the dialect has a parser of its own, what that makes of it. A server may
// take what is no good message, and take it for another than was meant: of two
// ids the last, 7.0 for 7. Its answers have the id as it read it. What a live
// server makes of it is not known: the dialect is that of refusals alone.
func (q *visit) parse() {
	q.batch, q.bodyErr = jsonrpc.Parse(q.body)
	quotes := &q.p.dialect.Quotes
	if quotes.Parser == "" || q.p.live || errors.Is(q.bodyErr, jsonrpc.ErrEmpty) || errors.Is(q.bodyErr, jsonrpc.ErrDepth) || q.plain(quotes) {
		return
	}
	messages, array, err := reading(quotes, q.body)
	switch {
	case err != nil && q.bodyErr == nil:
		q.bodyErr = &jsonrpc.EnvelopeError{Reason: err.Error()}
	case err != nil:
	default:
		text := bytes.Join(messages, []byte{','})
		if array {
			text = append(append([]byte{'['}, text...), ']')
		}
		if again, err := jsonrpc.Parse(text); err == nil {
			if !array && gjson.ValidBytes(q.body) {
				again.Messages[0].Raw = bytes.TrimSpace(q.body) // what was sent, for the journal
			}
			q.batch, q.bodyErr = again, nil
		}
	}
}

// plain reports whether every reader makes the same of a body that was read:
// requests and notifications whose ids are short. What is said beside them, and
// what their _meta is, is of concern to zod alone.
func (q *visit) plain(quotes *scenarios.Quotes) bool {
	if len(quotes.Models) > 0 && (q.batch.Array || q.p.dialect.Modern != nil && q.r != nil && mcp.IsModern(q.field(mcp.HeaderProtocolVersion))) {
		return true // a batch is refused whatever it holds, and a modern request read otherwise
	}
	if q.bodyErr != nil {
		return false
	}
	for i := range q.batch.Messages {
		m := &q.batch.Messages[i]
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
