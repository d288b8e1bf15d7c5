package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/spf13/cobra"
)

// exitRun is the exit code where run itself failed, and not what it ran.
const exitRun = 125

// An errand is what the flags of run say: how is played, and around what.
type errand struct {
	playing
	cassettes []string // [NAME=]FILE
	strict    bool
	failFast  bool
	reports   []string // KIND=FILE
	command   []string

	dir   string // of what the command is given, private and removed at the end
	mocks []*mocked
}

func newRun(c *console) *cobra.Command {
	var r errand
	cmd := &cobra.Command{
		Use:   "run -- COMMAND...",
		Short: "run a command with a mock around it: tests in any language",
		Long: `run a command with a mock around it: tests in any language

The command finds the mock in its environment: MCPMOCK_URL is the endpoint,
MCPMOCK_SSE_URL the one for clients of HTTP+SSE, MCPMOCK_CONFIG a file with
mcpServers, MCPMOCK_COMMAND a JSON array that starts the mock over stdio. In its
arguments {url}, {sse}, {config} and {port} stand for these.

When it has ended, what happened is said on stderr. What the client must do and
has not done in time is said at once; with --fail-fast that ends the command.

The exit code is the command's own where that is not 0, else 1 where a check
failed: a request had no answer, or the client did not do what a scenario says
it must. It is 125 where mcpmock itself failed, 126 where the command could not
be run, 127 where it was not found, and 128+N where signal N ended it.`,
		Example: `  mcpmock run -- npm test
  mcpmock run -c weather -s session-404-no-reinit -- pytest
  mcpmock run -c weather -c billing=b.cassette --strict --report junit=mcp.xml -- go test ./...
  mcpmock run -- claude -p "the weather in Oslo?" --mcp-config {config} --strict-mcp-config`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.seeded = cmd.Flags().Changed("seed")
			switch {
			case len(args) == 0:
				return runFailed(wrongUse("run needs the command to run").hint("mcpmock run -c weather -- npm test"))
			case filepath.Ext(args[0]) == ".cassette" || slices.Contains(cassettes.StockNames(), args[0]):
				return runFailed(wrongUse("run takes a command, and %s is a cassette", args[0]).hint("mcpmock run -c %s -- COMMAND", say.File(args[0])))
			}
			if err := chosen(cmd); err != nil {
				return runFailed(err)
			}
			if len(r.cassettes) == 0 && !cmd.Flags().Changed("repeat") {
				// The stock tape is not of this client, which may call as often as it likes.
				r.repeat = true
			}
			r.command = args
			return runFailed(r.run(cmd.Context(), c))
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what follows the command is the command's
	f.StringArrayVarP(&r.cassettes, "cassette", "c", nil, "play the cassette `[NAME=]FILE`; repeated, a mock for each, at MCPMOCK_NAME_URL (default: the stock tape weather, or a scenario's stubs)")
	f.BoolVar(&r.strict, "strict", false, "fail for exchanges that were not played, faults that never fired and rules that were broken, too")
	f.BoolVar(&r.failFast, "fail-fast", false, "end the command as soon as the client has failed to do what it must")
	f.StringArrayVar(&r.reports, "report", nil, "write the report as `KIND=FILE`, KIND being junit, json or html; may be repeated, or separated by commas; - is stderr")
	r.flags(cmd)
	c.verbosely(cmd, eachExchange)
	_ = cmd.RegisterFlagCompletionFunc("cassette", completeTape) // these flags exist
	_ = cmd.RegisterFlagCompletionFunc("report", completeReport)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return runFailed(flagError(cmd, err)) })
	return cmd
}

// runFailed gives an error of run itself the exit code that says so.
func runFailed(err error) error {
	if _, passed := errors.AsType[exit](err); err == nil || passed {
		return err
	}
	f := &failure{err: err}
	if known, ok := errors.AsType[*failure](err); ok {
		f.hints = known.hints
		f.code = known.code
	}
	if f.code != exitNotRun && f.code != exitNotFound {
		f.code = exitRun
	}
	return f
}

// untilSettled is how long what a command's own children do over stdio may take
// to come in when the command has ended.
const untilSettled = 500 * time.Millisecond

