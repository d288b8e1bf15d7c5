package replay

import (
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// A branch is where a translated answer goes on as its client answered. It is
// taken by the turn that plays it.

// A course is how a turn comes through the rounds of such an answer.
type course struct {
	inputs map[string][]byte // what the client answered in this round; under the conversation's mu
	taken  []int             // the exchanges that were its rounds so far; under the turn's playing
}

// maxRounds keeps a turn from going on for ever: a tape may have a server that
// asks a client again and again.
const maxRounds = 1000

// goes returns the course of a turn. The caller holds the conversation's mu.
func (t *turn) goes() *course {
	if t.course == nil {
		t.course = &course{}
	}
	return t.course
}

// unaskable says why a client is not asked what a round of the modern era asks:
// its revision has no such request, or it has not the capability. "" is that it
// is asked.
func (t *turn) unaskable(l *line) string {
	if err := eras.Askable(l.input.Method, jsonrpc.One(l.text).Params, t.a.version); err != nil {
		return err.Error()
	}
	t.conv.mu.Lock()
	capabilities := t.conv.capabilities.Raw
	t.conv.mu.Unlock()
	if lacks := eras.Missing([]eras.Input{*l.input}, []byte(capabilities)); lacks != nil {
		return "the client lacks the capability for " + l.method + ", " + string(lacks)
	}
	return ""
}

// follow goes on with the round that the client's answers lead to. It reports
// whether there is one; else the request is answered with why not.
func (t *turn) follow(on stage) {
	p, x := t.p, t.a.exchange
	next, why := p.nextOf(t)
	if next == nil {
		miss := branchless(t.a.method, t.a.name, t.conv.space.name, why)
		t.beside(on).missed(miss)
		t.a = &answer{exchange: noExchange, session: t.a.session}
		t.lines, t.next = []line{{kind: jsonrpc.Response, text: miss.response(t.run.id), answered: -1, after: -1}}, 0
		return
	}
	if next.exchange != x {
		event := p.index.RequestEvent(next.exchange)
		t.conv.reach(next.session, event, p.clock.Now())
		t.conv.space.listeners.tell(p, next.session, event)
		t.beside(on).noteExchange("matched", next.exchange)
	}
	t.a, t.lines, t.next, t.asked, t.said = next, next.lines, 0, nil, ""
	t.paced = 0
}

// nextOf finds the round that a turn goes on with, or says why there is none.
// Only what the recorded client sent as a retry is one, and each exchange once
// in a turn: so a turn comes to an end, whatever the tape has.
func (p *Player) nextOf(t *turn) (*answer, string) {
	t.conv.mu.Lock()
	w := t.goes()
	t.conv.mu.Unlock()
	w.taken = append(w.taken, t.a.exchange)
	if len(w.taken) > maxRounds {
		return nil, "more than " + strconv.Itoa(maxRounds) + " rounds are not played"
	}
	recorded, err := p.answers.get(t.a.exchange)
	if err != nil {
		return nil, err.Error()
	}
	ex, err := p.index.Exchange(t.a.exchange)
	if err != nil {
		return nil, err.Error()
	}
	m := jsonrpc.One(ex.Message)
	first := matching.Retry{Original: m.Params}
	if again, ok := matching.RetryOf(m.Method, m.Params); ok {
		first = again
	}
	first.Responses, first.State, first.HasState = t.responses(recorded, p), recorded.state, recorded.hasState
	m.Params = eras.Retry(first.Original, first.Responses, first.State, first.HasState)
	if _, ok := matching.RetryOf(m.Method, m.Params); !ok {
		return nil, "the recorded client never answered what " + m.Method + " " + gate.Quote(matching.NameOf(m.Method, m.Params)) + " asks for"
	}
	x, _ := p.match(t.conv, m, true)
	if x < 0 || slices.Contains(w.taken, x) || !p.index.IsRetry(x) {
		x = p.otherwise(m, &first, w.taken)
	}
	if x < 0 {
		return nil, neverAnswered(m.Method, matching.NameOf(m.Method, m.Params))
	}
	a, err := p.answers.legacy(x, t.a.version)
	if err != nil {
		return nil, err.Error()
	}
	return a, ""
}

// responses are the client's answers to the questions of a round. What it was
// not asked, for want of a capability, or refused to say, is as recorded.
func (t *turn) responses(recorded *answer, p *Player) []byte {
	t.conv.mu.Lock()
	w := t.goes()
	said := w.inputs
	w.inputs = nil
	t.conv.mu.Unlock()
	was := p.answers.firstReplies(recorded.exchange)
	var keys []string
	var results [][]byte
	for _, in := range recorded.inputs {
		reply := said[in.Key]
		if reply == nil {
			reply = eras.Response(was, in.Key)
		}
		if reply != nil {
			keys, results = append(keys, in.Key), append(results, reply)
		}
	}
	if keys == nil {
		return nil
	}
	return eras.Responses(keys, results)
}

// beside returns a visit that notes on the journal what becomes of a turn after
// its request was heard.
func (t *turn) beside(on stage) *visit {
	if q, ok := on.(*visit); ok && q.carrier == int(t.carrier) {
		return q
	}
	return &visit{p: t.p, space: t.conv.space, carrier: int(t.carrier), began: t.p.clock.Now(), fate: &t.p.calm}
}

// neverAnswered says why a round does not go on.
func neverAnswered(method, name string) string {
	return "the recorded client never answered so to " + method + " " + gate.Quote(name)
}

// branchless is the mismatch of a client that answered what it was asked so
// that the tape has no way to go on.
func branchless(method, name, space, why string) *Mismatch {
	return &Mismatch{Method: method, Name: name, Space: space, Reason: "answered otherwise than recorded", Hint: why + ": record it with these answers"}
}
