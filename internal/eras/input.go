package eras

import (
	"fmt"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// An Input is one request for input: what a legacy server asks its client, and
// a modern one asks for in a result.
type Input struct {
	Key    string // by which the client's answer is known
	Method string
	Params []byte // the params' JSON text; nil when there are none
}

// InputRequired makes the result that asks for these inputs, whose keys must
// differ. The state is in it unless it is empty and there are inputs: one of
// both must be (2026-07-28 basic/patterns/mrtr, "Server Requirements"). Params
// of nil become an empty object, also those of roots/list, which may be left
// out: a real client takes no request without. A serverInfo of nil is left out.
func InputRequired(inputs []Input, state string, serverInfo []byte) []byte {
	o := &object{text: []byte("{}")}
	o.set("resultType", jsonrpc.Text(mcp.InputRequired))
	if len(inputs) > 0 {
		requests := &object{text: []byte("{}")}
		for _, in := range inputs {
			request := &object{}
			request.set("method", jsonrpc.Text(in.Method))
			params := in.Params
			if params == nil {
				params = []byte("{}")
			}
			request.set("params", params)
			requests.set(in.Key, request.spell())
		}
		o.set("inputRequests", requests.spell())
	}
	if state != "" || len(inputs) == 0 {
		o.set("requestState", jsonrpc.Text(state))
	}
	identify(o, serverInfo)
	return o.spell()
}

// Inputs returns what a result of type input_required asks for, in its order,
// and its state. A result of another type, one with neither inputs nor state,
// and one that asks for what no client answers is an error (2026-07-28
// basic/patterns/mrtr, "Server Requirements").
func Inputs(result []byte) (inputs []Input, state string, hasState bool, err error) {
	o, _ := read(result)
	if kind, _ := o.str("resultType"); kind != mcp.InputRequired {
		return nil, "", false, nonsense("its resultType is not %q", mcp.InputRequired)
	}
	if o.has("requestState") {
		if state, hasState = o.str("requestState"); !hasState {
			return nil, "", false, nonsense("its requestState is no string")
		}
	}
	if o.has("inputRequests") {
		requests, ok := read(o.get("inputRequests"))
		if !ok {
			return nil, "", false, nonsense("its inputRequests are no object")
		}
		for i, m := range requests.members {
			if slices.ContainsFunc(requests.members[i+1:], func(later member) bool { return later.name == m.name }) {
				continue
			}
			in, err := inputOf(m.name, m.value)
			if err != nil {
				return nil, "", false, err
			}
			inputs = append(inputs, in)
		}
	}
	if len(inputs) == 0 && !hasState {
		return nil, "", false, nonsense("it has neither inputRequests nor requestState")
	}
	return inputs, state, hasState, nil
}

// inputOf reads one of inputRequests.
func inputOf(key string, request []byte) (Input, error) {
	o, _ := read(request)
	in := Input{Key: key}
	in.Method, _ = o.str("method")
	if mcp.ClientCapability(in.Method) == "" {
		return in, nonsense("inputRequests[%q] has no method that a client answers", key)
	}
	if !o.has("params") && in.Method == mcp.RootsList {
		return in, nil
	}
	if in.Params = o.get("params"); !isObject(in.Params) {
		return in, nonsense("inputRequests[%q] has no params", key)
	}
	return in, nil
}

// nonsense is the error of a result that asks for input and cannot be meant.
func nonsense(format string, args ...any) error {
	return untranslatable("mend it in the cassette", "a result that asks for input: %s", fmt.Sprintf(format, args...))
}

// ElicitationsOf returns the elicitations in the data of an error -32042 as
// inputs, with keys of their own, or nil where the error is another one or has
// none but such of url mode (2025-11-25 client/elicitation, "URL Elicitation
// Required Error").
func ElicitationsOf(err []byte) []Input {
	o, _ := read(err)
	if code, ok := codeOf(o); !ok || code != mcp.URLElicitationRequired {
		return nil
	}
	data, _ := read(o.get("data"))
	var inputs []Input
	for i, e := range elements(data.get("elicitations")) {
		elicitation, _ := read(e)
		if mode, _ := elicitation.str("mode"); mode != modeURL {
			return nil
		}
		params, _ := ModernInput(mcp.ElicitationCreate, e) // a method that both eras have
		inputs = append(inputs, Input{fmt.Sprintf("elicitation-%d", i+1), mcp.ElicitationCreate, params})
	}
	return inputs
}
