package main

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/spf13/cobra"
)

// A recording is what the flags of record say.
type recording struct {
	file      string
	upstream  string
	transport string
	listen    string
	stdio     bool // the client speaks over stdio, though the upstream does not
	headers   []string
	command   []string // of a server that speaks over stdio
	env       []string // K=V, for it
	dir       string   // where it runs
	from      string   // a client's configuration that has the server
	server    string   // which of those there
	golden    bool
	compact   bool
	append    bool
	force     bool
	redact    []string
	noRedact  bool
	sync      bool
	learned   cassettes.Header // with --probe: that of the tape
	probe     bool             // ask the upstream what it refuses before the recording begins

	passing bool // nothing is kept: the verb is proxy

	given func(flag string) bool // whether it was typed
	typed []string               // of headers, those that were
}

func newRecord(c *console) *cobra.Command {
	var r recording
	cmd := &cobra.Command{
		Use:   "record -o FILE (--upstream URL | --from FILE | -- COMMAND...)",
		Short: "record what clients and a real server say to each other",
		Long: `record what clients and a real server say to each other

A server that speaks HTTP: it serves the path of the upstream's URL on an
address of its own; give that URL to the client. A server that speaks over
stdio: it runs COMMAND, so let the client start mcpmock in its place; FILE may
be there already, and other recorders may write it at the same time. --from
takes either out of the configuration of a client.

A client that speaks otherwise than the server is bridged: with --listen it
meets COMMAND over HTTP, and with --stdio the upstream over stdio; then FILE may
be there already, too.

What is said is on the tape before the other side has it, so a recording that is
killed is whole up to there. Secrets are replaced before they reach the disk.`,
		Example: `  mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp
  mcpmock record -o weather.cassette --upstream https://mcp.example/mcp --header "Authorization: Bearer $TOKEN"
  mcpmock record -o files.cassette -- npx -y @modelcontextprotocol/server-filesystem .
  mcpmock record -o files.cassette --listen 127.0.0.1:4000 -- npx -y @modelcontextprotocol/server-filesystem .
  mcpmock record -o weather.cassette --from .mcp.json --server weather`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 0 { // before the dash, or without one
				if err := none(cmd, args); err != nil {
					return err.(*failure).hint("a server's command follows a dash:  mcpmock record -o FILE -- COMMAND...")
				}
			}
			r.command = args
			r.given = cmd.Flags().Changed
			return r.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&r.file, "output", "o", "", "write the cassette `FILE`")
	f.StringVar(&r.upstream, "upstream", "", "record the server at `URL`")
	f.StringVar(&r.transport, "transport", "", "the upstream speaks `http|sse` (default: sse where its path ends in /sse, else http)")
	listenOn(f, &r.listen, "127.0.0.1:0", "listen on `HOST:PORT`; port 0 is a free one. With a command: serve it over HTTP, at /mcp and /sse")
	f.BoolVar(&r.stdio, "stdio", false, "with --upstream: speak over stdin and stdout to the one client that started it; nothing listens")
	f.StringArrayVar(&r.headers, "header", nil, "add the header `K:V` towards the upstream, and only there; may be repeated")
	f.StringArrayVar(&r.env, "env", nil, "set the variable `K=V` for the command; may be repeated")
	f.StringVar(&r.from, "from", "", "record a server that the client's configuration `FILE` has, such as .mcp.json")
	f.StringVar(&r.server, "server", "", "with --from: the server `NAME`; needed where there are several")
	f.BoolVar(&r.golden, "golden", false, "rewrite the cassette at the end so that the same traffic gives the same file")
	f.BoolVar(&r.compact, "compact", false, "write one event a line")
	f.BoolVar(&r.append, "append", false, "record after what FILE holds; over stdio it always does")
	f.BoolVar(&r.force, "force", false, "record in place of what FILE holds")
	f.StringArrayVar(&r.redact, "redact", nil, "keep the values that JSON Pointer `PTR` names off the tape, such as /params/arguments/pin; may be repeated")
	f.BoolVar(&r.noRedact, "no-redact", false, "leave well-known secrets on the tape")
	f.BoolVar(&r.sync, "sync", false, "wait for the disk at each event, so that a loss of power loses nothing")
	f.BoolVar(&r.probe, "probe", false, "with --upstream: first ask what it refuses, and how, so that replay of FILE refuses alike")
	c.verbosely(cmd, eachExchange)
	completeWords(cmd, "transport", overHTTP, overSSE)
	return cmd
}

func (r *recording) run(ctx context.Context, c *console) error {
	if err := r.check(); err != nil {
		return err
	}
	switch {
	case len(r.command) > 0 && r.given("listen"):
		return r.runBridge(ctx, c)
	case len(r.command) > 0:
		return r.runStdio(ctx, c)
	case r.stdio:
		return r.runCaller(ctx, c)
	}
	return r.runHTTP(ctx, c)
}

