package replay

import (
	"context"
	"slices"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// newJudge returns who judges the clients of a player, or nil where the
// scenarios expect nothing; live is before a live server.
func newJudge(list []*scenarios.Scenario, live bool) *verdicts.Judge {
	if !slices.ContainsFunc(list, func(s *scenarios.Scenario) bool { return s != nil && len(s.Expect) > 0 }) {
		return nil
	}
	if live {
		return verdicts.Live(list...)
	}
	return verdicts.New(list...)
}

// heard returns who is told each event of the journal, or nil where nobody is:
// events are made for listeners alone.
func (p *Player) heard() func(*cassettes.Event) {
	switch {
	case p.judge == nil:
		return p.onEvent
	case p.onEvent == nil:
		return p.judge.Hear
	}
	return func(e *cassettes.Event) {
		p.judge.Hear(e)
		p.onEvent(e)
	}
}

// Verdicts returns what has become, so far, of each expectation of the
// scenarios, in their order. It is empty where they have none.
func (p *Player) Verdicts() []verdicts.Verdict {
	if p.judge == nil {
		return nil
	}
	return p.judge.Verdicts(p.elapsed())
}

// Done says that no client will do anything more: what verdicts wait for has
// not happened. It returns them. What happens afterwards is not judged. The
// journal gets a note of it, unless it ends with the end of a process, so that
// on disk it tells how long nothing has happened.
func (p *Player) Done() []verdicts.Verdict {
	now := p.elapsed()
	p.doneOnce.Do(func() {
		if on := int(p.carriers.Load()); on > 0 && !p.journal.exited() {
			p.journal.add(entry{on: on, from: cassettes.Mcpmock, note: cassettes.Note{Kind: "done"}}, p.clock.Now())
		}
	})
	if p.judge == nil {
		return nil
	}
	p.judge.Done(now)
	return p.judge.Verdicts(now)
}

// elapsed is how long the journal has been kept.
func (p *Player) elapsed() time.Duration { return p.clock.Now().Sub(p.journal.begin) }

// ExpectVerdicts fails the test for each thing that the scenarios say a client
// must do and it did not, and says what it did instead. What a good client
// should do is logged. First it waits until all is settled that has a time to
// happen in (within), on the player's clock, and not longer. What may happen at
// any time must have happened by then.
func (p *Player) ExpectVerdicts(t Tester) {
	t.Helper()
	if p.judge == nil {
		t.Errorf("replay: no scenario expects anything: give one that has expect, by WithScenario")
		return
	}
	p.settled()
	logger, _ := t.(interface {
		Logf(format string, args ...any)
	})
	for _, v := range p.judge.Final(p.elapsed()) {
		switch {
		case v.Failed():
			t.Errorf("%v", v)
		case v.Result != verdicts.Pass && logger != nil:
			logger.Logf("%v", v)
		}
	}
}

// settled waits until no verdict has time left to wait in, or the player is
// closed.
func (p *Player) settled() {
	for {
		changed := p.judge.Changed() // before it is asked, so that no change is missed
		if _, waits := p.judge.Pending(p.elapsed()); !waits || !p.unsettled(context.Background(), changed) {
			return
		}
	}
}

// Failing calls f for each thing that a client must do and has not done, as
// soon as that is settled, until ctx is done or the player is closed. So a
// client that hangs is found while it does.
func (p *Player) Failing(ctx context.Context, f func(verdicts.Verdict)) {
	if p.judge == nil {
		return
	}
	told := map[int]bool{}
	for {
		changed := p.judge.Changed()
		for i, v := range p.Verdicts() {
			if v.Failed() && !told[i] {
				told[i] = true
				f(v)
			}
		}
		if !p.unsettled(ctx, changed) {
			return
		}
	}
}

// unsettled waits until a verdict may have changed: something happened, or the
// first of the times that are waited for is over. It reports false where
// nothing will change any more.
func (p *Player) unsettled(ctx context.Context, changed <-chan struct{}) bool {
	var passed <-chan time.Time
	now := p.elapsed()
	if until, waits := p.judge.Pending(now); waits {
		// Events have whole milliseconds: after one more the time is over.
		var stop func()
		passed, stop = p.clock.After(until - now + time.Millisecond)
		defer stop()
	}
	select {
	case <-passed:
		return true
	case <-changed:
		return true
	case <-ctx.Done():
	case <-p.closing:
	}
	return false
}

// Verdicts returns what has become, so far, of each expectation of the
// scenarios, in their order. It is empty where they have none.
func (s *Server) Verdicts() []verdicts.Verdict { return s.Player.Verdicts() }

// ExpectVerdicts fails the test for each thing that the scenarios say a client
// must do and it did not; see Player.ExpectVerdicts.
func (s *Server) ExpectVerdicts(t Tester) {
	t.Helper()
	s.Player.ExpectVerdicts(t)
}
