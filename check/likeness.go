package check

import (
	"cmp"
	"context"
	"maps"
	"mime"
	"slices"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// dressed are the headers in which dialects differ; others are added by what
// stands before a server.
var dressed = []string{"Content-Type", "Allow", "Mcp-Session-Id"}

// enough is the part of the probes, in percent, that a dialect must answer
// as the server does to fit well.
const enough = 60

// tapeBound are the probes that are answered by what a server has, or a tape,
// and not by how it refuses.
var tapeBound = []string{"modern-tools-call-unknown-tool", "modern-resources-read-unknown", "modern-header-name-encoded"}

// resembling finds the dialect that answers most like the server: it asks the
// same probes of a mock in each. issued says whether the server has sessions.
// Either of the answers, to [Probes] and to [ModernProbes], may be nil.
func resembling(ctx context.Context, legacy, modern map[string]probes.Answer, issued bool) (*Likeness, error) {
	real := map[string]probes.Answer{}
	maps.Copy(real, legacy)
	maps.Copy(real, modern)
	for _, name := range tapeBound {
		delete(real, name)
	}
	how := mocking{sessions: "required", era: eraLegacy, list: Probes()}
	if !issued {
		how.sessions = "stateless"
	}
	switch {
	case legacy == nil:
		how.era, how.list = eraModern, ModernProbes()
	case modern != nil:
		how.era, how.list = "both", append(how.list, ModernProbes()...)
	}
	how.list = slices.DeleteFunc(how.list, func(p probes.Probe) bool { return slices.Contains(tapeBound, p.Name) })
	likely, err := candidates(modern != nil)
	if err != nil {
		return nil, err
	}
	l := &Likeness{Of: len(real), All: make([]Match, len(likely))}
	errs := make([]error, len(likely))
	var all sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, d := range likely {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			answers, err := how.answers(ctx, d.Name)
			errs[i] = err
			l.All[i].Name = d.Name
			for probe, a := range answers {
				if alike(real[probe], a) {
					l.All[i].Same++
				}
			}
		})
	}
	all.Wait()
	becoming := map[string]int{}
	for i, d := range likely {
		if errs[i] != nil {
			return nil, errs[i]
		}
		becoming[d.Name] = becomes(d, issued)
	}
	slices.SortStableFunc(l.All, func(a, b Match) int {
		return cmp.Or(b.Same-a.Same, becoming[b.Name]-becoming[a.Name])
	})
	if len(l.All) > 0 {
		l.Same = l.All[0].Same
		if l.Same*100 >= l.Of*enough {
			l.Name = l.All[0].Name
		}
	}
	return l, nil
}

// candidates are the dialects that a server may have. Those that do not say
// how they treat requests of 2026-07-28 are none for one that speaks it: a mock
// in such a dialect treats them as the specification has it.
func candidates(modern bool) ([]*scenarios.Dialect, error) {
	var likely []*scenarios.Dialect
	for _, name := range scenarios.Dialects() {
		d, err := scenarios.LoadDialect(name)
		if err != nil {
			return nil, err
		}
		if !modern || d.Modern != nil {
			likely = append(likely, d)
		}
	}
	return likely, nil
}

// becomes ranks a dialect by whether it is one of servers with sessions, as
// far as that is written down: it decides between those that answer alike, as
// each was asked as the server is, with sessions or without.
func becomes(d *scenarios.Dialect, issued bool) int {
	switch {
	case d.Sessions != "stateless":
		return 0
	case issued:
		return -1
	}
	return 1
}

// A mocking is how the probes are asked of mocks.
type mocking struct {
	sessions, era string // as the player has them
	list          []probes.Probe
}

// answers asks the probes of a mock that speaks a dialect.
func (m mocking) answers(ctx context.Context, dialect string) (map[string]probes.Answer, error) {
	tape, err := cassettes.Stock("weather")
	if err != nil {
		return nil, err
	}
	defer tape.Close()
	player, err := replay.New(tape, replay.WithScenario(&scenarios.Scenario{Dialect: dialect}), replay.WithSessions(m.sessions), replay.WithEra(m.era))
	if err != nil {
		return nil, err
	}
	server, err := replay.Listen("127.0.0.1:0", player)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	// It is on this machine and says nothing by itself, so what it has not
	// said for a moment it will not say.
	client, err := probes.NewClient(server.URL, probes.WithPatience(5*time.Second, 100*time.Millisecond))
	if err != nil {
		return nil, err
	}
	// As with the server, it has had a session when the probes begin.
	first, _ := probes.Named("initialize")
	if _, err := client.Ask(ctx, first); err != nil {
		return nil, err
	}
	return ask(ctx, client, m.list)
}

// alike reports whether two answers are the same as far as dialects go: what
// is served may be served in any dress.
func alike(real, mock probes.Answer) bool {
	if served(real) && served(mock) && real.Status == mock.Status {
		return true
	}
	return len(probes.Difference(undressed(real), undressed(mock))) == 0
}

// undressed is an answer with what dialects differ in alone. A charset is what
// any framework around a server may add to its media type.
func undressed(a probes.Answer) probes.Answer {
	header := a.Header
	a.Header = nil
	for _, name := range dressed {
		if v := header[name]; v != nil {
			if a.Header == nil {
				a.Header = map[string][]string{}
			}
			if media, _, err := mime.ParseMediaType(header.Get(name)); err == nil && name == "Content-Type" {
				v = []string{media}
			}
			a.Header[name] = v
		}
	}
	return a
}
