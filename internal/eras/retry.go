package eras

import "github.com/mcpmock/mcpmock/internal/jsonrpc"

// Retried takes the params of a modern request apart: those that the request
// was first sent with, the inputResponses (nil where there are none) and the
// requestState. It reports whether this is a retry: it has one of both. A
// requestState that is no string is returned as its JSON text, which no server
// has handed out (2026-07-28 basic/patterns/mrtr, "Client Requirements").
func Retried(params []byte) (original []byte, responses []byte, state string, hasState bool, retry bool) {
	o, _ := read(params)
	if o.has("inputResponses") {
		responses = o.get("inputResponses")
	}
	if hasState = o.has("requestState"); hasState {
		var ok bool
		if state, ok = o.str("requestState"); !ok {
			state = string(o.get("requestState"))
		}
	}
	o.drop("inputResponses", "requestState")
	return o.spell(), responses, state, hasState, responses != nil || hasState
}

// Retry is the reverse of Retried: the params that a client sends with the
// answers to what was asked of it and the state that it was handed. Responses
// of nil are left out, and so is a state that it has not.
func Retry(original, responses []byte, state string, hasState bool) []byte {
	o, _ := read(original)
	o.drop("inputResponses", "requestState")
	if responses != nil {
		o.set("inputResponses", responses)
	}
	if hasState {
		o.set("requestState", jsonrpc.Text(state))
	}
	return o.spell()
}

// Response returns the JSON text of one of inputResponses, or nil where it is
// missing.
func Response(responses []byte, key string) []byte {
	o, _ := read(responses)
	return o.get(key)
}

// Responses makes the object of inputResponses: for each key the result of the
// same index. Results that are nil or missing are left out.
func Responses(keys []string, results [][]byte) []byte {
	o := &object{text: []byte("{}")}
	for i, key := range keys {
		if i < len(results) && results[i] != nil {
			o.set(key, results[i])
		}
	}
	return o.spell()
}
