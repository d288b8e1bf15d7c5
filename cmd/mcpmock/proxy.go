package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/spf13/cobra"
)

// A passing is what the flags of proxy say: a recording of which nothing is
// kept, and a playing without a tape.
type passing struct {
	recording
	playing
	requests atomic.Int64 // of clients, so far
}

// count counts the requests of clients.
func (p *passing) count(e *cassettes.Event) {
	if e.From != cassettes.Client {
		return
	}
	for _, m := range messagesOf(e) {
		if m.Kind == jsonrpc.Request {
			p.requests.Add(1)
		}
	}
}

// passedOn says at the end how much passed, and what was broken.
func (p *passing) passedOn(c *console, player *replay.Player) {
	faulted, refused, requests := player.Journal().Count("faulted"), player.Journal().Count("refused"), int(p.requests.Load())
	if c.asJSON {
		c.event("passed", "counts", map[string]int{"requests": requests, "faulted": faulted, "refused": refused})
		return
	}
	text := fmt.Sprintf("passed  %s, %d faulted", say.Count(requests, "request"), faulted)
	if refused > 0 {
		text += fmt.Sprintf(", %d refused", refused)
	}
	c.talk("%s", text)
}

func newProxy(c *console) *cobra.Command {
	var p passing
	cmd := &cobra.Command{
		Use:   "proxy -s NAME|FILE (--upstream URL | --from FILE | -- COMMAND...)",
		Short: "break live traffic between clients and a real server, as a scenario says",
		Long: `break live traffic between clients and a real server, as a scenario says

It stands where record stands, but writes nothing: what passes is passed on as it
is, but for what the scenarios break. At the end it says what a good client should
have done; a must that was broken makes the exit code 1.

The dialect of a scenario words the refusals of sessions that its faults have
ended; all others are the server's own.`,
		Example: `  mcpmock proxy -s session-404-no-reinit --upstream http://127.0.0.1:3001/mcp
  mcpmock proxy -s ./mine.yaml -- npx -y @modelcontextprotocol/server-filesystem .
  mcpmock proxy -s ./mine.yaml --listen 127.0.0.1:4000 -- node server.js`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 0 {
				if err := none(cmd, args); err != nil {
					return err.(*failure).hint("a server's command follows a dash:  mcpmock proxy -s NAME -- COMMAND...")
				}
			}
			p.command = args
			p.passing = true
			p.given = cmd.Flags().Changed
			p.seeded = cmd.Flags().Changed("seed")
			return p.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&p.scenarios, "scenario", "s", nil, "break it as the scenario `NAME|FILE` says; may be repeated")
	f.StringVar(&p.upstream, "upstream", "", "stand before the server at `URL`")
	listenOn(f, &p.recording.listen, "127.0.0.1:0", "listen on `HOST:PORT`; port 0 is a free one. With a command: serve it over HTTP, at /mcp and /sse")
	f.StringArrayVar(&p.headers, "header", nil, "add the header `K:V` towards the upstream, and only there; may be repeated")
	f.StringArrayVar(&p.env, "env", nil, "set the variable `K=V` for the command; may be repeated")
	f.StringVar(&p.from, "from", "", "stand before a server that the client's configuration `FILE` has, such as .mcp.json")
	f.StringVar(&p.server, "server", "", "with --from: the server `NAME`; needed where there are several")
	f.StringArrayVar(&p.origins, "allow-origin", nil, "admit web pages of `ORIGIN`; may be repeated")
	f.StringArrayVar(&p.hosts, "allow-host", nil, "admit requests for the name `HOST`; may be repeated")
	f.Int64Var(&p.seed, "seed", 0, "make what the mock makes up repeatable; without it that is random")
	f.StringVar(&p.journal, "journal", "", "write all that happens to the cassette `FILE`")
	c.verbosely(cmd, eachExchange)
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // the flag exists
	return cmd
}

// Words for hints.
const (
	proxyURL     = "mcpmock proxy -s session-404-no-reinit --upstream http://127.0.0.1:3001/mcp"
	proxyCommand = "mcpmock proxy -s session-404-no-reinit -- node server.js"
)

