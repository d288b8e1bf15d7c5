package replay

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// stubbing is how far the stubs have got in a conversation. The
// conversation's mu guards it.
type stubbing struct {
	state string              // "" is start
	calls map[*stub]int       // that were answered
	given map[*stubAnswer]int // likewise
}

// stub answers a request that a stub is written for; nil where there is none.
func (q *probe) stub(m jsonrpc.Message) *answer {
	if q.p.stubs == nil {
		return nil
	}
	st := q.p.stubs.find(m)
	if st == nil {
		if st = q.p.stubs.lists[m.Method]; st == nil || q.p.index.hasMethod(m.Method) || gjson.GetBytes(m.Params, "cursor").Exists() {
			return nil
		}
	}
	arguments := argumentsOf(m)
	if wrong, malformed := st.breach(arguments); wrong != "" {
		return q.unfit(m, st, wrong, malformed)
	}
	c := call{p: q.p, conv: q.conv, method: m.Method, arguments: arguments, now: q.began}
	a, s, n := q.conv.choose(st, arguments)
	if a == nil {
		return q.missStub(m, st, arguments)
	}
	c.number = n
	q.noteStubbed(a.title)
	return c.answer(m, s)
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

// choose takes the answer to a call: the first that fits the conversation's
// state and the arguments. It returns nil where there is none, and else what is
// said and how many calls of the stub the conversation has made.
func (c *conversation) choose(st *stub, arguments gjson.Result) (a *stubAnswer, s *saying, calls int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range st.answers {
		if a = &st.answers[i]; a.fits(c.stubbing.state, arguments) {
			return a, c.stubbing.take(st, a), c.stubbing.calls[st]
		}
	}
	return nil, nil, 0
}

// fits reports whether the answer is one to a call with those arguments, in
// that state.
func (a *stubAnswer) fits(state string, arguments gjson.Result) bool {
	return a.inState(state) && (a.arguments == nil || faults.Contains(arguments, a.arguments))
}

func (a *stubAnswer) inState(state string) bool {
	return a.state == "" || a.state == state || a.state == startState && state == ""
}

// startState is the state in which a conversation begins.
const startState = "start"

// take counts an answer as given, and goes on to the state that follows.
func (s *stubbing) take(st *stub, a *stubAnswer) *saying {
	if s.calls == nil {
		s.calls, s.given = map[*stub]int{}, map[*stubAnswer]int{}
	}
	s.calls[st]++
	n := s.given[a]
	s.given[a]++
	say := &a.says[min(n, len(a.says)-1)]
	if a.then != "" {
		s.state = a.then
	}
	return say
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

// noExchange is in place of the number of an answer's exchange where it has
// none on the tape.
const noExchange = -1

// answer makes what a call is answered with.
func (c *call) answer(m jsonrpc.Message, s *saying) *answer {
	if s.structured != nil {
		c.structured = c.fill(nil, s.structured)
	}
	text := make([]byte, 0, 256+2*len(c.structured))
	text = append(append(append(text, `{"jsonrpc":"2.0","id":`...), m.ID...), ',')
	made := newStubbed(c.fill(text, s.outcome))
	token := jsonrpc.ProgressToken(m.Params)
	if len(s.progress) == 0 || token == nil {
		made.only[0].delay = s.delay
	} else {
		part := s.delay / time.Duration(len(s.progress)+1)
		made.only[0].delay = part
		made.lines = append(c.progress(s, token, part), made.only[0])
		made.stream, made.header = true, http.Header{"Content-Type": contentStream}
	}
	return c.p.dressed(made)
}

// dressed gives an answer the style of the player, and of its dialect.
func (p *Player) dressed(made *stubbed) *answer {
	p.framing.dress(&made.answer)
	p.style.dress(&made.answer, &p.framing)
	return &made.answer
}

// progress makes the notifications before a result, each that long after what
// comes before it.
func (c *call) progress(s *saying, token []byte, part time.Duration) []line {
	lines := make([]line, 0, len(s.progress)+1)
	for _, f := range s.progress {
		text := append([]byte(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":`), token...)
		text = c.fill(append(text, ','), f)
		lines = append(lines, line{kind: jsonrpc.Notification, method: mcp.Progress, text: text, answered: -1, after: -1, delay: part})
	}
	return lines
}

// unfit answers a call whose arguments are not what its stub takes. A tool's
// are an error of the tool, so that a model can mend its call, from 2025-11-25
// on (server/tools, "Error Handling"); they were one of the protocol before,
// as they are where the request itself is malformed.
func (q *probe) unfit(m jsonrpc.Message, st *stub, wrong string, malformed bool) *answer {
	text := "Invalid arguments for " + st.title() + ": " + wrong
	q.note("noted", "arguments", text)
	if !malformed && q.revision() >= mcp.V20251125 {
		return q.p.dressed(newStubbed(toolError(m.ID, text)))
	}
	return q.p.dressed(newStubbed(response(m.ID, synthesized{code: mcp.InvalidParams, message: "Invalid params: " + text})))
}

// toolError spells the result of a tool that failed.
func toolError(id []byte, text string) []byte {
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), `,"result":{"content":[{"type":"text","text":`...)
	return append(append(b, quoteJSON(text)...), `}],"isError":true}}`...)
}

// flags returns what the tape says of an answer's exchange.
func (p *Player) flags(a *answer) cassettes.Flag {
	if a.exchange == noExchange {
		return cassettes.Answered
	}
	return p.index.Flags(a.exchange)
}
