package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
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
	onMiss    string
	origins   []string
	hosts     []string
	seed      int64
	seeded    bool
	journal   string
}

func newReplay(c *console) *cobra.Command {
	var p playing
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "play a cassette as a mock server that holds its clients to the rules",
		Long: `play a cassette as a mock server that holds its clients to the rules

FILE is a cassette, or the name of a stock tape. A request that the tape cannot
answer gets an error that names the recorded exchange closest to it, and makes
the exit code 1.`,
		Example: `  mcpmock replay weather.cassette
  mcpmock replay weather.cassette -s fastmcp-missing-session-id
  mcpmock replay weather.cassette --listen 127.0.0.1:0 --json`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if p.file, err = one(cmd, args, "a cassette", "mcpmock replay weather.cassette"); err != nil {
				return err
			}
			p.seeded = cmd.Flags().Changed("seed")
			return p.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.listen, "listen", defaultListen, "listen on `HOST:PORT`; port 0 is a free one")
	f.StringArrayVarP(&p.scenarios, "scenario", "s", nil, "break it as the scenario `NAME|FILE` says; may be repeated")
	f.StringVar(&p.sessions, "sessions", "auto", "`MODE` of sessions: auto (as recorded), required, optional or stateless")
	f.StringVar(&p.enforce, "enforce", "strict", "`MODE` of the rules: strict refuses a breach, lenient notes it")
	f.StringVar(&p.match, "match", "params", "match requests by `WHAT`: params, or order within each method and tool")
	f.StringArrayVar(&p.ignore, "ignore", nil, "leave the place that JSON Pointer `PTR` names out of matching; may be repeated")
	f.BoolVar(&p.repeat, "repeat", false, "let tool calls be repeated beyond the times they were recorded")
	f.StringVar(&p.pace, "pace", "off", "keep recorded `TIME`: off, recorded, or a part of it such as 0.2x")
	f.StringVar(&p.onMiss, "on-miss", "error", "answer a mismatch by a JSON-RPC `error` at HTTP 200, or by 500")
	f.StringArrayVar(&p.origins, "allow-origin", nil, "admit web pages of `ORIGIN`; may be repeated")
	f.StringArrayVar(&p.hosts, "allow-host", nil, "admit requests for the name `HOST`; may be repeated")
	f.Int64Var(&p.seed, "seed", 0, "make session ids repeatable; without it they are random")
	f.StringVar(&p.journal, "journal", "", "write all that happens to the cassette `FILE`")
	completeWords(cmd, "sessions", "auto", "required", "optional", "stateless")
	completeWords(cmd, "enforce", "strict", "lenient")
	completeWords(cmd, "match", "params", "order")
	completeWords(cmd, "pace", "off", "recorded", "0.2x")
	completeWords(cmd, "on-miss", "error", "500")
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // the flag exists
	return cmd
}

func (p *playing) run(ctx context.Context, c *console) error {
	opts, err := p.options()
	if err != nil {
		return err
	}
	tape, err := openTape(p.file)
	if err != nil {
		return err
	}
	defer tape.Close()
	var ears listeners
	opts = append(opts, replay.WithOnMismatch(func(m *replay.Mismatch) { c.talk("mismatch: %v", m) }))
	if c.verbose || p.journal != "" { // events are made for listeners alone
		opts = append(opts, replay.WithJournal(ears.hear))
	}
	if c.verbose {
		ears = append(ears, newTicker(c).hear)
	}
	spareMemory()
	player, err := replay.New(tape, opts...)
	if err != nil {
		return err
	}
	spendMemory()
	if torn := player.Torn(); torn != nil {
		c.talk("mcpmock: warning: %v", torn)
	}
	c.warnExposed(p.listen, "name those it is for with --allow-host, or listen on 127.0.0.1")
	var journal *journalFile
	if p.journal != "" {
		if journal, err = newJournalFile(p.journal, tape); err != nil {
			return err
		}
		ears = append(ears, journal.hear)
	}
	server, err := replay.Listen(p.listen, player)
	if err != nil {
		err = cannotListen(p.listen, err, "mcpmock replay "+word(p.file)+" --listen 127.0.0.1:0")
		return withClose(err, journal)
	}
	ctx, stop := untilSignal(ctx)
	defer stop()
	if err := c.ready(server.URL, p.welcome(server)...); err != nil {
		stop()
	}
	<-ctx.Done()
	_ = server.Close() // the error is always nil
	c.summary(player)
	if err := withClose(nil, journal); err != nil {
		return err
	}
	if n := player.Journal().Count("mismatched"); n > 0 {
		return &failure{code: exitCheck, err: fmt.Errorf("%s had no recorded answer", count(n, "request"))}
	}
	return nil
}

// options turns the flags into those of a player.
func (p *playing) options() ([]replay.Option, error) {
	opts := []replay.Option{replay.WithSessions(p.sessions)}
	for _, name := range p.scenarios {
		s, err := scenarios.Load(name)
		if err != nil {
			return nil, (&failure{code: exitUse, err: err}).hint("all scenarios: mcpmock scenario list")
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
	broken := ""
	if len(p.scenarios) > 0 {
		broken = ", broken by " + strings.Join(p.scenarios, ", ")
	}
	return []string{
		fmt.Sprintf("replaying %s  %s, sessions %s%s", p.file, count(s.Player.Exchanges(), "exchange"), s.Player.Sessions(), broken),
		"  url     " + s.URL,
		"  worker  " + s.Space("NAME") + "  (a mock of its own for each NAME)",
		"  stop    ctrl-c",
	}
}

// summary says what happened.
func (c *console) summary(p *replay.Player) {
	j := p.Journal()
	parts := []string{}
	for _, kind := range [...]string{"matched", "synthesized", "refused", "mismatched", "noted", "diverged", "faulted"} {
		if n := j.Count(kind); n > 0 || kind == "matched" || kind == "refused" || kind == "mismatched" || kind == "synthesized" {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	c.talk("played  %s", strings.Join(parts, ", "))
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
