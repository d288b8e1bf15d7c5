package main

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/spf13/cobra"
)

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

// breaking turns the flags that hold before a live server, too, into options of
// a player: the scenarios, who is admitted, and the seed.
func (p *playing) breaking() (opts []replay.Option, err error) {
	for _, name := range p.scenarios {
		s, err := loadScenario(name)
		if err != nil {
			return nil, err
		}
		opts = append(opts, replay.WithScenario(s))
	}
	for _, origin := range p.origins {
		if !strings.Contains(origin, "://") && origin != "*" && origin != "null" {
			return nil, wrongUse("--allow-origin %s: an origin is a scheme and a host", origin).hint("such as: --allow-origin http://%s", origin)
		}
		opts = append(opts, replay.WithAllowOrigin(origin))
	}
	for _, host := range p.hosts {
		if u, err := url.Parse(host); strings.Contains(host, "/") {
			if err == nil && u.Host != "" {
				host = u.Host
			}
			return nil, wrongUse("--allow-host takes a name, and no URL").hint("such as: --allow-host %s", host)
		}
		opts = append(opts, replay.WithAllowHost(host))
	}
	if p.seeded {
		opts = append(opts, replay.WithSeed(p.seed))
	}
	return opts, nil
}

// options turns the flags into those of a player of tapes.
func (p *playing) options() ([]replay.Option, error) {
	opts, err := p.breaking()
	if err != nil {
		return nil, err
	}
	opts = append(opts, replay.WithSessions(p.sessions), replay.WithTransport(p.transport), replay.WithEra(p.era), replay.WithPaceCap(p.paceCap), replay.WithAnswers(p.answers))
	for _, pointer := range p.ignore {
		opts = append(opts, replay.WithIgnore(pointer))
	}
	if p.resumable {
		opts = append(opts, replay.WithResumable())
	}
	if p.repeat {
		opts = append(opts, replay.WithRepeat())
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
			return nil, wrongUse("--%s %s: it is %s", choice.flag, choice.value, strings.Join(slices.Sorted(maps.Keys(choice.options)), " or "))
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
