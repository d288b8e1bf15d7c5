package matching

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Rounds are those on a tape that follow an input_required: requests that were
// made again with the client's responses. A client that responds otherwise than
// recorded has no exchange of its very own; it gets that of the client which
// was asked the same.
type rounds struct {
	byAsked map[Key][]int32 // what was asked again, from which state and with responses to what, to the exchanges
	byState map[Key][]int32 // likewise, whatever was responded to
}

// add takes in exchange x of the modern era, if it is such a round.
func (r *rounds) add(k *Keys, scratch *[]byte, x int32, method string, params []byte) {
	t, ok := RetryOf(method, params)
	if !ok {
		return
	}
	if r.byAsked == nil {
		r.byAsked, r.byState = map[Key][]int32{}, map[Key][]int32{}
	}
	asked, state := k.round(scratch, method, &t)
	r.byAsked[asked] = append(r.byAsked[asked], x)
	r.byState[state] = append(r.byState[state], x)
}

// A Retry is a request taken apart that a client makes again.
type Retry struct {
	Original  []byte // params as they were first
	Responses []byte // the object of inputResponses, or nil
	State     string
	HasState  bool
}

// RetryOf takes a request apart. It says false of a first one.
func RetryOf(method string, params []byte) (Retry, bool) {
	if !mcp.TakesInput(method) || !mayRetry(params) {
		return Retry{}, false
	}
	var t Retry
	var ok bool
	t.Original, t.Responses, t.State, t.HasState, ok = eras.Retried(params)
	return t, ok
}

// RetryAt takes the request of exchange x apart. It says false of a first one,
// and of one that cannot be read.
func (ix *Index) RetryAt(x int) (Retry, bool) {
	recorded, err := ix.Exchange(x)
	if err != nil {
		return Retry{}, false
	}
	m := jsonrpc.One(recorded.Message)
	return RetryOf(m.Method, m.Params)
}

// IsRetry reports whether the request of exchange x is one.
func (ix *Index) IsRetry(x int) bool {
	_, again := ix.RetryAt(x)
	return again
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

// round returns what a retry is found by.
func (k *Keys) round(scratch *[]byte, method string, t *Retry) (asked, state Key) {
	base := k.key(scratch, method, t.Original, true)
	text := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, base[0]), base[1])
	if t.HasState {
		text = append(append(text, 1), t.State...)
	}
	state = k.hash(text)
	var names []string
	gjson.ParseBytes(t.Responses).ForEach(func(name, _ gjson.Result) bool {
		names = append(names, name.Str)
		return true
	})
	slices.Sort(names)
	for _, name := range names {
		text = append(append(text, 0), name...)
	}
	return k.hash(text), state
}

// Rounds returns the exchanges of the same request made again from the same
// state, with responses to the same questions, whatever these say.
func (ix *Index) Rounds(method string, t *Retry) []int32 {
	if ix.rounds.byAsked == nil {
		return nil
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	asked, _ := ix.keys.round(scratch, method, t)
	return ix.rounds.byAsked[asked]
}

// Follow returns the first exchange after x that is the same request made again
// from a state, whatever is responded; or -1.
func (ix *Index) Follow(x int, method string, t *Retry) int {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	_, state := ix.keys.round(scratch, method, t)
	for _, next := range ix.rounds.byState[state] {
		if int(next) > x {
			return int(next)
		}
	}
	return -1
}