// run starts the mocks and the command, and says what came of it.
func (r *errand) run(ctx context.Context, c *console) error {
	reports, err := parseReports(r.reports)
	if err != nil {
		return err
	}
	for _, f := range reports {
		if err := f.try(); err != nil {
			return err
		}
	}
	signals, release := catch()
	defer release() // after all that is to be cleared away
	if r.dir, err = os.MkdirTemp("", "mcpmock-run-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	defer r.close()
	began := time.Now() // before the journals' clocks, so that nothing in them is later than all that it took
	if err := r.open(c); err != nil {
		return err
	}
	env, err := r.environment()
	if err != nil {
		return err
	}
	if !c.asJSON {
		for _, m := range r.mocks {
			c.talk("mcpmock  %s -> %s", m.says(&r.playing), m.server.URL)
		}
	}
	failing, found := r.watch(ctx, c)
	k := &child{args: r.arguments(), env: env, out: c.out, err: c.err, signals: signals}
	if r.failFast {
		k.end = failing
	}
	code, err := k.run(ctx)
	for _, m := range r.mocks {
		m.doorway.settle(untilSettled)
	}
	found()
	if err != nil {
		return err
	}
	report, err := r.report(code)
	if err != nil {
		return err
	}
	report.Took = time.Since(began)
	if err := errors.Join(r.tell(c, report, reports), r.close()); err != nil {
		if code != 0 { // of two failures the command's own says more
			c.tell(runFailed(err))
			return exit(code)
		}
		return err
	}
	if code == 0 && report.Failed() || k.endedEarly {
		code = exitCheck
	}
	return exit(code).orNil()
}

// watch says at once what the client has failed to do, for a command that hangs
// may never end; failing is closed with the first of that, and found ends it.
func (r *errand) watch(ctx context.Context, c *console) (failing <-chan struct{}, found func()) {
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	var first sync.Once
	failed := make(chan struct{})
	for _, m := range r.mocks {
		watching.Go(func() {
			m.server.Player.Failing(ctx, func(v verdicts.Verdict) {
				v.Mock = r.tells(m)
				if c.asJSON {
					c.event("failing", "verdict", v)
				} else {
					c.talk("mcpmock  ✗ %s", v.Line())
				}
				first.Do(func() { close(failed) })
			})
		})
	}
	return failed, func() {
		stop()
		watching.Wait()
	}
}

// tell writes the report to stderr and wherever it is wanted.
func (r *errand) tell(c *console, report *verdicts.Report, files []reportFile) error {
	onStderr := report.Text
	if c.asJSON {
		onStderr = report.JSON
	}
	c.mu.Lock()
	err := onStderr(c.err)
	c.mu.Unlock()
	for _, f := range files {
		err = errors.Join(err, f.write(report, c))
	}
	return err
}

// open starts a mock for each cassette.
func (r *errand) open(c *console) error {
	named, err := r.named()
	if err != nil {
		return err
	}
	if r.journal != "" && len(named) > 1 {
		return wrongUse("--journal is that of one mock, and there are %d", len(named))
	}
	for _, n := range named {
		m, err := r.start(c, n)
		if err != nil {
			return err
		}
		r.mocks = append(r.mocks, m)
	}
	return nil
}

// close ends the mocks. It may be called twice.
func (r *errand) close() error {
	var all error
	for _, m := range r.mocks {
		all = errors.Join(all, m.close())
	}
	r.mocks = nil
	return all
}

// arguments are the command's, with what stands in braces replaced.
func (r *errand) arguments() []string {
	first := r.mocks[0]
	replace := strings.NewReplacer("{url}", first.server.URL, "{sse}", first.server.SSE, "{config}", r.config(), "{port}", first.port())
	args := make([]string, len(r.command))
	for i, a := range r.command {
		args[i] = replace.Replace(a)
	}
	return args
}

// config is the file with mcpServers.
func (r *errand) config() string { return filepath.Join(r.dir, "mcp.json") }

// environment makes what the command finds the mocks by: variables, and the
// file with mcpServers.
func (r *errand) environment() ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	type entry struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	servers := map[string]entry{}
	var env []string
	for i, m := range r.mocks {
		command, err := json.Marshal(append([]string{self}, m.doorway.command()...))
		if err != nil {
			return nil, err
		}
		set := func(names [3]string) {
			env = append(env, names[0]+"="+m.server.URL, names[1]+"="+m.server.SSE, names[2]+"="+string(command))
		}
		if i == 0 {
			set(variables(""))
		}
		set(variables(m.name))
		kind := overHTTP
		if m.server.URL == m.server.SSE {
			kind = overSSE
		}
		servers[m.name] = entry{kind, m.server.URL}
	}
	config, err := jsonText(map[string]any{"mcpServers": servers}, "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(r.config(), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return append(os.Environ(), append(env, configVariable+"="+r.config())...), nil
}

// configVariable names the file with mcpServers.
const configVariable = "MCPMOCK_CONFIG"

// variables are those by which a command finds the mock of a name, "" being the
// first one: its URL, that for clients of HTTP+SSE, and its command.
func variables(name string) [3]string {
	prefix := "MCPMOCK_"
	if name != "" {
		prefix += variable(name) + "_"
	}
	return [3]string{prefix + "URL", prefix + "SSE_URL", prefix + "COMMAND"}
}

// variable is a name as it stands in that of an environment variable.
func variable(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, name)
}
