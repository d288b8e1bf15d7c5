package replay

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// NewLive makes a Player whose answers are not recorded but come from a live
// server: it breaks what passes as its scenarios say, keeps the journal of it,
// and judges the client. What the scenario has for sessions that its faults have
// ended is worded by its dialect; all other refusals are the server's own.
//
// The upstream gets each request as the client sent it, after the faults, for
// every path; recorder.Recorder.Proxy is one. What no fault meets passes on
// untouched and unheld, but for Accept-Encoding: mcpmock asks the server for
// plain answers, for it could neither read nor edit others. Of a request the
// part up to the limit of WithMaxBody is looked at before it goes on; a larger
// one passes on, and counts as no message. Host and Origin are checked here, as
// the player and its options have them: an upstream that checks them, too,
// refuses what these admit, which recorder.WithAnyone is against.
//
// Options about matching, pace and the number of sessions have no meaning; idle
// sessions end where the scenario or WithIdleTimeout says so. A stream of HTTP+SSE,
// which is known by its first event, passes event by event, and what the faults do
// to the answer of a POST is done to the event that answers it. The error is a
// scenario that has something which could only do nothing here, and names it.
func NewLive(upstream http.Handler, opts ...Option) (*Player, error) {
	tape, err := cassettes.LoadBytes("live", []byte(`{"mcpmock":1,"transport":"http"}`))
	if err != nil {
		return nil, err
	}
	all := append([]Option{WithIdleTimeout(0)}, opts...)
	p, err := New(tape, append(all, func(o *options) { o.live, o.upstream = true, upstream })...)
	if err != nil {
		return nil, err
	}
	if err := p.inVain(); err != nil {
		return nil, err
	}
	kept := *p.dialect
	kept.Checks = nil
	for _, c := range p.dialect.Checks {
		if c.Name == scenarios.CheckSessionEnded || c.Name == scenarios.CheckSessionUnknown {
			c.Every = false
			kept.Checks = append(kept.Checks, c)
		}
	}
	p.mode, p.lenient = "required", false // sessions, as far as ids are sent: none is asked for
	p.gate = p.newGate(&kept)
	p.sessions.evicts = true
	p.router = http.HandlerFunc(p.serveLive)
	return p, nil
}

// inVain returns what of the scenarios has no effect in front of a live server,
// as an error.
func (p *Player) inVain() error {
	if p.era != scenarios.Merge(p.scenarios...).Era { // which says for whom the scenario is
		return fmt.Errorf("replay: era %s: a live server speaks in the eras that it has: leave the era out", p.era)
	}
	if p.stubs != nil {
		return errors.New("replay: a scenario with stubs answers by itself: play it without a live server")
	}
	acts := p.rate != nil || p.auth != nil || p.cors != nil || p.replicas != nil || p.idles
	for _, s := range p.scenarios {
		name := cmp.Or(s.Name, "the scenario")
		if s.Version != "" {
			return fmt.Errorf("replay: %s has version, which a live server negotiates itself: in place of that, have a fault edit the answer with set: {/result/protocolVersion: ...}", name)
		}
		for i := range s.Faults {
			if what, why := onlyMocked(&s.Faults[i].Do); what != "" {
				return fmt.Errorf("replay: %s: fault %s: %s does nothing in front of a live server, %s: play it without one", name, cmp.Or(s.Faults[i].Name, fmt.Sprint(i+1)), what, why)
			}
		}
		acts = acts || len(s.Faults) > 0 || len(s.Expect) > 0 && !verdicts.StandsOnMock(s)
	}
	if !acts && len(p.scenarios) > 0 {
		return fmt.Errorf("replay: %s breaks nothing in front of a live server, whose manners and sessions are its own: it needs faults, a policy such as rate, or expect", cmp.Or(p.scenarios[0].Name, "the scenario"))
	}
	return nil
}

// onlyMocked returns what of an action only a mock can do that answers itself.
func onlyMocked(do *scenarios.Action) (what, why string) {
	switch {
	case do.AdoptSession:
		return "adopt_session", "which knows its sessions itself"
	case do.Stream == nil:
	case do.Stream.Resume != "" && do.Stream.Resume != "duplicate":
		return "stream: resume: " + do.Stream.Resume, "which knows itself what can be resumed"
	}
	return "", ""
}

// serveLive takes a request to the live server: safe, policies, faults, and what
// is left of it goes on.
func (p *Player) serveLive(w http.ResponseWriter, r *http.Request) {
	if !p.safeLive(w, r) {
		return
	}
	q := &visit{Facts: gate.Facts{Verb: r.Method, HTTP: r}, p: p, w: w, space: p.space(""), carrier: int(p.carriers.Add(1)), began: p.clock.Now(), fate: &fate{gave: r.Context()}}
	defer q.mayFall()()
	q.balance()
	q.unbind() // a body that gets on may take its time
	rest := q.readLive()
	if rest == nil {
		q.asked()
		q.p.journal.add(entry{on: q.carrier, from: cassettes.Client, end: cassettes.Closed}, p.clock.Now())
		panic(http.ErrAbortHandler) // the client has left in the middle of its request
	}
	q.old = q.postsOld()
	q.locate()
	q.asked()
	q.showPolicy()
	q.w = q.facing(w)
	if q.away() {
		return
	}
	defer q.left()
	switch {
	case q.policed(), q.faulted():
	case q.mustNotPass() && q.refused():
	default:
		q.pass(rest)
		return
	}
	q.finish()
}
