package check

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// callOf is a tool call with an id.
func callOf(tool, arguments string) string {
	return `{"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"name":` + jsonText(tool) + `,"arguments":` + arguments + `}}`
}

// call calls a tool, where that is safe.
func (w *holding) call(ctx context.Context) error {
	const wants = "the result of the call"
	var list gjson.Result
	if w.slow() && w.tool == "" {
		w.find("tools-call", LeftOut, ofCalls, "MAY", wants, "the server is slow").Cure = "name a tool:  --call NAME --arguments JSON"
		return nil
	}
	if w.tools {
		answers, err := w.client.Talk(ctx, probes.Probe{Name: "tools", Steps: probes.Conversation(saysTools)})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			list, _ = result(answers[2])
		}
	}
	w.pages(list, func(asked []string) (gjson.Result, string) {
		answers, err := w.client.Talk(ctx, probes.Probe{Name: "pages", Steps: probes.Conversation(asked...)})
		if err != nil {
			return gjson.Result{}, err.Error()
		}
		r, _ := result(answers[len(answers)-1])
		return r, inWords(answers[len(answers)-1])
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said, cure := w.uncallable(list); said != "" {
		w.find("tools-call", LeftOut, ofCalls, "MAY", wants, "%s", said).Cure = cure
		return nil
	}
	tool, why := w.tool, "as told by --call"
	if tool == "" {
		tool, why = harmless(list), "which says that it is read-only"
	}
	if tool == "" {
		w.find("tools-call", LeftOut, ofCalls, "MAY", wants, "no tool says that it is read-only and needs no arguments").Cure = "name one:  --call NAME --arguments JSON"
		return nil
	}
	answers, err := w.client.Talk(ctx, probes.Probe{Name: "call", Steps: probes.Conversation(callOf(tool, w.arguments))})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		answers = []probes.Answer{{}, {}, {Err: err}}
	}
	w.answered("tools-call", "13", answers[2], ofCalls, wants)
	w.talked = append(w.talked, answers[2])
	last := w.Findings[len(w.Findings)-1]
	last.Saw += ", from " + strconv.Quote(say.Short(tool, 80)) + ", " + why
	if w.tool != "" && isJSONRPCError(answers[2]) {
		last.because(ofHisOwn())
	}
	return nil
}

// uncallable says why the call that was asked for cannot be right, by the
// server's list of tools, and what to type instead; "" where it may be, or the
// list does not tell.
func (o *options) uncallable(list gjson.Result) (said, cure string) {
	tools := list.Get("tools")
	if o.tool == "" || !tools.IsArray() {
		return "", ""
	}
	var names []string
	for _, t := range tools.Array() {
		name := t.Get("name").String()
		names = append(names, say.Short(name, 80))
		if name != o.tool {
			continue
		}
		given := gjson.Parse(o.arguments).Map()
		var lacks, such []string
		for _, r := range t.Get("inputSchema.required").Array() {
			if _, ok := given[r.String()]; !ok {
				lacks = append(lacks, say.Short(r.String(), 80))
				such = append(such, strconv.Quote(say.Short(r.String(), 80))+": ...")
			}
		}
		if len(lacks) == 0 {
			return "", ""
		}
		return fmt.Sprintf("not called: %s needs %s", say.Short(name, 80), strings.Join(lacks, ", ")),
			"add them:  --arguments '{" + strings.Join(such, ", ") + "}'"
	}
	if list.Get("nextCursor").String() != "" {
		return "", "" // it may be on a later page
	}
	if len(names) == 0 {
		return fmt.Sprintf("no tool %s: the server has none", say.Short(o.tool, 80)), "leave --call out"
	}
	return fmt.Sprintf("no tool %s: it has %s", say.Short(o.tool, 80), strings.Join(names, ", ")), "name one of these:  --call NAME"
}

// ofHisOwn is about an error for a call that somebody chose.
func ofHisOwn() (cause, cure string) {
	return "the server refuses this call, and says why", "check --call and --arguments against its inputSchema"
}

// harmless returns the first tool of a list that says it changes nothing and
// that needs no arguments.
func harmless(list gjson.Result) string {
	for _, t := range list.Get("tools").Array() {
		if t.Get("annotations.readOnlyHint").Bool() && len(t.Get("inputSchema.required").Array()) == 0 {
			return t.Get("name").String()
		}
	}
	return ""
}
