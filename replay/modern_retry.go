package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/gjson"
)

// again takes a request apart, if it is one that is made again.
func (q *visit) again(m jsonrpc.Message) (matching.Retry, bool) {
	if !q.Told(m).Retries {
		return matching.Retry{}, false
	}
	return matching.RetryOf(m.Method, m.Params)
}

// modernRetry answers a request that its client makes again: with what the tape
// has for the state that it comes back from and for what it responds. What is
// missing of that is asked for again (2026-07-28 basic/patterns/mrtr, "Error
// Handling").
func (q *visit) modernRetry(m jsonrpc.Message, t *matching.Retry) (*answer, bool) {
	var asked *answer // the round before
	if t.HasState {
		x, round, ok := q.p.seal.open(t.State)
		switch {
		case !ok || x >= q.p.index.Len():
			q.turnAway(refusedState, "this requestState was not issued in this run, or it was altered: send it back as it came")
			return nil, false
		case !q.p.asksAgain(q.conv, m, t, x, round == 0):
			q.turnAway(refusedState, "this requestState was issued for another request: send it back with the params that it came for")
			return nil, false
		case round > 0:
			return q.nextRound(m, t, x, round)
		}
		var err error
		if asked, err = q.p.answers.get(x); err != nil {
			q.failed(m, err)
			return nil, false
		}
		t.Responses, t.State = asked.wanted(t.Responses), asked.state
		m.Params = eras.Retry(t.Original, t.Responses, t.State, true)
	}
	if x, _ := q.p.match(q.conv, m, true); x >= 0 {
		return q.asRecorded(m, x)
	}
	if x := q.p.otherwise(m, t, nil); x >= 0 {
		q.respondedOtherwise(q.p.responsesOf(x), t.Responses)
		return q.asRecorded(m, x)
	}
	if asked != nil && asked.unanswered(t.Responses) {
		if q.overtaxes(asked) {
			return nil, false
		}
		q.matched(m, asked)
		return asked, true
	}
	return q.modernFromLegacy(m)
}

// asksAgain reports whether a retry is of the very request that exchange x
// answers, as a server must see to that gives out a state.
func (p *Player) asksAgain(c *conversation, m jsonrpc.Message, t *matching.Retry, x int, modern bool) bool {
	ex, err := p.index.Exchange(x)
	if err != nil {
		return false
	}
	first := jsonrpc.One(ex.Message)
	if before, ok := matching.RetryOf(first.Method, first.Params); ok {
		first.Params = before.Original
	}
	m.Params = t.Original
	g := p.group(c, m, modern)
	was := p.keys.Of(first.Method, first.Params, modern)
	return g != matching.None && g == p.index.GroupWith(was) || was == p.keys.Of(m.Method, m.Params, modern)
}

// nextRound goes on with an exchange of the legacy era that asked its client
// something in the middle: here that is a round of its own.
func (q *visit) nextRound(m jsonrpc.Message, t *matching.Retry, x, round int) (*answer, bool) {
	rounds, err := q.p.answers.rounds(x)
	if err != nil {
		q.untranslatable(m, err)
		return nil, false
	}
	m.Params = t.Original
	round = min(round, len(rounds))
	asked := rounds[round-1]
	said := asked.wanted(t.Responses)
	switch {
	case asked.unanswered(said):
		round--
	case asked.anew:
		return q.calledAnew(m, x, said)
	case sameOutcomes(asked.responses, said):
		q.respondedOtherwise(asked.responses, said)
	default:
		if x = q.p.sibling(x, round, said); x < 0 {
			return q.branchless(m)
		}
	}
	return q.translated(m, x, round)
}

// calledAnew goes on where the recorded server wanted a URL visited, and its
// client then made a call of its own: the next of its kind on the tape.
func (q *visit) calledAnew(m jsonrpc.Message, x int, said []byte) (*answer, bool) {
	accepted := true
	gjson.ParseBytes(said).ForEach(func(_, response gjson.Result) bool {
		accepted = response.Get("action").Str == "accept"
		return accepted
	})
	if accepted {
		if next, _ := q.p.match(q.conv, m, false); next >= 0 && next != x {
			return q.translated(m, next, 0)
		}
	}
	return q.branchless(m)
}

// sibling returns another legacy exchange of the same request whose client
// answered that round as this one's does, or -1.
func (p *Player) sibling(x, round int, said []byte) int {
	g := p.index.GroupWith(p.index.KeyOf(x))
	if g == matching.None {
		return -1
	}
	all := p.index.Members(g)
	for _, y := range all[:min(len(all), matching.SampleSize)] {
		rounds, err := p.answers.rounds(int(y))
		if err != nil || int(y) == x || len(rounds) <= round {
			continue
		}
		asked := rounds[round-1]
		if asked.responses != nil && !asked.unanswered(said) && sameOutcomes(asked.responses, said) {
			return int(y)
		}
	}
	return -1
}

// branchless answers a client that responded so that the tape has no way to go
// on.
func (q *visit) branchless(m jsonrpc.Message) (*answer, bool) {
	name := matching.NameOf(m.Method, m.Params)
	miss := branchless(m.Method, name, q.space.name, neverAnswered(m.Method, name))
	q.missed(miss)
	q.reply(q.p.missStatus, http.Header{"Content-Type": contentJSON}, miss.response(m.ID))
	return nil, false
}

// wanted returns of a client's responses those that the round asks for: what
// else there is a server ignores ("Error Handling").
func (a *answer) wanted(responses []byte) []byte {
	foreign := false
	gjson.ParseBytes(responses).ForEach(func(name, _ gjson.Result) bool {
		foreign = !slices.ContainsFunc(a.inputs, func(in eras.Input) bool { return in.Key == name.Str })
		return !foreign
	})
	if !foreign || !gjson.ParseBytes(responses).IsObject() {
		return responses
	}
	var keys []string
	var results [][]byte
	for _, in := range a.inputs {
		keys, results = append(keys, in.Key), append(results, eras.Response(responses, in.Key))
	}
	return eras.Responses(keys, results)
}

// unanswered reports whether responses lack one that the round asks for.
func (a *answer) unanswered(responses []byte) bool {
	return slices.ContainsFunc(a.inputs, func(in eras.Input) bool { return eras.Response(responses, in.Key) == nil })
}
