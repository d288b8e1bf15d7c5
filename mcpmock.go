// Package mcpmock gives a test a mock MCP server in one call: it plays a
// cassette, or records one from the real server first.
//
//	func TestForecast(t *testing.T) {
//		srv := mcpmock.Serve(t, "weather", mcpmock.Upstream("http://127.0.0.1:3001/mcp"))
//		got := Forecast(t.Context(), srv.URL, "Oslo")
//		...
//	}
//
// The test plays testdata/weather.cassette: no network, no server, the same
// answers each time. A request that the tape cannot answer fails the test and
// names the recorded one closest to it. To record the cassette, run the test
// once against the real server:
//
//	go test -run 'TestForecast' -mcpmock.record 'TestForecast'
//
// Where the real server speaks over stdio, Command takes Upstream's place.
//
// What this does not do: it starts no server that speaks HTTP to record from.
// For other languages than Go there is the command, cmd/mcpmock, which does
// the same over a port or over stdio.
package mcpmock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/verdicts"
)

// Tester is what Serve asks of a test; *testing.T, *testing.B and *testing.F
// have it.
type Tester interface {
	replay.Tester
	Name() string
	Failed() bool
	Logf(format string, args ...any)
}

// A Server is a mock, or a recorder in front of the real server, until the
// test ends.
type Server struct {
	URL    string         // of the endpoint: give it to the client
	SSE    string         // for a client of HTTP+SSE; "" while recording over HTTP
	Player *replay.Player // nil while recording
}

// Serve plays a cassette on a free port of the loopback interface until the
// test ends. A path without an extension is a name: "weather" stands for
// testdata/weather.cassette, "eu/weather" for testdata/eu/weather.cassette.
// Any other path is taken as it is, relative to the test's directory. One that
// ends in .yaml or .yml is a scenario, whose stubs are served: a mock that is
// written by hand, and never recorded.
//
// Where Upstream or Command is given and the flag -mcpmock.record matches the test's
// name, it records instead: the client talks with the real server, and when
// the test has ended, and only if it passed, the cassette is written, golden:
// the same traffic gives the same file.
//
// It is safe under t.Parallel: each call makes a server of its own.
func Serve(t Tester, path string, opts ...Option) *Server {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if filepath.Ext(path) == "" {
		path = filepath.Join("testdata", filepath.FromSlash(path)+".cassette")
	}
	if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
		if o.upstream != "" || o.command != nil {
			t.Fatalf("mcpmock: %s is written by hand: leave out Upstream and Command, or name a .cassette to record", path)
			return nil
		}
		return play(t, path, &o)
	}
	if o.upstream != "" && o.command != nil {
		t.Fatalf("mcpmock: Upstream and Command exclude each other: the real server is one of them")
		return nil
	}
	if (o.upstream != "" || o.command != nil) && Recording(t) {
		return record(t, path, &o)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("mcpmock: no cassette %s\n  %s", path, howToRecord(t, path, &o))
		return nil
	}
	return play(t, path, &o)
}

func play(t Tester, path string, o *options) *Server {
	t.Helper()
	s := replay.Start(t, path, o.replay...)
	if s == nil {
		return nil // a Tester whose Fatalf returns
	}
	return &Server{URL: s.URL, SSE: s.SSE, Player: s.Player}
}

// Verdicts returns what has become, so far, of each expectation of the scenarios
// given by Replay, in their order; see replay.Player.Verdicts. While recording
// there are none.
func (s *Server) Verdicts() []verdicts.Verdict {
	if s.Player == nil {
		return nil
	}
	return s.Player.Verdicts()
}

// ExpectVerdicts fails the test for each thing that the scenarios given by
// Replay say a client must do and it did not; see replay.Player.ExpectVerdicts.
// While recording there is nothing to judge.
func (s *Server) ExpectVerdicts(t Tester) {
	t.Helper()
	if s.Player != nil {
		s.Player.ExpectVerdicts(t)
	}
}

// howToRecord says how to get a cassette that is not there.
func howToRecord(t Tester, path string, o *options) string {
	real := o.upstream
	if o.command != nil {
		real = o.command[0]
	}
	if real == "" {
		return fmt.Sprintf("record it:  mcpmock record -o %s --upstream URL\n  or give Serve an mcpmock.Upstream(URL) and run the test with -%s", path, recordFlag)
	}
	name := "^" + regexp.QuoteMeta(t.Name()) + "$"
	return fmt.Sprintf("record it from %s:  go test -run '%s' -%s '%s'", real, name, recordFlag, name)
}

// An Option is a choice about a Server.
type Option func(*options)

type options struct {
	upstream string
	command  []string
	headers  [][2]string
	redact   []string
	replay   []replay.Option
}

// Upstream names the real server, to record it under -mcpmock.record.
func Upstream(url string) Option { return func(o *options) { o.upstream = url } }

// Command names the command of the real server where it speaks over stdio, to
// record it under -mcpmock.record. The client speaks HTTP all the same, and
// each of its sessions gets a server of its own.
func Command(name string, args ...string) Option {
	return func(o *options) { o.command = append([]string{name}, args...) }
}

// Header adds a header towards the upstream while recording, such as
// Authorization. It is not on the tape.
func Header(name, value string) Option {
	return func(o *options) { o.headers = append(o.headers, [2]string{name, value}) }
}

// Redact keeps the values that a JSON Pointer into a message names, such as
// /params/arguments/pin, off the tape. Well-known secrets are kept off it in
// any case.
func Redact(pointer string) Option {
	return func(o *options) { o.redact = append(o.redact, pointer) }
}

// Replay passes options on to the player, such as replay.WithScenario.
func Replay(opts ...replay.Option) Option {
	return func(o *options) { o.replay = append(o.replay, opts...) }
}
