package check

import (
	"cmp"
	"context"
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

// resembling finds the dialect that answers most like the server: it asks the
// same probes of a mock in each. issued says whether the server has sessions.
func resembling(ctx context.Context, real map[string]probes.Answer, issued bool) (*Likeness, error) {
	sessions := "required"
	if !issued {
		sessions = "stateless"
	}
	l := &Likeness{Of: len(real)}
	names := scenarios.Dialects()
	l.All = make([]Match, len(names))
	errs := make([]error, len(names))
	var all sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, name := range names {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			answers, err := mockAnswers(ctx, name, sessions)
			errs[i] = err
			l.All[i].Name = name
			for probe, a := range answers {
				if alike(real[probe], a) {
					l.All[i].Same++
				}
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	becoming := map[string]int{}
	for _, name := range names {
		d, err := scenarios.LoadDialect(name)
		if err != nil {
			return nil, err
		}
		becoming[name] = becomes(d, issued)
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

// mockAnswers asks the probes of a mock that speaks a dialect.
func mockAnswers(ctx context.Context, dialect, sessions string) (map[string]probes.Answer, error) {
	tape, err := cassettes.Stock("weather")
	if err != nil {
		return nil, err
	}
	defer tape.Close()
	player, err := replay.New(tape, replay.WithScenario(&scenarios.Scenario{Dialect: dialect}), replay.WithSessions(sessions))
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
	return ask(ctx, client)
}

// alike reports whether two answers are the same as far as dialects go: what
// is served may be served in any dress.
func alike(real, mock probes.Answer) bool {
	if served(real) && served(mock) && real.Status == mock.Status {
		return true
	}
	return len(probes.Difference(undressed(real), undressed(mock))) == 0
}

func undressed(a probes.Answer) probes.Answer {
	header := a.Header
	a.Header = nil
	for _, name := range dressed {
		if v := header[name]; v != nil {
			if a.Header == nil {
				a.Header = map[string][]string{}
			}
			a.Header[name] = v
		}
	}
	return a
}
