package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/spf13/cobra"
)

// defaultListen is where replay listens: a port of its own, so that the URL
// in a client's configuration stays the same.
const defaultListen = "127.0.0.1:6625"

// A playing is what the flags of replay say.
type playing struct {
	file      string
	listen    string
	scenarios []string
	sessions  string
	enforce   string
	match     string
	ignore    []string
	repeat    bool
	pace      string
	paceCap   time.Duration
	stdio     bool
	transport string
	era       string
	answers   string
	resumable bool
	onMiss    string
	origins   []string
	hosts     []string
	seed      int64
	seeded    bool
	journal   string
	spending  *spending
}

func newReplay(c *console) *cobra.Command {
	var p playing
	cmd := &cobra.Command{
		Use:   "replay [FILE]",
		Short: "play a cassette as a mock server that holds its clients to the rules",
		Long: `play a cassette as a mock server that holds its clients to the rules

FILE is a cassette, or the name of a stock tape. A request that the tape cannot
answer gets an error that names the recorded exchange closest to it, and makes
the exit code 1. So does a client that breaks a must of a scenario.

Without FILE, the stubs of a scenario are served: answers written by hand.

However the tape was recorded, it is played over Streamable HTTP and HTTP+SSE,
side by side on one port, or with --stdio over stdin and stdout.

It is played to clients of the eras that are on it: those that initialize, and
those of 2026-07-28, whose requests stand alone. With --era both, what it lacks
in one is translated from the other.`,
		Example: `  mcpmock replay weather
  mcpmock replay weather --stdio
  mcpmock replay weather --era both
  mcpmock replay weather -s fastmcp-missing-session-id
  mcpmock replay weather --listen 127.0.0.1:0 --json
  mcpmock replay -s ./mine.yaml`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if len(args) > 0 || len(p.scenarios) == 0 {
				if p.file, err = one(cmd, args, "a cassette", "a stock tape, to begin with:  mcpmock replay weather"); err != nil {
					return err
				}
			}
			p.seeded = cmd.Flags().Changed("seed")
			if err := chosen(cmd); err != nil {
				return err
			}
			if p.stdio {
				for _, flag := range [...]string{"listen", "transport", "answers", "resumable", "allow-origin", "allow-host"} {
					if cmd.Flags().Changed(flag) {
						return wrongUse("--stdio and --%s exclude each other: over stdio nothing listens", flag)
					}
				}
			}
			return p.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	listenOn(f, &p.listen, defaultListen, "listen on `HOST:PORT`; port 0 is a free one")
	f.BoolVar(&p.stdio, "stdio", false, "speak over stdin and stdout to the one client that started it")
	p.flags(cmd)
	c.verbosely(cmd, eachExchange)
	return cmd
}

func (p *playing) run(ctx context.Context, c *console) error {
	opts, err := p.options()
	if err != nil {
		return err
	}
	var tape *cassettes.Tape
	if p.file != "" {
		if tape, err = openTape(p.file, "mcpmock replay %s"); err != nil {
			return err
		}
		defer tape.Close()
	}
	var ears listeners
	opts = append(opts, replay.WithOnMismatch(c.missed))
	if c.verbose || p.journal != "" { // events are made for listeners alone
		opts = append(opts, replay.WithJournal(ears.hear))
	}
	if c.verbose {
		ears = append(ears, newTicker(c).hear)
	}
	spareMemory()
	player, err := replay.New(tape, opts...)
	if errors.Is(err, replay.ErrNothing) {
		return wrongUse("replay needs a cassette, or a scenario with stubs: there are none in %s", strings.Join(p.scenarios, ", ")).
			hint("mcpmock replay weather -s %s", say.Word(p.scenarios[0]))
	}
	if err != nil {
		return err
	}
	p.warnUnserved(c, player)
	p.spending = spendMemory()
	if torn := player.Torn(); torn != nil {
		c.talk("mcpmock: warning: %v", torn)
	}
	var journal *journalFile
	if p.journal != "" {
		if journal, err = newJournalFile(p.journal, cassettes.OfMock, played(tape), p.carries()); err != nil {
			return err
		}
		ears = append(ears, journal.hear)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	play := p.serve
	if p.stdio {
		play = p.speak
		c.partFrom(ctx)
	}
	code, err := play(ctx, c, player)
	if err := withClose(err, player, journal); err != nil {
		return err
	}
	failed := c.judged(player, p.stdio)
	if n := player.Journal().Count("mismatched"); n > 0 {
		return &failure{code: exitCheck, err: fmt.Errorf("%s had no %sanswer", say.Count(n, "request"), p.answered())}
	}
	if code != 0 {
		return &failure{code: code, err: fmt.Errorf("the server ended here, with exit code %d, as it was recorded or as a fault has it", code)}
	}
	return failed
}

// played is the tape whose redaction a journal has: where nothing was recorded,
// one that keeps secrets off.
func played(tape *cassettes.Tape) *cassettes.Tape {
	if tape == nil {
		return &cassettes.Tape{Header: cassettes.Header{Redact: []string{"secrets"}}}
	}
	return tape
}

// serve plays over HTTP until a signal comes.
func (p *playing) serve(ctx context.Context, c *console, player *replay.Player) (code int, err error) {
	server, err := replay.Listen(p.listen, player)
	if err != nil {
		return 0, cannotListen(p.listen, err, "mcpmock replay "+say.Word(p.file)+" --listen 127.0.0.1:0")
	}
	c.warnExposed(p.listen, "name those it is for with --allow-host, or listen on 127.0.0.1")
	if err := c.ready(ready{URL: server.URL, SSE: server.SSE}, p.welcome(server)...); err == nil {
		<-ctx.Done()
	}
	p.spending.leave()
	_ = server.Close() // the error is always nil
	c.summary(player)
	return 0, nil
}

// speak plays over stdin and stdout until the client leaves or a signal
// comes. It is silent unless there is something to say: clients show people
// what a server writes to stderr.
func (p *playing) speak(ctx context.Context, c *console, player *replay.Player) (code int, err error) {
	if c.verbose {
		for _, l := range p.says(player) {
			c.talk("%s", l)
		}
	}
	surviveBrokenPipes() // the journal and the exit code are still wanted
	code, err = player.Stdio(ctx, os.Stdin, c.out)
	if c.verbose {
		c.summary(player)
	}
	return code, err
}

// carries is the transport that a journal is a tape of.
func (p *playing) carries() string {
	switch {
	case p.stdio:
		return overStdio
	case p.transport == overSSE:
		return overSSE
	}
	return overHTTP
}

// listeners are told each event of a journal.
type listeners []func(*cassettes.Event)

func (l *listeners) hear(e *cassettes.Event) {
	for _, tell := range *l {
		tell(e)
	}
}

// withClose ends a journal, whose player has no clients any more, after what may
// have failed with err.
func withClose(err error, player *replay.Player, journal *journalFile) error {
	if journal == nil {
		return err
	}
	if player != nil {
		player.Done()
	}
	if closeErr := journal.close(); err == nil {
		err = closeErr
	}
	return err
}
