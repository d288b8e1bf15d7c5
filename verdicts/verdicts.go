// Package verdicts judges a client: it hears what happened, event by event,
// and says of each expectation of a scenario whether the client did what a
// good one does.
//
//	judge := verdicts.New(scenario)
//	for e := range journal {
//		judge.Hear(e)
//	}
//	judge.Done(end)
//	list := judge.Verdicts(end)
//	if verdicts.Failed(list) {
//		...
//	}
//
// What it hears is a tape, so a verdict is a function of one: the journal of a
// replay while it runs, or a journal on disk by OfTape. Times are those of the
// tape, since it began; no clock is looked at, and whoever asks says what time
// it is. A Report writes verdicts down, as text, JSON, JUnit or a page.
//
// What this does not do: it keeps no events, so that a run may be as long as it
// likes; and it plays nothing.
package verdicts

import (
	"errors"
	"fmt"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Result is what became of an expectation.
type Result string

// The results.
const (
	Pass Result = "pass"
	Fail Result = "fail"
	// NotReached is an expectation that never came to bear: no fault fired, or
	// nothing was done that it speaks of.
	NotReached Result = "not reached"
	// Waiting is one that may yet pass or fail. There is none after Done.
	Waiting Result = "waiting"
)

// A Verdict is what became of one expectation.
type Verdict struct {
	Scenario    string // its name
	Expectation string // as a scenario file says it, without the level
	Level       string // must, should or advice
	Result      Result
	// Evidence says in words what the client did.
	Evidence string
	// At is when it was settled, since the tape began; for one that is not,
	// when the judge began to look.
	At    time.Duration
	About string // a URL or a sentence: the bug that the scenario is about
	// Took is how long it took to settle: from when it came to bear, such as
	// when the fault fired, until At. It is 0 for one that did not come to bear.
	Took time.Duration
	Mock string // the mock that the client spoke to; "" where there is one alone
}

// Failed reports whether a must failed: the specification demands nothing else.
func Failed(list []Verdict) bool {
	for i := range list {
		if list[i].Failed() {
			return true
		}
	}
	return false
}

// Failed reports whether the verdict is that of a must which failed.
func (v *Verdict) Failed() bool { return v.Level == "must" && v.Result == Fail }

// OfTape judges a tape that is over, such as the journal of a replay, or of a
// proxy, whose clients are judged as Live does. A torn end is taken for the end.
// The error is one of reading the tape.
func OfTape(tape *cassettes.Tape, list ...*scenarios.Scenario) ([]Verdict, error) {
	j := New(list...)
	if tape.Header.Journal == cassettes.OfProxy {
		j = Live(list...)
	}
	var last time.Duration
	for e, err := range tape.Events() {
		if errors.Is(err, cassettes.ErrTorn) {
			break
		}
		if err != nil {
			return nil, err
		}
		j.Hear(e)
		last = max(last, e.At)
	}
	j.Done(last)
	return j.Verdicts(last), nil
}

// String is the verdict in three lines: what was expected, what the client
// did, and which bug it is about. Nothing in it commands a terminal.
func (v Verdict) String() string {
	text := fmt.Sprintf("%s: %s %s: %s\n    %s", v.place(), v.Level, v.Expectation, v.Result, v.Evidence)
	if v.About != "" {
		text += "\n    " + v.About
	}
	return say.Lines(text)
}

// Line is the verdict in a line: what was expected, and what the client did.
// Nothing in it commands a terminal.
func (v Verdict) Line() string {
	return say.Lines(fmt.Sprintf("%s %s: %s: %s", v.Level, v.place(), v.Expectation, v.Evidence))
}

// place is the scenario, and before it the mock where there are several.
func (v *Verdict) place() string {
	if v.Mock == "" {
		return v.Scenario
	}
	return v.Mock + ": " + v.Scenario
}
