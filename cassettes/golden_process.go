package cassettes

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A root is an event of the client on a stdio process, with what follows it.
type root struct {
	event   int
	answers []int // what the server said because of it
}

// process puts the events of a stdio process in order, as rule 7 of Golden has
// it: over a pipe nothing says what belongs together but ids and tokens.
func (o *order) process(events []int) []int {
	p := piping{asked: map[string]int{}, listens: map[string]bool{}, given: map[string]bool{}, questions: map[string]int{}, replies: map[int][]int{}}
	p.roots = []root{{event: -1}} // what the server says before anything
	for _, i := range events {
		switch e := o.events[i]; {
		case e.End != "":
			p.last = append(p.last, i)
		case e.From == Stderr:
			p.stderr = append(p.stderr, i)
		case e.From == Client:
			p.client(i, e)
		default:
			p.server(i, e)
		}
	}
	var out []int
	for _, r := range p.roots {
		if r.event >= 0 {
			out = append(out, r.event)
		}
		for _, i := range r.answers {
			out = append(append(out, i), p.replies[i]...)
		}
	}
	return slices.Concat(out, p.stderr, p.last)
}

// A piping is the state of putting a process in order.
type piping struct {
	roots     []root
	asked     map[string]int  // id or token -> the root that asked
	listens   map[string]bool // ids of subscriptions, until the client cancels them
	given     map[string]bool // ids of those that it cancelled
	questions map[string]int  // id -> the server's question
	replies   map[int][]int   // question -> the client's answer
	stderr    []int
	last      []int
}

// client takes in what the client said: a root of its own, or an answer.
func (p *piping) client(i int, e *Event) {
	answers, others, question := 0, 0, -1
	each(e, func(_ int, raw []byte) {
		m := jsonrpc.One(raw)
		if q, ok := p.questions[string(m.ID)]; ok && m.Kind == jsonrpc.Response {
			delete(p.questions, string(m.ID))
			answers++
			question = q
			return
		}
		others++
		if m.Kind == jsonrpc.Request {
			p.asked["id "+string(m.ID)] = len(p.roots)
			p.listens[string(m.ID)], p.given[string(m.ID)] = m.Method == mcp.Listen, false
		}
		if token := gjson.GetBytes(m.Params, "_meta.progressToken").Raw; token != "" {
			p.asked["token "+token] = len(p.roots)
		}
		if m.Method == mcp.Cancelled {
			id := gjson.GetBytes(m.Params, "requestId").Raw
			p.given[id] = p.listens[id]
		}
	})
	if answers > 0 && others == 0 {
		p.replies[question] = append(p.replies[question], i)
		return
	}
	p.roots = append(p.roots, root{event: i})
}

// server takes in what the server said: it follows the root that asked, or
// the one that came last.
func (p *piping) server(i int, e *Event) {
	to := len(p.roots) - 1
	if m := jsonrpc.One(e.Message); m.Kind == jsonrpc.Response && p.given[string(m.ID)] {
		return // whether the server still has time for a last word is chance
	}
	each(e, func(_ int, raw []byte) {
		key := ""
		switch m := jsonrpc.One(raw); {
		case m.Kind == jsonrpc.Response && p.listens[string(m.ID)]: // the end of a subscription comes when it comes
		case m.Kind == jsonrpc.Response:
			key = "id " + string(m.ID)
		case m.Method == mcp.Acknowledged:
			key = "id " + string(subscription(m.Params))
		case m.Method == mcp.Progress:
			key = "token " + gjson.GetBytes(m.Params, "progressToken").Raw
		case m.Kind == jsonrpc.Request:
			p.questions[string(m.ID)] = i
		}
		if asked, ok := p.asked[key]; ok {
			to = asked
		}
	})
	p.roots[to].answers = append(p.roots[to].answers, i)
}
