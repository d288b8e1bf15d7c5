package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// modernize makes ready what only answers of the modern era have: this run's
// requestState in place of the recorded one, what the answer asks of its client,
// and the ids of subscriptions, which are those of the requests that opened them.
func (a *answers) modernize(ans *answer, label string) {
	ans.modern = true
	for i := range ans.lines {
		l := &ans.lines[i]
		switch {
		case l.raw:
		case l.kind == jsonrpc.Response:
			a.seals(ans, l, label)
			if ans.method == mcp.Discover {
				a.offers(l, label)
			}
			l.stampSubscription("result")
		case l.kind == jsonrpc.Notification:
			l.stampSubscription("params")
		}
	}
}

// seals puts this run's state into a result that asks for input.
func (a *answers) seals(ans *answer, l *line, label string) {
	result := jsonrpc.One(l.text).Result
	if stringOf(result, "resultType") != mcp.InputRequired {
		return
	}
	inputs, state, has, err := eras.Inputs(result)
	if err != nil {
		return // it is played as it is
	}
	ans.inputs, ans.state, ans.hasState = inputs, state, has
	at := gjson.GetBytes(l.text, "result.requestState")
	if !has || at.Index == 0 {
		return
	}
	id := jsonrpc.One(l.text).ID
	text := slices.Concat(l.text[:at.Index], jsonrpc.Text(a.seal.state(ans.exchange, 0)), l.text[at.Index+len(at.Raw):])
	l.text, l.stamps = text, nil
	l.stamp(id, nil, label)
}

// stampSubscription finds the id of a subscription in a message.
func (l *line) stampSubscription(member string) {
	v := gjson.GetBytes(l.text, member+"._meta."+escaped(mcp.MetaSubscriptionID))
	if !v.Exists() || v.Index == 0 {
		return
	}
	l.stamps = append(l.stamps, stamp{v.Index, len(v.Raw), stampID})
	slices.SortFunc(l.stamps, func(a, b stamp) int { return a.at - b.at })
}
