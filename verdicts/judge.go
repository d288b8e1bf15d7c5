package verdicts

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/sjson"
)

// A Judge hears what happens and says what became of the expectations of some
// scenarios. Each space of a replay is judged by itself, as the mock of its
// own that it is. It is safe for concurrent use.
type Judge struct {
	cases   []*expected
	keys    func(*jsonrpc.Message) uint64
	rounds  bool // somebody asks for retries
	effects *effects

	mu       sync.Mutex
	carriers *shelf[int, *carrier]
	spaces   map[string]*docket
	names    []string // of spaces, in the order in which they were first heard of
	full     bool     // there were more
	done     bool
	changed  chan struct{} // closed when a verdict has changed; nil where nobody waits
}

// expected is an expectation with what belongs to it.
type expected struct {
	scenarios.Expectation
	scenario, about, text string
	faults                []string // whose notes count; nil is all
	transport             string   // what it is about; "" is any
	mocked                bool     // it stands on what a live server does not take over from the scenario
}

// New makes a Judge of the expectations of some scenarios. They must not change
// any more. Where the scenarios have none, there is nothing to hear: Idle says
// so.
func New(list ...*scenarios.Scenario) *Judge {
	j := &Judge{spaces: map[string]*docket{}, carriers: newShelf[int](maxCarriers, func(c *carrier) bool { return c.stream || c.pipe })}
	with, scale := 0, 0.0
	j.effects = effectsOf(list)
	for _, s := range list {
		if s != nil && s.Scale != 0 {
			scale = s.Scale // of several, the last goes for all, as it does for their faults
		}
		if s != nil && (len(s.Faults) > 0 || len(policies(s)) > 0) {
			with++
		}
	}
	faults := 0 // of the scenarios before
	for _, s := range list {
		if s == nil {
			continue
		}
		scaled := *s
		scaled.Scale = scale
		for i, e := range scaled.Scaled().Expect {
			x := &expected{Expectation: e, scenario: s.Name, about: s.About, transport: s.Transport, text: Text(&s.Expect[i], sinceOf(s))}
			if x.Since == "" {
				x.Since = sinceOf(s)
			}
			if with > 1 {
				x.faults = policies(s)
				for i := range s.Faults {
					x.faults = append(x.faults, s.Faults[i].Called(faults+i+1))
				}
			}
			j.cases = append(j.cases, x)
			if e.What == scenarios.AssertReplays && j.keys == nil {
				j.keys = newKeys("_meta")
			}
			j.rounds = j.rounds || e.What == scenarios.AssertRetries
		}
		faults += len(s.Faults)
	}
	return j
}

// Live is New for the clients of a live server, whose manners and sessions are
// its own: what is expected by a scenario that StandsOnMock is not reached.
func Live(list ...*scenarios.Scenario) *Judge {
	j := New(list...)
	i := 0
	for _, s := range list {
		for n := 0; s != nil && n < len(s.Expect); n++ {
			j.cases[i].mocked = StandsOnMock(s)
			i++
		}
	}
	return j
}

// StandsOnMock reports whether what a scenario expects has its ground in the
// dialect and the sessions of a mock alone: there is nothing else that it breaks.
func StandsOnMock(s *scenarios.Scenario) bool {
	return len(s.Faults) == 0 && len(policies(s)) == 0 && (s.Dialect != "" || s.Sessions != "")
}

// The bounds of a Judge.
const (
	maxCarriers = 20_000 // that have not ended
	maxSpaces   = 10_000 // what happens in more of them is not judged
)

// newKeys returns what stands for a message's method and params: the same
// number for the same request, whatever its id and the members that are named.
func newKeys(without ...string) func(*jsonrpc.Message) uint64 {
	seed := maphash.MakeSeed()
	return func(m *jsonrpc.Message) uint64 {
		var h maphash.Hash
		h.SetSeed(seed)
		_, _ = h.WriteString(m.Method) // it never fails
		_ = h.WriteByte(0)
		if m.Params != nil {
			params := slices.Clone(m.Params)
			for _, name := range without {
				if rest, err := sjson.DeleteBytes(params, name); err == nil {
					params = rest
				}
			}
			if canonical, err := jsonrpc.Canonical(params); err == nil {
				params = canonical
			}
			if string(params) != "{}" {
				_, _ = h.Write(params)
			}
		}
		return h.Sum64()
	}
}

// Idle reports whether there is nothing to judge.
func (j *Judge) Idle() bool { return len(j.cases) == 0 }

