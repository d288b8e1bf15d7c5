package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/mcp"
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
		Example: `  mcpmock replay weather.cassette
  mcpmock replay weather.cassette --stdio
  mcpmock replay weather.cassette --era both
  mcpmock replay weather.cassette -s fastmcp-missing-session-id
  mcpmock replay weather.cassette --listen 127.0.0.1:0 --json
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
	f.StringVar(&p.listen, "listen", defaultListen, "listen on `HOST:PORT`; port 0 is a free one")
	f.BoolVar(&p.stdio, "stdio", false, "speak over stdin and stdout to the one client that started it")
	p.flags(cmd)
	return cmd
}

// flags adds the flags that say how is played, wherever that is to.
func (p *playing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&p.scenarios, "scenario", "s", nil, "break it as the scenario `NAME|FILE` says; may be repeated")
	f.StringVar(&p.sessions, "sessions", "auto", "`MODE` of sessions: auto (as recorded), required, optional or stateless")
	f.StringVar(&p.enforce, "enforce", "strict", "`MODE` of the rules: strict refuses a breach, lenient notes it")
	f.StringVar(&p.match, "match", "params", "match requests by `WHAT`: params, or order within each method and tool")
	f.StringArrayVar(&p.ignore, "ignore", nil, "leave the place that JSON Pointer `PTR` names out of matching; may be repeated")
	f.BoolVar(&p.repeat, "repeat", false, "let tool calls be repeated beyond the times they were recorded")
	f.StringVar(&p.pace, "pace", "off", "keep recorded `TIME`: off, recorded, or a part of it such as 0.2x")
	f.DurationVar(&p.paceCap, "pace-cap", 0, "keep no gap of recorded time longer than `DURATION`, such as 2s")
	f.StringVar(&p.transport, "transport", "auto", "serve `WHAT` over HTTP: http (Streamable HTTP), sse (HTTP+SSE), or auto, both")
	f.StringVar(&p.era, "era", asRecorded, "serve clients of `ERA`: legacy (with a handshake), modern (2026-07-28), both (translating what the tape lacks), or auto, as recorded")
	f.StringVar(&p.answers, "answers", "recorded", "send an answer of one message `HOW` over Streamable HTTP: recorded, json or sse")
	f.BoolVar(&p.resumable, "resumable", false, "give the events of all streams ids, so that a client can come back for what it missed")
	f.StringVar(&p.onMiss, "on-miss", "error", "answer a mismatch by a JSON-RPC `error` at HTTP 200, or by 500")
	f.StringArrayVar(&p.origins, "allow-origin", nil, "admit web pages of `ORIGIN`; may be repeated")
	f.StringArrayVar(&p.hosts, "allow-host", nil, "admit requests for the name `HOST`; may be repeated")
	f.Int64Var(&p.seed, "seed", 0, "make session ids, and requestState, repeatable; without it they are random")
	f.StringVar(&p.journal, "journal", "", "write all that happens to the cassette `FILE`")
	completeWords(cmd, "sessions", "auto", "required", "optional", "stateless")
	completeWords(cmd, "enforce", "strict", "lenient")
	completeWords(cmd, "match", "params", "order")
	completeWords(cmd, "transport", "auto", "http", "sse")
	completeWords(cmd, "era", "auto", "legacy", "modern", "both")
	completeWords(cmd, "answers", "recorded", "json", "sse")
	completeWords(cmd, "pace", "off", "recorded", "0.2x")
	completeWords(cmd, "on-miss", "error", "500")
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // the flag exists
}

// chosen returns which choice was left empty: most likely by a variable that is
// not set, and not to have it as recorded.
func chosen(cmd *cobra.Command) error {
	for _, choice := range [...]struct{ flag, words string }{
		{"sessions", "auto, required, optional or stateless"},
		{"transport", "auto, http or sse"},
		{"era", "auto, legacy, modern or both"},
		{"answers", "recorded, json or sse"},
	} {
		if f := cmd.Flags().Lookup(choice.flag); f != nil && f.Changed && f.Value.String() == "" {
			return wrongUse("--%s needs a value", choice.flag).hint("it is %s", choice.words)
		}
	}
	return nil
}

func (p *playing) run(ctx context.Context, c *console) error {
	opts, err := p.options()
	if err != nil {
		return err
	}
	var tape *cassettes.Tape
	if p.file != "" {
		if tape, err = openTape(p.file); err != nil {
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
			hint("mcpmock replay weather.cassette -s %s", say.Word(p.scenarios[0]))
	}
	if err != nil {
		return err
	}
	p.warnUnserved(c, player)
	p.spending = spendMemory()
	if torn := player.Torn(); torn != nil {
		c.talk("mcpmock: warning: %v", torn)
	}
	if !p.stdio {
		c.warnExposed(p.listen, "name those it is for with --allow-host, or listen on 127.0.0.1")
	}
	var journal *journalFile
	if p.journal != "" {
		if journal, err = newJournalFile(p.journal, played(tape), p.carries()); err != nil {
			return err
		}
		ears = append(ears, journal.hear)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	play := p.serve
	if p.stdio {
		play = p.speak
	}
	code, err := play(ctx, c, player)
	if err := withClose(err, journal); err != nil {
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

// answered is what kind of answer there may be.
func (p *playing) answered() string {
	if p.file == "" {
		return ""
	}
	return "recorded "
}

// serve plays over HTTP until a signal comes.
func (p *playing) serve(ctx context.Context, c *console, player *replay.Player) (code int, err error) {
	server, err := replay.Listen(p.listen, player)
	if err != nil {
		return 0, cannotListen(p.listen, err, "mcpmock replay "+say.Word(p.file)+" --listen 127.0.0.1:0")
	}
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

// options turns the flags into those of a player.
func (p *playing) options() ([]replay.Option, error) {
	opts := []replay.Option{replay.WithSessions(p.sessions), replay.WithTransport(p.transport), replay.WithEra(p.era), replay.WithPaceCap(p.paceCap), replay.WithAnswers(p.answers)}
	for _, name := range p.scenarios {
		s, err := loadScenario(name)
		if err != nil {
			return nil, err
		}
		opts = append(opts, replay.WithScenario(s))
	}
	for _, pointer := range p.ignore {
		opts = append(opts, replay.WithIgnore(pointer))
	}
	for _, origin := range p.origins {
		opts = append(opts, replay.WithAllowOrigin(origin))
	}
	for _, host := range p.hosts {
		opts = append(opts, replay.WithAllowHost(host))
	}
	if p.resumable {
		opts = append(opts, replay.WithResumable())
	}
	if p.repeat {
		opts = append(opts, replay.WithRepeat())
	}
	if p.seeded {
		opts = append(opts, replay.WithSeed(p.seed))
	}
	for _, choice := range [...]struct {
		flag, value string
		options     map[string]replay.Option
	}{
		{"enforce", p.enforce, map[string]replay.Option{"strict": nil, "lenient": replay.WithLenient()}},
		{"match", p.match, map[string]replay.Option{"params": nil, "order": replay.WithOrder()}},
		{"on-miss", p.onMiss, map[string]replay.Option{"error": nil, "500": replay.WithMissStatus(500)}},
	} {
		o, ok := choice.options[choice.value]
		if !ok {
			return nil, wrongUse("--%s %s: there is no such choice", choice.flag, choice.value).hint("all flags: mcpmock replay --help")
		}
		if o != nil {
			opts = append(opts, o)
		}
	}
	pace, err := parsePace(p.pace)
	return append(opts, replay.WithPace(pace)), err
}

// parsePace reads off, recorded, or a factor such as 0.2x.
func parsePace(s string) (float64, error) {
	switch s {
	case "off":
		return 0, nil
	case "recorded":
		return 1, nil
	}
	factor, err := strconv.ParseFloat(strings.TrimSuffix(s, "x"), 64)
	if err != nil || !(factor >= 0 && factor <= 1000) {
		return 0, wrongUse("--pace %s: it is off, recorded, or a part of the recorded time such as 0.2x", s)
	}
	return factor, nil
}

// welcome is what people see when the mock is ready.
func (p *playing) welcome(s *replay.Server) []string {
	lines := append(p.says(s.Player), "  url     "+s.URL)
	if s.SSE != "" && s.SSE != s.URL {
		lines = append(lines, "  sse     "+s.SSE+"  (HTTP+SSE, for older clients)")
	}
	return append(lines,
		"  space   "+s.Space("NAME")+"  (a mock of its own for each NAME)",
		"  stop    ctrl-c")
}

// says is what is played, in a line.
func (p *playing) says(player *replay.Player) []string {
	broken := ""
	if len(p.scenarios) > 0 {
		broken = ", played as " + strings.Join(p.scenarios, ", ")
	}
	sessions := ", sessions " + player.Sessions()
	switch player.Eras() {
	case "modern":
		sessions = ", " + mcp.V20260728
	case "both":
		sessions += ", and " + mcp.V20260728
	}
	if p.stdio {
		sessions = ", over stdio"
	}
	if p.file == "" {
		return []string{"serving the stubs of " + strings.Join(p.scenarios, ", ") + sessions}
	}
	return []string{fmt.Sprintf("replaying %s  %s%s%s", p.file, say.Count(player.Exchanges(), "exchange"), sessions, broken)}
}

// playedKinds are what becomes of requests, as notes call it.
var playedKinds = [...]string{"matched", "stubbed", "synthesized", "translated", "refused", "mismatched", "noted", "diverged", "faulted"}

// summary says what happened.
func (c *console) summary(p *replay.Player) {
	j := p.Journal()
	if c.asJSON {
		counts := map[string]int{}
		for _, kind := range playedKinds {
			counts[kind] = j.Count(kind)
		}
		c.event("played", "counts", counts)
		return
	}
	parts := []string{}
	for _, kind := range playedKinds {
		if n := j.Count(kind); n > 0 || kind == "matched" || kind == "refused" || kind == "mismatched" || kind == "synthesized" {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	c.talk("played  %s", strings.Join(parts, ", "))
}

// missed says that a request had no answer.
func (c *console) missed(m *replay.Mismatch) {
	if c.asJSON {
		c.event("mismatch", "text", m.Error())
		return
	}
	c.talk("mismatch: %v", m)
}

// listeners are told each event of a journal.
type listeners []func(*cassettes.Event)

func (l *listeners) hear(e *cassettes.Event) {
	for _, tell := range *l {
		tell(e)
	}
}

func withClose(err error, journal *journalFile) error {
	if journal == nil {
		return err
	}
	if closeErr := journal.close(); err == nil {
		err = closeErr
	}
	return err
}
