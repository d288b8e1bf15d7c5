package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A mocked is one mock around a command.
type mocked struct {
	name    string
	file    string // "" where stubs are served
	tape    *cassettes.Tape
	server  *replay.Server
	heard   *score
	journal *journalFile // nil where none is kept
	stdioIs string       // the journal of its stdio form
}

// A named is a cassette, and what its mock is called.
type named struct{ name, file string }

// defaultTape is played where nothing else is named.
const defaultTape = "weather"

var mockName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// named reads the cassettes: each has a name of its own.
func (r *errand) named() ([]named, error) {
	if len(r.cassettes) == 0 {
		for _, name := range r.scenarios {
			// What is wrong with it is said when it is loaded to be played.
			if s, err := scenarios.Load(name); err == nil && s.Stubs != nil {
				return []named{{nameOfFile(s.Name), ""}}, nil
			}
		}
		return []named{{defaultTape, defaultTape}}, nil
	}
	var list []named
	taken := map[string]string{}
	for _, text := range r.cassettes {
		n := named{nameOfFile(text), text}
		if name, file, ok := strings.Cut(text, "="); ok && mockName.MatchString(name) {
			n = named{name, file}
		}
		if n.file == "" {
			return nil, wrongUse("-c %s: the file is missing", text).hint("such as: -c weather=testdata/weather.cassette")
		}
		if variable(n.name) == "SSE" {
			return nil, wrongUse("-c %s: MCPMOCK_SSE_URL is taken", text).hint("name it otherwise: -c other=%s", say.Word(n.file))
		}
		if other, ok := taken[variable(n.name)]; ok {
			return nil, wrongUse("-c %s: its mock is called as that of %s is", text, other).hint("name it: -c other=%s", say.Word(n.file))
		}
		taken[variable(n.name)] = n.file
		list = append(list, n)
	}
	return list, nil
}

// nameOfFile is what a mock is called where nobody says it.
func nameOfFile(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// start starts one mock on a free port of the loopback interface.
func (r *errand) start(c *console, n named) (*mocked, error) {
	opts, err := r.options()
	if err != nil {
		return nil, err
	}
	m := &mocked{name: n.name, file: n.file, heard: newScore(), stdioIs: filepath.Join(r.dir, n.name+".stdio.cassette")}
	if n.file != "" {
		if m.tape, err = openTape(n.file); err != nil {
			return nil, err
		}
	}
	if err := m.serve(r, c, opts); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (m *mocked) serve(r *errand, c *console, opts []replay.Option) error {
	ears := listeners{m.heard.hear}
	if c.verbose {
		ears = append(ears, newTicker(c).hear)
	}
	if r.journal != "" {
		var err error
		if m.journal, err = newJournalFile(r.journal, played(m.tape), r.carries()); err != nil {
			return err
		}
		ears = append(ears, m.journal.hear)
	}
	player, err := replay.New(m.tape, append(opts, replay.WithJournal(ears.hear))...)
	if err != nil {
		return err
	}
	if torn := player.Torn(); torn != nil {
		c.talk("mcpmock: warning: %v", torn)
	}
	r.warnUnserved(c, player)
	m.server, err = replay.Listen("127.0.0.1:0", player)
	return err
}

// says is what is played, for people.
func (m *mocked) says(p *playing) string {
	broken := ""
	if len(p.scenarios) > 0 && m.file != "" {
		broken = ", played as " + strings.Join(p.scenarios, ", ")
	}
	return m.name + broken
}

// tells is what a mock is called in a report: nothing where it is the only one.
func (r *errand) tells(m *mocked) string {
	if len(r.mocks) > 1 {
		return m.name
	}
	return ""
}

// port is where the mock listens.
func (m *mocked) port() string {
	u, err := url.Parse(m.server.URL)
	if err != nil {
		return ""
	}
	return u.Port()
}

// stdio are the arguments by which mcpmock is this mock over stdio, wherever
// the command goes.
func (m *mocked) stdio(r *errand) ([]string, error) {
	args := append([]string{"replay", "--stdio"}, r.stdioArgs...)
	for _, name := range r.scenarios {
		name, err := absolute(name, slices.Concat(scenarios.Stock(), scenarios.Dialects()), false)
		if err != nil {
			return nil, err
		}
		args = append(args, "--scenario", name)
	}
	args = append(args, "--journal", m.stdioIs)
	if m.file == "" {
		return args, nil
	}
	file, err := absolute(m.file, cassettes.StockNames(), true)
	return append(args, "--", file), err
}

// stdioArgs are the flags of run that say how is played over stdio, too.
func stdioArgs(cmd *cobra.Command) []string {
	var args []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "ignore":
			for _, v := range f.Value.(pflag.SliceValue).GetSlice() {
				args = append(args, "--ignore", v)
			}
		case "sessions", "era", "enforce", "match", "repeat", "pace", "pace-cap", "on-miss", "seed":
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// spoken takes in what happened over stdio, and returns the verdicts about
// that; nil where nobody started the mock so.
func (m *mocked) spoken(r *errand) ([]verdicts.Verdict, error) {
	tape, err := cassettes.Load(m.stdioIs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what happened over stdio: %w", err)
	}
	defer tape.Close()
	for e, err := range tape.Events() {
		if err != nil && !errors.Is(err, cassettes.ErrTorn) {
			return nil, fmt.Errorf("what happened over stdio: %w", err)
		}
		if err == nil {
			m.heard.hear(e)
		}
	}
	var list []*scenarios.Scenario
	for _, name := range r.scenarios {
		s, err := scenarios.Load(name)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return verdicts.OfTape(tape, list...)
}

// close ends the mock. It may be called twice.
func (m *mocked) close() error {
	if m.server != nil {
		_ = m.server.Close() // the error is always nil
	}
	var err error
	if m.journal != nil {
		err = m.journal.close()
		m.journal = nil
	}
	if m.tape != nil {
		_ = m.tape.Close() // it was only read
	}
	return err
}
