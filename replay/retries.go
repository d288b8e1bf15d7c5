package replay

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Retries are the rounds on a tape that follow an input_required: requests that
// were made again with the client's responses. A client that responds otherwise
// than recorded has no exchange of its very own; it gets that of the client
// which was asked the same.
type retries struct {
	byRound map[key][]int32 // what was asked again, from which state and with responses to what, to the exchanges
	byState map[key][]int32 // likewise, whatever was responded to
}

// add takes in exchange x of the modern era, if it is such a round.
func (r *retries) add(k *keyer, scratch *[]byte, x int32, method string, params []byte) {
	t, ok := retryOf(method, params)
	if !ok {
		return
	}
	if r.byRound == nil {
		r.byRound, r.byState = map[key][]int32{}, map[key][]int32{}
	}
	round, state := t.keys(k, scratch, method)
	r.byRound[round] = append(r.byRound[round], x)
	r.byState[state] = append(r.byState[state], x)
}

// A retry is a request taken apart that a client makes again.
type retry struct {
	original  []byte // params as they were first
	responses []byte // the object of inputResponses, or nil
	state     string
	hasState  bool
}

// retryOf takes a request apart. It says false of a first one.
func retryOf(method string, params []byte) (retry, bool) {
	if !mcp.TakesInput(method) || !mayRetry(params) {
		return retry{}, false
	}
	var t retry
	var ok bool
	t.original, t.responses, t.state, t.hasState, ok = eras.Retried(params)
	return t, ok
}

// again takes the request apart, if it is one that is made again.
func (q *probe) again(m jsonrpc.Message) (retry, bool) {
	if !q.told(m).retries {
		return retry{}, false
	}
	return retryOf(m.Method, m.Params)
}

// withoutNulls returns the params of a modern request without those members of
// a retry that are null: that is how some clients write that they have none.
func withoutNulls(method string, params []byte) []byte {
	if !mcp.TakesInput(method) || !mayRetry(params) || !null(params, "inputResponses") && !null(params, "requestState") {
		return params
	}
	original, responses, state, hasState, _ := eras.Retried(params)
	return eras.Retry(original, responses, state, hasState)
}

// null reports whether a member of params is there, and null.
func null(params []byte, name string) bool {
	return strings.Contains(jsonrpc.String(params), name) && gjson.Get(jsonrpc.String(params), name).Raw == "null"
}

// mayRetry reports whether params may have inputResponses or requestState. It
// looks for what is rare in JSON, for it is asked of each request.
func mayRetry(params []byte) bool {
	return bytes.Contains(params, responsesMark) || bytes.Contains(params, stateMark)
}

var responsesMark, stateMark = []byte("Responses"), []byte("State")

// keys returns what retries are found by.
func (t *retry) keys(k *keyer, scratch *[]byte, method string) (round, state key) {
	base := k.key(scratch, method, t.original, true)
	text := slices.Clone(bytesOf(base))
	if t.hasState {
		text = append(append(text, 1), t.state...)
	}
	state = k.hash(text)
	var names []string
	gjson.ParseBytes(t.responses).ForEach(func(name, _ gjson.Result) bool {
		names = append(names, name.Str)
		return true
	})
	slices.Sort(names)
	for _, name := range names {
		text = append(append(text, 0), name...)
	}
	return k.hash(text), state
}

func bytesOf(k key) []byte {
	var b []byte
	for _, half := range k {
		for i := range 8 {
			b = append(b, byte(half>>(8*i)))
		}
	}
	return b
}

// otherwise returns the recorded round that comes closest to a retry which is
// not on the tape as it is: one from the same state, with responses to the same
// questions, each of the same outcome, and none of those taken. It is -1 where
// there is none.
func (p *Player) otherwise(m jsonrpc.Message, t *retry, taken []int) int {
	if p.index.retries.byRound == nil {
		return -1
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	round, _ := t.keys(p.index.keys, scratch, m.Method)
	for _, x := range p.index.retries.byRound[round] {
		if p.index.playableAt(int(x)) && !slices.Contains(taken, int(x)) && sameOutcomes(p.responsesOf(int(x)), t.responses) {
			return int(x)
		}
	}
	return -1
}

// madeAgain reports whether the request of exchange x is a retry.
func (p *Player) madeAgain(x int) bool {
	ex, err := p.index.Exchange(x)
	if err != nil {
		return false
	}
	m := jsonrpc.One(ex.Message)
	_, again := retryOf(m.Method, m.Params)
	return again
}

// responsesOf reads the responses of a recorded round.
func (p *Player) responsesOf(x int) []byte {
	ex, err := p.index.Exchange(x)
	if err != nil {
		return nil
	}
	m := jsonrpc.One(ex.Message)
	t, _ := retryOf(m.Method, m.Params)
	return t.responses
}

// sameOutcomes reports whether a person who was asked has accepted, declined
// or cancelled both times. What else they say may differ.
func sameOutcomes(recorded, received []byte) bool {
	same := true
	now := gjson.ParseBytes(received)
	gjson.ParseBytes(recorded).ForEach(func(name, was gjson.Result) bool {
		is := now.Get(gjson.Escape(name.Str))
		same = was.Get("action").Str == is.Get("action").Str && was.IsObject() == is.IsObject()
		return same
	})
	return same
}

// respondedOtherwise notes where a client's responses differ from the recorded
// ones.
func (q *probe) respondedOtherwise(recorded, received []byte) {
	if recorded == nil || bytes.Equal(recorded, received) {
		return
	}
	if differences := jsondiff.Compare(recorded, received); len(differences) > 0 {
		q.diverged("the client responded", differences)
	}
}
