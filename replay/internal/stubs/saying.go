package stubs

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// saying makes ready what is said once.
func (w *writer) saying(a *scenarios.StubAnswer, say func(*scenarios.StubAnswer, *Saying) error) (to Saying, err error) {
	if a.Delay < 0 {
		return to, at(".delay", errors.New("it must not be negative"))
	}
	to.Delay = a.Delay
	for i := range a.Progress {
		f, err := progressForm(&a.Progress[i])
		if err != nil {
			return to, at(fmt.Sprintf(".progress[%d]", i), err)
		}
		to.progress = append(to.progress, f)
	}
	switch {
	case a.Result != nil && (a.Error != nil || a.Text != "" || a.Structured != nil || a.IsError):
		return to, at(".result", errors.New("it is the whole result: leave out text, structured, is_error and error"))
	case a.Error != nil && (a.Text != "" || a.Structured != nil || a.IsError):
		return to, at(".error", errors.New("an answer is an error or a result: leave out text, structured and is_error"))
	case a.Text != "" && a.Structured != nil:
		return to, at(".structured", errors.New("it is a text as well: leave out text"))
	case a.Error != nil:
		err = at(".error", errorSaying(a.Error, &to))
		return to, err
	case a.Result != nil:
		to.outcome.literal(`"result":`)
		if err := to.outcome.json(a.Result, true); err != nil {
			return to, at(".result", err)
		}
		if !isObject(a.Result) {
			return to, at(".result", errors.New("it must be an object"))
		}
		to.outcome.literal("}")
		return to, nil
	}
	err = say(a, &to)
	return to, err
}

// errorSaying makes the error of a JSON-RPC response.
func errorSaying(e *scenarios.RPCError, to *Saying) error {
	f := &to.outcome
	f.literal(`"error":{"code":` + strconv.Itoa(e.Code) + `,"message":"`)
	if err := f.text(e.Message); err != nil {
		return at(".message", err)
	}
	f.literal(`"`)
	if e.Data != nil {
		f.literal(`,"data":`)
		if err := f.json(e.Data, false); err != nil {
			return at(".data", err)
		}
	}
	f.literal("}}")
	return nil
}

// toolSaying makes the result of a tool: its content, and with structured
// content a text of the same, for clients that do not know it (2025-06-18
// server/tools, "Structured Content").
func toolSaying(a *scenarios.StubAnswer, output *schema, to *Saying) error {
	f := &to.outcome
	f.literal(`"result":{"content":[`)
	if a.Structured != nil {
		if !isObject(a.Structured) {
			return at(".structured", errors.New("it must be an object"))
		}
		if err := to.structured.json(a.Structured, false); err != nil {
			return at(".structured", err)
		}
	}
	switch {
	case a.IsError || output == nil:
	case a.Structured == nil: // "Servers MUST provide structured results" (server/tools, "Output Schema")
		return errors.New("a tool with an output answers with structured, or with is_error: use result for what is wrong on purpose")
	case !to.structured.fixed():
		to.output = output
	default:
		if wrong := output.breach(a.Structured); wrong != "" {
			return at(".structured", fmt.Errorf("it is not what output says: %s: mend one of them, or use result for what is wrong on purpose", wrong))
		}
	}
	f.literal(`{"type":"text","text":"`)
	if a.Structured != nil {
		*f = append(*f, piece{is: structured})
	} else if err := f.text(a.Text); err != nil {
		return at(".text", err)
	}
	f.literal(`"}`)
	f.literal("]")
	if a.Structured != nil {
		f.literal(`,"structuredContent":`)
		*f = append(*f, piece{is: structured, whole: true})
	}
	if a.IsError {
		f.literal(`,"isError":true`)
	}
	f.literal("}}")
	return nil
}

// promptSaying makes the result of a prompt: one message of the user.
func promptSaying(a *scenarios.StubAnswer, description string, to *Saying) error {
	if a.Structured != nil || a.IsError {
		return errors.New("structured and is_error are for tools: give a prompt text, result or error")
	}
	f := &to.outcome
	f.literal(`"result":{`)
	if description != "" {
		f.literal(`"description":` + string(jsonrpc.Text(description)) + `,`)
	}
	f.literal(`"messages":[`)
	f.literal(`{"role":"user","content":{"type":"text","text":"`)
	if err := f.text(a.Text); err != nil {
		return at(".text", err)
	}
	f.literal(`"}}]}}`)
	return nil
}

// methodSaying is for what is neither: a method answers with what is written.
func methodSaying(*scenarios.StubAnswer, *Saying) error {
	return errors.New("give a method result or error: text, structured and is_error are for tools and prompts")
}

// progressForm makes the params of a progress notification, from the member
// progress on.
func progressForm(p *scenarios.StubProgress) (f form, err error) {
	number, err := json.Marshal(p.Progress)
	if err != nil {
		return nil, err
	}
	f.literal(`"progress":` + string(number))
	if p.Total != 0 {
		if number, err = json.Marshal(p.Total); err != nil {
			return nil, err
		}
		f.literal(`,"total":` + string(number))
	}
	if p.Message != "" {
		f.literal(`,"message":"`)
		if err := f.text(p.Message); err != nil {
			return nil, at(".message", err)
		}
		f.literal(`"`)
	}
	f.literal("}}")
	return f, nil
}