func (p *passing) run(ctx context.Context, c *console) error {
	if len(p.scenarios) == 0 {
		return wrongUse("proxy needs what is to be broken: -s NAME|FILE").hint(proxyURL).hint("all scenarios: mcpmock scenario list")
	}
	if err := p.checkFrom(); err != nil {
		return err
	}
	if err := p.fromClient(); err != nil {
		return err
	}
	if len(p.command) == 0 && p.upstream == "" {
		return wrongUse("proxy needs the server that it stands before: --upstream URL, or -- COMMAND").hint(proxyURL)
	}
	if err := p.checkServer(); err != nil {
		return err
	}
	opts, err := p.breaking()
	if err != nil {
		return err
	}
	for _, name := range p.scenarios {
		if s, err := loadScenario(name); err == nil && s.Stubs != nil {
			return wrongUse("%s: a scenario with stubs answers by itself, and no server is asked", name).hint("mcpmock replay -s %s", say.File(name))
		}
	}
	ears := listeners{p.count}
	if c.verbose {
		ears = append(ears, newTicker(c).hear)
	}
	p.playing.stdio = len(p.command) > 0 && !p.given("listen")
	var journal *journalFile
	if p.journal != "" {
		if journal, err = newJournalFile(p.journal, cassettes.OfProxy, played(nil), p.carries()); err != nil {
			return err
		}
		ears = append(ears, journal.hear)
	}
	opts = append(opts, replay.WithJournal(ears.hear))
	ctx, stop := untilSignal(ctx)
	defer stop()
	surviveBrokenPipes()
	code, player, err := p.pass(ctx, c, opts)
	if err := withClose(err, player, journal); err != nil {
		return err
	}
	if err := c.judged(player, p.playing.stdio); err != nil {
		return err
	}
	return exit(code).orNil()
}

// pass stands between until the client leaves or a signal comes.
func (p *passing) pass(ctx context.Context, c *console, opts []replay.Option) (int, *replay.Player, error) {
	if p.playing.stdio {
		return p.passLines(ctx, c, opts)
	}
	player, err := p.passHTTP(ctx, c, opts)
	return 0, player, err
}

// nowhere is a tape that keeps nothing.
type nowhere struct{}

func (nowhere) Write(*cassettes.Event) error { return nil }

// unkept makes a recorder that keeps nothing: it is used for how it passes
// traffic on.
func (p *passing) unkept(opts ...recorder.Option) (*recorder.Recorder, error) {
	none, err := cassettes.NewRedactor(nil)
	if err != nil {
		return nil, err
	}
	opts = append(opts, recorder.WithRedactor(none), recorder.WithAnyone()) // the player has checked who asks
	return recorder.New(nowhere{}, opts...)
}

// passHTTP stands before a server for clients that speak HTTP.
func (p *passing) passHTTP(ctx context.Context, c *console, opts []replay.Option) (*replay.Player, error) {
	path, name := "/mcp", ""
	var upstream http.Handler
	var rec *recorder.Recorder
	finish := func() error { return nil }
	if len(p.command) > 0 {
		if err := p.serverCommand().Err; err != nil {
			return nil, p.cannotStart(err)
		}
		var err error
		if rec, err = p.unkept(); err != nil {
			return nil, err
		}
		bridge := rec.Bridge(p.serverCommand, c.err)
		upstream, name, finish = bridge, say.Word(p.command[0]), bridge.Close
	} else {
		at, extra, err := p.towards(ctx)
		if err != nil {
			return nil, err
		}
		if rec, err = p.unkept(extra...); err != nil {
			return nil, err
		}
		upstream, name, path = rec.Proxy(at), say.Place(at), at.EscapedPath()
	}
	player, err := replay.NewLive(upstream, opts...)
	if err != nil {
		return nil, err
	}
	server, err := replay.Listen(p.recording.listen, player)
	if err != nil {
		return nil, cannotListen(p.recording.listen, err, proxyURL+" --listen 127.0.0.1:0")
	}
	c.warnExposed(p.recording.listen, "listen on 127.0.0.1 unless they are meant to")
	u, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	u.Path = path
	err = c.ready(ready{URL: u.String()},
		fmt.Sprintf("passing on to %s, broken by %s", name, strings.Join(p.scenarios, ", ")),
		"  url   "+u.String(),
		"  stop  ctrl-c")
	if err == nil {
		<-ctx.Done()
	}
	_ = server.Close() // the error is always nil
	err = errors.Join(err, finish(), rec.Close())
	p.passedOn(c, player)
	return player, err
}

// passLines stands between the client that started mcpmock and the server that
// it starts itself.
func (p *passing) passLines(ctx context.Context, c *console, opts []replay.Option) (int, *replay.Player, error) {
	cmd := p.serverCommand()
	if cmd.Err != nil {
		return 0, nil, p.cannotStart(cmd.Err)
	}
	rec, err := p.unkept()
	if err != nil {
		return 0, nil, err
	}
	player, err := replay.NewLive(nil, append(opts, replay.WithStderr(c.err))...)
	if err != nil {
		return 0, nil, err
	}
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	type ended struct {
		code int
		err  error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan ended, 1)
	go func() {
		code, err := rec.Command(ctx, cmd, in, out, c.err)
		_ = out.CloseWithError(io.EOF)
		over <- ended{code, err}
	}()
	code, broken, err := player.Through(ctx, os.Stdin, c.out, stdin, stdout)
	if broken { // the server lives on, and its client must not see that
		cancel()
	}
	_ = stdin.Close()
	_ = stdout.Close()
	e := <-over
	_ = rec.Close()
	if !broken {
		code = e.code
		if err == nil && ctx.Err() == nil {
			err = e.err
		}
	}
	if cmd.Process == nil && e.err != nil {
		return 0, player, p.cannotStart(e.err)
	}
	return code, player, err
}
