package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

func newDemo(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "see it all in a second: record a real server, replay it, break it",
		Long: `see it all in a second: record a real server, replay it, break it

It needs nothing but this program, in which a small MCP server and a client of
the Go SDK run. The exit code is 0 when the client saw what it should.`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.asJSON {
				return wrongUse("demo is for people to read, and has no JSON: leave --json out").hint("mcpmock demo")
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 20*time.Second)
			defer cancel()
			dir, err := os.MkdirTemp("", "mcpmock-demo-")
			if err != nil {
				f := &failure{code: exitUse, err: fmt.Errorf("nowhere to keep the tape: %w", err)}
				return f.hint("name a directory that can be written to:  TMPDIR=DIR mcpmock demo")
			}
			if err := (&demo{console: c, tape: filepath.Join(dir, "weather.cassette")}).run(ctx); err != nil {
				return &failure{code: exitCheck, err: fmt.Errorf("the demo did not go as it should: %w", err)}
			}
			return nil
		},
	}
}

// brokenBy is the scenario that the demo ends with.
const brokenBy = "fastmcp-missing-session-id"

// A demo is one run of it.
type demo struct {
	*console
	tape   string // where it lies
	sights []weather.Sight
}

func (d *demo) run(ctx context.Context) error {
	for _, step := range [...]func(context.Context) error{d.record, d.replay, d.breakIt} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.say("\nnext, with the same tape:")
	d.say("  mcpmock show %s --timeline", say.File(d.tape))
	d.say("  mcpmock replay %s", say.File(d.tape))
	d.say("  mcpmock replay %s -s %s", say.File(d.tape), brokenBy)
	d.say("with a server of your own:")
	d.say("  mcpmock record -o my.cassette --upstream URL")
	return nil
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// record starts the weather server and records a client's session with it.
func (d *demo) record(ctx context.Context) error {
	upstream, err := serve(weather.Handler())
	if err != nil {
		return err
	}
	defer upstream.Close()
	file, err := cassettes.Create(d.tape, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		return err
	}
	defer file.Close()
	rec, err := recorder.New(file)
	if err != nil {
		return err
	}
	defer rec.Close()
	proxy, err := serve(rec.Proxy(upstream.url))
	if err != nil {
		return err
	}
	defer proxy.Close()

	d.say("1  record  a real MCP server at %s%s, through %s%s", upstream.url, weather.Path, proxy.url, weather.Path)
	if d.sights, err = weather.Visit(ctx, proxy.url.String()+weather.Path); err != nil {
		return err
	}
	for _, s := range d.sights {
		d.say("     %-27s %s", s.Did, s.Saw)
	}
	if err := errors.Join(rec.Shutdown(ctx), file.Close()); err != nil {
		return err
	}
	stats := rec.Stats()
	d.say("   saved   %s (%s, %s)", d.tape, say.Count(stats.Sessions, "session"), say.Count(stats.Exchanges, "exchange"))
	return nil
}

// replay plays the tape to the same client, without the server.
func (d *demo) replay(ctx context.Context) error {
	mock, done, err := d.play()
	if err != nil {
		return err
	}
	defer done()
	d.say("\n2  replay  the server is gone; the tape answers at %s", mock.URL)
	sights, err := weather.Visit(ctx, mock.URL)
	if err != nil {
		return err
	}
	for i, s := range sights {
		if i >= len(d.sights) || s != d.sights[i] {
			return fmt.Errorf("replayed, %s gave %q", s.Did, s.Saw)
		}
	}
	if len(sights) != len(d.sights) {
		return fmt.Errorf("replayed, the client saw %d of %d things", len(sights), len(d.sights))
	}
	if n := mock.Player.Journal().Count("mismatched"); n > 0 {
		return fmt.Errorf("replayed, %s had no recorded answer", say.Count(n, "request"))
	}
	d.say("   the same client saw the same, all %d times", len(sights))
	return nil
}

// breakIt plays the tape as a server with a real bug.
func (d *demo) breakIt(ctx context.Context) error {
	scenario, err := scenarios.Load(brokenBy)
	if err != nil {
		return err
	}
	mock, done, err := d.play(replay.WithScenario(scenario))
	if err != nil {
		return err
	}
	defer done()
	d.say("\n3  break   by scenario %s (%s)", scenario.Name, scenario.About)
	client := &rawClient{url: mock.URL}
	opened, err := client.post(ctx, "initialize")
	if err != nil {
		return err
	}
	id := opened.session
	d.say("     initialize                  %d, session %s", opened.status, id)
	if opened.status != http.StatusOK || id == "" {
		return fmt.Errorf("initialize got %d with session %q", opened.status, id)
	}
	wrong, err := client.post(ctx, "tools/list", "X-Session-ID", id)
	if err != nil {
		return err
	}
	d.say("     tools/list, X-Session-ID    %d, mcp-session-id: %s, though a header was sent", wrong.status, wrong.session)
	d.say("                                 %s", wrong.body)
	if wrong.status != http.StatusBadRequest || wrong.body != missingSession || wrong.session == "" || wrong.session == id {
		return fmt.Errorf("tools/list with X-Session-ID got %d %s", wrong.status, wrong.body)
	}
	if _, err := client.post(ctx, "notifications/initialized", "Mcp-Session-Id", id); err != nil {
		return err
	}
	right, err := client.post(ctx, "tools/list", "Mcp-Session-Id", id)
	if err != nil {
		return err
	}
	d.say("     tools/list, Mcp-Session-Id  %d, %s: the header's right name is the cure", right.status, say.Count(len(right.tools()), "tool"))
	if right.status != http.StatusOK || !slices.Contains(right.tools(), "get_forecast") {
		return fmt.Errorf("tools/list with Mcp-Session-Id got %d %s", right.status, right.body)
	}
	return nil
}

// missingSession is what the real server answers.
const missingSession = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`

// play starts a mock on the tape; done ends it.
func (d *demo) play(opts ...replay.Option) (mock *replay.Server, done func(), err error) {
	tape, err := cassettes.Load(d.tape)
	if err != nil {
		return nil, nil, err
	}
	player, err := replay.New(tape, opts...)
	if err == nil {
		mock, err = replay.Listen("127.0.0.1:0", player)
	}
	if err != nil {
		return nil, nil, errors.Join(err, tape.Close())
	}
	return mock, func() { _, _ = mock.Close(), tape.Close() }, nil
}
