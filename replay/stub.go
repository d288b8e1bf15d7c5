package replay

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/tidwall/gjson"
)

// stub answers a request that a stub is written for; nil where there is none.
func (q *visit) stub(m jsonrpc.Message) *answer {
	if q.p.stubs == nil {
		return nil
	}
	st := q.p.stubs.Find(m.Method, matching.NameOf(m.Method, m.Params))
	if st == nil {
		if st = q.p.stubs.List(m.Method); st == nil || q.p.index.Has(m.Method) || gjson.GetBytes(m.Params, "cursor").Exists() {
			return nil
		}
	}
	arguments := argumentsOf(m)
	if wrong, malformed := st.Breach(arguments); wrong != "" {
		return q.unfit(m, st, wrong, malformed)
	}
	q.conv.mu.Lock()
	a, say, n := q.conv.stubbing.Choose(st, arguments)
	q.conv.mu.Unlock()
	if a == nil {
		return q.missStub(m, st, arguments)
	}
	call := &stubs.Call{Method: m.Method, Arguments: arguments, Number: n, Session: q.conv.alias, Now: q.began}
	if wrong := q.p.stubs.Breach(call, say); wrong != "" {
		return q.brokenStub(m, st, a, wrong)
	}
	q.noteStubbed(a.Title)
	return q.p.stubbed(m, call, say)
}

// argumentsOf returns what a stub's answers look at: the arguments of a tool
// or a prompt, else params.
func argumentsOf(m jsonrpc.Message) gjson.Result {
	params := gjson.Parse(jsonrpc.String(m.Params))
	switch m.Method {
	case mcp.ToolsCall, mcp.PromptsGet:
		return params.Get("arguments")
	}
	return params
}

// A stubbed is an answer that was made for one call.
type stubbed struct {
	answer
	only [1]line
}

// newStubbed makes an answer of one message.
func newStubbed(message []byte) *stubbed {
	s := &stubbed{answer: answer{exchange: noExchange, status: http.StatusOK, header: headerJSON}}
	s.only[0] = line{kind: jsonrpc.Response, text: message, answered: -1, after: -1}
	s.lines = s.only[:]
	return s
}

// headerJSON is on the answers of stubs, which share it.
var headerJSON = http.Header{"Content-Type": contentJSON}

// noExchange is in place of the number of an answer's exchange where it has
// none on the tape.
const noExchange = -1

// stubbed makes what a call is answered with.
func (p *Player) stubbed(m jsonrpc.Message, c *stubs.Call, say *stubs.Saying) *answer {
	text := append(append([]byte(`{"jsonrpc":"2.0","id":`), m.ID...), ',')
	made := newStubbed(p.stubs.Outcome(text, c, say))
	token := jsonrpc.ProgressToken(m.Params)
	if say.Steps() == 0 || token == nil {
		made.only[0].delay = say.Delay
	} else {
		part := say.Delay / time.Duration(say.Steps()+1)
		made.only[0].delay = part
		made.lines = append(p.progress(c, say, token, part), made.only[0])
		made.stream, made.header = true, http.Header{"Content-Type": contentStream}
	}
	return p.dressed(made)
}

// dressed gives an answer the style of the player, and of its dialect.
func (p *Player) dressed(made *stubbed) *answer {
	p.framing.dress(&made.answer)
	p.style.dress(&made.answer, &p.framing)
	return &made.answer
}

// progress makes the notifications before a result, each that long after what
// comes before it.
func (p *Player) progress(c *stubs.Call, say *stubs.Saying, token []byte, part time.Duration) []line {
	lines := make([]line, 0, say.Steps()+1)
	for step := range say.Steps() {
		text := append([]byte(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":`), token...)
		text = p.stubs.Progress(append(text, ','), c, say, step)
		lines = append(lines, line{kind: jsonrpc.Notification, method: mcp.Progress, text: text, answered: -1, after: -1, delay: part})
	}
	return lines
}

// unfit answers a call whose arguments are not what its stub takes. A tool's
// are an error of the tool, so that a model can mend its call, from 2025-11-25
// on (server/tools, "Error Handling"); they were one of the protocol before,
// as they are where the request itself is malformed.
func (q *visit) unfit(m jsonrpc.Message, st *stubs.Stub, wrong string, malformed bool) *answer {
	text := "Invalid arguments for " + st.Title() + ": " + wrong
	q.note("refused", "arguments", text)
	if !malformed && q.Revision() >= mcp.V20251125 {
		return q.p.dressed(newStubbed(toolError(m.ID, text)))
	}
	return q.p.dressed(newStubbed(response(m.ID, synthesized{code: mcp.InvalidParams, message: "Invalid params: " + text})))
}

// toolError spells the result of a tool that failed.
func toolError(id []byte, text string) []byte {
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), `,"result":{"content":[{"type":"text","text":`...)
	return append(append(b, jsonrpc.Text(text)...), `}],"isError":true}}`...)
}

// flags returns what the tape says of an answer's exchange.
func (p *Player) flags(a *answer) cassettes.Flag {
	if a.exchange == noExchange {
		return cassettes.Answered
	}
	return p.index.Flags(a.exchange)
}
