package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/mcpmock/mcpmock/check"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/spf13/cobra"
)

// A checking is what the flags of check say.
type checking struct {
	url       *url.URL
	command   []string
	headers   []string
	tool      string
	arguments string
}

func newCheck(c *console) *cobra.Command {
	var k checking
	cmd := &cobra.Command{
		Use:   "check (URL | -- COMMAND...)",
		Short: "hold a live server to the rules of the protocol",
		Long: `hold a live server to the rules of the protocol

It asks what clients ask, rightly and wrongly, and says for each rule what it
saw, what the specification wants, and what to do about a breach: the rules of
sessions and initialization, and those of revision 2026-07-28, which has
neither; of each, where the server speaks it. Nothing it asks changes the
server's data: a tool is only called where it says it is read-only, or with
--call.

The exit code is 1 where a MUST of the specification is broken, and 3 where no
MCP server answers.`,
		Example: `  mcpmock check http://127.0.0.1:8000/mcp
  mcpmock check https://mcp.example/mcp --header "Authorization: Bearer $TOKEN"
  mcpmock check http://127.0.0.1:8000/mcp --call get_forecast --arguments '{"city":"Oslo"}'
  mcpmock check -- npx -y @modelcontextprotocol/server-filesystem .`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := k.read(cmd, args); err != nil {
				return err
			}
			return k.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&k.headers, "header", nil, "send the header `K:V` with every request; may be repeated")
	f.StringVar(&k.tool, "call", "", "call the tool `NAME`, whatever it does")
	f.StringVar(&k.arguments, "arguments", "", "with --call: its arguments, a `JSON` object")
	c.verbosely(cmd, "say for each rule what the specification wants, not only where it is not met")
	return cmd
}

const checkURL = "mcpmock check http://127.0.0.1:8000/mcp"

// read takes in arguments and flags.
func (k *checking) read(cmd *cobra.Command, args []string) error {
	switch at := cmd.ArgsLenAtDash(); {
	case at > 0:
		return wrongUse("a URL and a command exclude each other: one server a check").hint(checkURL).hint("mcpmock check -- node server.js")
	case at == 0 && len(args) == 0, at == 0 && args[0] == "":
		return wrongUse("the server's command is empty").hint("mcpmock check -- node server.js")
	case at == 0:
		k.command = args
		if len(k.headers) > 0 {
			return wrongUse("--header is for a server that speaks HTTP")
		}
	default:
		text, err := one(cmd, args, "the URL of a server", checkURL)
		if err != nil {
			return err
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			f := wrongUse("check %s: it must be a URL with http or https", say.Printable(text))
			if at, err := url.Parse("http://" + text); err == nil && at.Port() != "" && at.User == nil {
				if at.Path == "" || at.Path == "/" {
					at.Path = "/mcp"
				}
				return f.hint("mcpmock check %s", say.Word(at.String()))
			}
			if err != nil || u.User != nil || u.RawQuery != "" { // in which secrets may be
				f = wrongUse("check: it must be a URL with http or https")
			}
			return f.hint(checkURL).hint("a server that speaks over stdio follows a dash:  mcpmock check -- node server.js")
		}
		k.url = u
	}
	for _, h := range k.headers {
		if _, _, err := parseHeader(h); err != nil {
			return err
		}
	}
	switch {
	case k.arguments != "" && k.tool == "":
		return wrongUse("--arguments are those of a tool: add --call NAME")
	case k.arguments == "":
		k.arguments = "{}"
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(k.arguments), &object); err != nil || object == nil {
		return wrongUse("--arguments: it must be a JSON object").hint(`such as: --arguments '{"city":"Oslo"}'`)
	}
	return nil
}

func (k *checking) run(ctx context.Context, c *console) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	var opts []check.Option
	for _, h := range k.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return err
		}
		opts = append(opts, check.WithHeader(name, value))
	}
	if k.tool != "" {
		opts = append(opts, check.WithCall(k.tool, json.RawMessage(k.arguments)))
	}
	var r *check.Report
	var err error
	opts = append(opts, check.WithWaiting(func(what string) { c.talk("mcpmock  %s", what) }))
	if k.command != nil {
		r, err = check.Stdio(ctx, k.command, opts...)
	} else {
		r, err = check.HTTP(ctx, k.url.String(), opts...)
	}
	if err != nil && ctx.Err() != nil {
		return interrupted("the check", "no rule was judged")
	}
	if err != nil {
		return orUnreachable(err)
	}
	if c.asJSON {
		err = c.print(r)
	} else {
		err = r.Text(c.out, c.verbose)
	}
	if err == nil && r.Broken > 0 {
		return exit(exitCheck)
	}
	return err
}

// orUnreachable gives the error that no MCP server answers its exit code.
func orUnreachable(err error) error {
	if u, ok := errors.AsType[*check.Unreachable](err); ok {
		return &failure{code: exitUpstream, err: u, hints: u.Hints}
	}
	return err
}