// Commands that work, for hints.
const (
	recordURL     = "mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp"
	recordCommand = "mcpmock record -o weather.cassette -- node server.js"
)

// check looks at the flags, before anything is touched.
func (r *recording) check() error {
	switch {
	case r.file == "":
		return wrongUse("record needs the cassette to write: -o FILE").hint(recordURL)
	case len(r.command) > 0 && r.command[0] == "":
		return wrongUse("the server's command is empty").hint(recordCommand)
	case r.append && r.force:
		return wrongUse("--append and --force exclude each other: one keeps what %s holds, the other does not", r.file)
	}
	if err := r.checkFrom(); err != nil {
		return err
	}
	for _, v := range r.env {
		if name, _, ok := strings.Cut(v, "="); !ok || name == "" {
			return wrongUse("--env: it must be a name, an equals sign and a value").hint("such as: --env API_KEY=VALUE") // it may be a secret
		}
	}
	r.typed = r.headers
	if err := r.fromClient(); err != nil {
		return err
	}
	if err := r.checkServer(); err != nil {
		return err
	}
	if r.probe && (len(r.command) > 0 || r.stdio || r.append || r.transport != overHTTP) {
		return wrongUse("--probe is for a new recording of a server that speaks Streamable HTTP, over HTTP: leave --probe out").hint(recordURL + " --probe")
	}
	if _, err := cassettes.NewRedactor(r.rules()); err != nil {
		return err
	}
	if _, err := os.Stat(r.file); err == nil && !r.append && !r.force && len(r.command) == 0 && !r.stdio {
		return r.exists()
	}
	return nil
}

// likeURL and likeCommand are commands that work, of the verb that was typed:
// proxy takes a server as record does.
func (r *recording) likeURL() string {
	if r.passing {
		return proxyURL
	}
	return recordURL
}

func (r *recording) likeCommand() string {
	if r.passing {
		return proxyCommand
	}
	return recordCommand
}

// checkServer looks at the flags that say which server it is, and how to meet
// it: a command on stdin and stdout, an upstream by a proxy.
func (r *recording) checkServer() error {
	switch {
	case len(r.command) == 0 && r.upstream == "":
		return wrongUse("record needs the server to record: --upstream URL, or -- COMMAND").hint(recordURL).hint(recordCommand)
	case len(r.command) > 0 && r.upstream != "":
		return wrongUse("--upstream and a command exclude each other: there is one server").hint("%s", r.likeURL()).hint("%s", r.likeCommand())
	case len(r.command) > 0:
		for _, flag := range [...]string{"stdio", "header", "transport"} {
			if r.given(flag) {
				return wrongUse("--%s is for a server that speaks HTTP; a command speaks on stdin and stdout", flag).hint("%s", r.likeCommand())
			}
		}
		return nil
	case r.stdio && r.given("listen"):
		return wrongUse("--stdio and --listen exclude each other: the client is on stdin and stdout, or comes over HTTP")
	case len(r.env) > 0:
		return wrongUse("--env is for a command; an upstream has its environment already").hint("%s", r.likeCommand())
	}
	u, err := url.Parse(r.upstream)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		said := "--upstream" // without what a secret may be in
		if err == nil && u.Hostname() != "" {
			said += " " + say.Place(u)
		}
		return wrongUse("%s: it must be a URL with http or https", said).hint("%s", r.likeURL())
	}
	switch r.transport {
	case "":
		r.transport, err = transportOf(r.upstream)
	case overHTTP, overSSE:
	default:
		err = wrongUse("--transport %s: it is http or sse; a command is always over stdio", r.transport)
	}
	return err
}

// checkFrom looks at the flags that take the server out of a client's
// configuration.
func (r *recording) checkFrom() error {
	switch {
	case r.from != "" && (r.upstream != "" || len(r.command) > 0):
		return wrongUse("--from says which server it is: leave --upstream and the command out")
	case r.server != "" && r.from == "":
		return wrongUse("--server is one of those that a configuration has: add --from FILE")
	}
	return nil
}

// fromClient takes the server out of a client's configuration.
func (r *recording) fromClient() error {
	if r.from == "" {
		return nil
	}
	var given []string // what is typed here counts, and need not be known there
	for _, v := range slices.Concat(r.env, r.headers) {
		given = append(given, strings.TrimSpace(v[:max(strings.IndexAny(v, "=:"), 0)]))
	}
	s, err := fromConfig(r.from, r.server, given...)
	if err != nil {
		return err
	}
	if s.transport == overStdio {
		r.command, r.dir = append([]string{s.command}, s.args...), s.dir
		r.env = append(s.env, r.env...)
		return nil
	}
	r.upstream = s.url
	r.headers = append(s.headers, r.headers...)
	if r.transport == "" {
		r.transport = s.transport
	}
	return nil
}
