package main

import (
	"fmt"

	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/verdicts"
)

// judged says what became of the scenarios' expectations, now that no client
// will do anything more, and fails where a must was broken. A mock over stdio
// is silent as long as nothing is: clients show people what a server writes to
// stderr.
func (c *console) judged(player *replay.Player, silent bool) error {
	report := &verdicts.Report{Verdicts: player.Done()}
	if len(report.Verdicts) == 0 || silent && !report.Failed() && !c.verbose {
		return nil
	}
	if err := report.Text(c.err); err != nil {
		return err
	}
	if !report.Failed() {
		return nil
	}
	failed := 0
	for i := range report.Verdicts {
		if report.Verdicts[i].Failed() {
			failed++
		}
	}
	return &failure{code: exitCheck, err: fmt.Errorf("the client broke %s", count(failed, "must"))}
}
