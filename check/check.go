// Package check holds live MCP servers to the rules of the protocol: those of
// sessions and initialization, and those of revision 2026-07-28, which has
// neither.
//
// It finds out which of the two a server speaks, asks what clients ask, rightly
// and wrongly, and says for each rule what it saw, what the specification
// wants, and what to do about a breach. A program, or a test of a server of one's own, needs one call:
//
//	report, err := check.HTTP(ctx, "http://127.0.0.1:8000/mcp")
//	if err != nil {
//		return err // an Unreachable says what is there instead of an MCP server
//	}
//	for _, f := range report.Findings {
//		if f.Verdict == check.Broken {
//			fmt.Println(f.Rule, "is broken:", f.Saw, "- it wants", f.Wants)
//		}
//	}
//	fmt.Println("dialect:", report.Dialect) // nil where too little could be asked
//
// [HTTP] and [Stdio] walk the rules. [Survey] asks the same and judges
// nothing: it is for who wants to know a server's manners. Nothing that is
// asked changes the server's data: a tool is only called where it says that it
// is read-only, or by [WithCall]; and no request is made that some server is
// known not to survive.
//
// What this does not do: it does not look at what the tools do, at what a
// server asks its client by input_required, or at how it bears load. It uses no
// proxy and follows no redirect to another host.
package check

import (
	"context"
	"fmt"
	"net/url"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// HTTP holds the server whose MCP endpoint is at that URL to the rules of
// Streamable HTTP, in each era that it speaks, and finds out whose manners it
// has; or else to those of HTTP+SSE, if that is what it speaks. That takes
// seconds: some answers are streams, which are listened to for a while.
//
// The error is an [*Unreachable] where no MCP server answers, that of ctx where it
// ends, and otherwise about the arguments. A server that breaks the rules is
// no error: the report says so.
func HTTP(ctx context.Context, endpoint string, opts ...Option) (*Report, error) {
	w, err := newHolding(endpoint, opts)
	if err != nil {
		return nil, err
	}
	if err := w.rules(ctx); err != nil {
		return nil, hidden(err, w.secrets())
	}
	w.hideAll(w.secrets())
	if w.answers == nil && w.modernAnswers == nil {
		return w.Report, nil
	}
	if w.Dialect, err = resembling(ctx, w.answers, w.modernAnswers, w.issued); err != nil {
		return nil, err
	}
	return w.Report, nil
}

// Stdio starts a command that speaks MCP on its stdin and stdout, holds it to
// the rules of stdio, and ends it with all that it has started. Then it is
// started twice more: to be asked what comes too early, and to be asked as
// clients of revision 2026-07-28 begin. One that has no initialize is started
// once.
//
// The errors are those of [HTTP]. The environment and the directory of the
// command are this process's own.
func Stdio(ctx context.Context, command []string, opts ...Option) (*Report, error) {
	if len(command) == 0 || command[0] == "" {
		return nil, fmt.Errorf("the server's command is empty: give a program and its arguments")
	}
	o, err := settle(opts)
	if err != nil {
		return nil, err
	}
	s := &program{piped{Report: &Report{Server: say.Command(command), Transport: overStdio}, options: &o, log: "what it says on stderr"}, command}
	if err := s.rules(ctx); err != nil {
		return nil, err
	}
	return s.Report, nil
}

// newHolding makes ready to ask the server at a URL.
func newHolding(endpoint string, opts []Option) (*holding, error) {
	o, err := settle(opts)
	if err != nil {
		return nil, err
	}
	if _, err := probes.NewClient(endpoint, o.asking()...); err != nil {
		return nil, err // here rather than when the server is asked
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	return &holding{Report: &Report{Server: say.Place(u), Transport: overHTTP}, options: o, given: u, endpoint: u}, nil
}