// Hear takes in one event of the tape; they come in its order. Nothing of the
// event is kept.
func (j *Judge) Hear(e *cassettes.Event) {
	if j.Idle() {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.done {
		return
	}
	c := j.carriers.all[e.On]
	if c == nil {
		d := j.docket(spaceOf(e))
		if d == nil {
			return
		}
		c = &carrier{on: e.On, docket: d}
		if e.From != cassettes.Client {
			if e.Note != nil && e.End == "" { // of what has no carrier, or had one
				d.ledger.hear(c, e)
				j.wake(d)
			}
			return
		}
		j.carriers.add(e.On, c)
	}
	if c.docket.ledger.hear(c, e) {
		j.carriers.remove(e.On)
	}
	j.wake(c.docket)
}

// spaceOf is the space of an event that begins a carrier.
func spaceOf(e *cassettes.Event) string {
	if e.Note != nil {
		return e.Note.Space
	}
	if e.HTTP == nil {
		return ""
	}
	rest, ok := strings.CutPrefix(e.HTTP.Path, "/s/")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return strings.Clone(name)
}

// docket returns what is judged of a space, or nil where there are too many.
func (j *Judge) docket(space string) *docket {
	d := j.spaces[space]
	switch {
	case d == nil && len(j.spaces) >= maxSpaces:
		j.full = true
	case d == nil:
		d = newDocket(j)
		j.spaces[space] = d
		j.names = append(j.names, space)
	}
	return d
}

// wake wakes who waits for a verdict of a docket, where one has changed.
func (j *Judge) wake(d *docket) {
	if d.changed && j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
	d.changed = false
}

// Done says that the client has ended at that time, since the tape began, and
// that nothing more will come: what is waited for has not happened.
func (j *Judge) Done(now time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.done {
		return
	}
	j.done = true
	for _, d := range j.spaces {
		d.end(now)
	}
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// Changed returns a channel that is closed when a verdict may have changed, or
// there is a new one to wait for.
func (j *Judge) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	if j.done {
		c := j.changed
		close(c)
		j.changed = nil
		return c
	}
	return j.changed
}

// Pending reports whether a verdict waits for something that must happen
// within a time which is not over, and when the first such time is over.
func (j *Judge) Pending(now time.Duration) (until time.Duration, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range j.spaces {
		for _, s := range d.stands {
			if u, waits := s.pending(now); waits && !j.done {
				if !ok || u < until {
					until = u
				}
				ok = true
			}
		}
	}
	return until, ok
}

// Verdicts returns what has become of each expectation by that time, in the
// order of the scenarios. Of several spaces in which one came to bear, the
// first that fails speaks for all, else the first that waits, else the first.
// What happens in more than 10,000 spaces is not judged, which the evidence says.
func (j *Judge) Verdicts(now time.Duration) []Verdict { return j.verdicts(now, false) }

// Final is Verdicts as if the client had ended.
func (j *Judge) Final(now time.Duration) []Verdict { return j.verdicts(now, true) }

func (j *Judge) verdicts(now time.Duration, final bool) []Verdict {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]Verdict, len(j.cases))
	for i, x := range j.cases {
		list[i] = Verdict{Scenario: x.scenario, Expectation: x.text, Level: x.Level, About: x.about,
			Result: NotReached, Evidence: notReached(x)}
		several := 0
		for _, name := range j.names {
			s := j.spaces[name].stands[i]
			result, evidence, at := s.verdict(now, final || j.done)
			if result == NotReached && evidence == "" {
				continue
			}
			several++
			if several > 1 && !worse(result, s.level(), &list[i]) {
				continue
			}
			if name != "" {
				evidence = fmt.Sprintf("in space %s: %s", cut(name), evidence)
			}
			list[i].Level, list[i].Result, list[i].Evidence, list[i].At, list[i].Took = s.level(), result, evidence, at, at-s.from
		}
		if j.full {
			list[i].Evidence += fmt.Sprintf("; only the first %d spaces were judged", maxSpaces)
		}
	}
	return list
}

// worse reports whether a result, where the expectation weighs so much, speaks
// louder than another of the same expectation.
func worse(result Result, level string, than *Verdict) bool {
	rank := map[Result]int{NotReached: 0, Pass: 1, Waiting: 2, Fail: 3}
	if result == Fail && than.Result == Fail {
		return level == "must" && than.Level != "must"
	}
	return rank[result] > rank[than.Result]
}

// notReached says why an expectation has not come to bear.
func notReached(x *expected) string {
	switch x.Since {
	case "fault":
		return "no fault fired"
	case "refusal":
		return "nothing was refused"
	case "start":
		return "the client sent nothing"
	}
	return "the fault " + x.Since + " did not fire"
}
