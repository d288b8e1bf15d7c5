package replay

import (
	"math"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/gjson"
)

// legacy returns a modern exchange as a revision of the legacy era has it: what
// its server asks by ending a round is asked in the middle of the answer.
func (a *answers) legacy(x int, version string) (*answer, error) {
	into := translated{x, version}
	a.mu.RLock()
	t, ok := a.translated[into]
	a.mu.RUnlock()
	if ok {
		return t.legacy, t.err
	}
	t.legacy, t.err = a.toLegacy(x, version)
	a.keepTranslated(into, t)
	return t.legacy, t.err
}

// toLegacy translates a modern exchange.
func (a *answers) toLegacy(x int, version string) (*answer, error) {
	recorded, err := a.get(x)
	if err != nil {
		return nil, err
	}
	ex, err := a.index.Exchange(x)
	if err != nil {
		return nil, err
	}
	request := jsonrpc.One(ex.Message)
	own := *recorded
	own.lines, own.modern, own.inputs, own.header, own.status = nil, false, nil, http.Header{}, http.StatusOK
	own.version = version
	own.remark = "a modern answer to " + gate.Quote(request.Method) + ", as " + version + " has it"
	for _, l := range recorded.lines {
		switch {
		case l.raw:
		case l.kind == jsonrpc.Response && len(recorded.inputs)+len(recorded.state) > 0:
			questions, err := a.questions(recorded)
			if err != nil {
				return nil, err
			}
			own.lines = append(own.lines, questions...)
			own.lines = append(own.lines, line{raw: true, branches: true, event: math.MaxInt, at: l.at, answered: -1, after: -1})
		case l.kind == jsonrpc.Response:
			if l, err = a.legacyResponse(request, l, version); err != nil {
				return nil, err
			}
			own.lines = append(own.lines, l)
		default:
			l.frame = nil
			own.lines = append(own.lines, l)
		}
	}
	own.travel(a.framing)
	a.framing.dress(&own)
	a.style.dress(&own, a.framing)
	return &own, nil
}

// questions are what a round asks, as requests of the server.
func (a *answers) questions(recorded *answer) ([]line, error) {
	var lines []line
	replies := a.firstReplies(recorded.exchange)
	for i, in := range recorded.inputs {
		params, err := eras.LegacyInput(in.Method, in.Params, elicitationID)
		if err != nil {
			return nil, err
		}
		l := line{kind: jsonrpc.Request, method: in.Method, input: &recorded.inputs[i], event: -10 - i, answered: 0, after: -1}
		l.text = slices.Concat([]byte(`{"jsonrpc":"2.0","id":0,"method":`), jsonrpc.Text(in.Method), []byte(`,"params":`), params, []byte("}"))
		if reply := eras.Response(replies, in.Key); reply != nil {
			l.reply = slices.Concat([]byte(`{"jsonrpc":"2.0","id":0,"result":`), reply, []byte("}"))
		}
		l.stamp(nil, nil, "")
		l.stampElicitation()
		lines = append(lines, l)
	}
	return lines, nil
}

// elicitationID stands where an elicitation of url mode has its id: that is
// this run's, for it must differ from all others of the server (2025-11-25
// client/elicitation, "URL Mode").
const elicitationID = "{{elicitation}}"

// stampElicitation finds that place.
func (l *line) stampElicitation() {
	v := gjson.GetBytes(l.text, "params.elicitationId")
	if v.Str != elicitationID || v.Index == 0 {
		return
	}
	l.stamps = append(l.stamps, stamp{v.Index, len(v.Raw), stampElicitation})
	slices.SortFunc(l.stamps, func(a, b stamp) int { return a.at - b.at })
}

// firstReplies returns what the recorded client responded to a round, the first
// time that it did; nil where it did not.
func (a *answers) firstReplies(x int) []byte {
	next := a.follow(x)
	if next < 0 {
		return nil
	}
	t, _ := a.index.RetryAt(next)
	return t.Responses
}

// legacyResponse translates a response.
func (a *answers) legacyResponse(request jsonrpc.Message, l line, version string) (line, error) {
	m := jsonrpc.One(l.text)
	var outcome []byte
	if m.Error == nil {
		result, err := eras.LegacyResult(request.Method, m.Result, version)
		if err != nil {
			return l, err
		}
		outcome = append([]byte(`"result":`), result...)
	} else {
		text, err := eras.LegacyError(request.Method, request.Params, m.Error)
		if err != nil {
			return l, err
		}
		outcome = append([]byte(`"error":`), text...)
	}
	id := m.ID
	l.text, l.stamps, l.frame = slices.Concat([]byte(`{"jsonrpc":"2.0","id":`), id, []byte(","), outcome, []byte("}")), nil, nil
	l.stamp(id, nil, "")
	return l, nil
}

// follow returns the first exchange on the tape that is the next round of x, or
// -1.
func (a *answers) follow(x int) int {
	recorded, err := a.get(x)
	if err != nil {
		return -1
	}
	ex, err := a.index.Exchange(x)
	if err != nil {
		return -1
	}
	m := jsonrpc.One(ex.Message)
	t := matching.Retry{Original: m.Params, State: recorded.state, HasState: recorded.hasState}
	if again, ok := matching.RetryOf(m.Method, m.Params); ok {
		t.Original = again.Original
	}
	return a.index.Follow(x, m.Method, &t)
}
