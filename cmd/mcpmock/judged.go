package main

import (
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
	say := report.Text
	if c.asJSON {
		say = report.JSON
	}
	c.mu.Lock()
	err := say(c.err)
	c.mu.Unlock()
	if err == nil && report.Failed() {
		err = exit(exitCheck) // its last line says so
	}
	return err
}
