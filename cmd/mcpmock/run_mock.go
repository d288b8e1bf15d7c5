package main

import (
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A mocked is one mock around a command.
type mocked struct {
	name    string
	file    string // "" where stubs are served
	tape    *cassettes.Tape
	server  *replay.Server
	heard   *score
	doorway *doorway     // to it over stdio
	journal *journalFile // nil where none is kept
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
	taken := map[string]string{configVariable: ""} // a variable -> the file whose mock has it
	for _, v := range variables("") {
		taken[v] = ""
	}
	for _, text := range r.cassettes {
		n := named{nameOfFile(text), text}
		if name, file, ok := strings.Cut(text, "="); ok && mockName.MatchString(name) {
			n = named{name, file}
		}
		if n.file == "" {
			return nil, wrongUse("-c %s: the file is missing", text).hint("such as: -c weather=testdata/weather.cassette")
		}
		for _, v := range variables(n.name) {
			switch other, ok := taken[v]; {
			case ok && other == "":
				return nil, wrongUse("-c %s: %s is taken", text, v).hint("name it otherwise: -c other=%s", say.Word(n.file))
			case ok:
				return nil, wrongUse("-c %s: its mock and that of %s would both be %s", text, other, v).hint("name it otherwise: -c other=%s", say.Word(n.file))
			}
			taken[v] = n.file
		}
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
	m := &mocked{name: n.name, file: n.file, heard: newScore()}
	if n.file != "" {
		if m.tape, err = openTape(n.file, "mcpmock run -c %s -- npm test"); err != nil {
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
		if m.journal, err = newJournalFile(r.journal, cassettes.OfMock, played(m.tape), r.carries()); err != nil {
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
	if m.server, err = replay.Listen("127.0.0.1:0", player); err != nil {
		return err
	}
	m.doorway, err = openDoorway(player)
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

// close ends the mock. It may be called twice.
func (m *mocked) close() error {
	if m.server != nil {
		_ = m.server.Close() // the error is always nil
	}
	if m.doorway != nil {
		m.doorway.close()
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
