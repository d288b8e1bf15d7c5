package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/spf13/cobra"
)

func newVerdict(c *console) *cobra.Command {
	var names, reports []string
	cmd := &cobra.Command{
		Use:   "verdict JOURNAL",
		Short: "judge the client on a journal by what a scenario expects",
		Long: `judge the client on a journal by what a scenario expects

JOURNAL is a cassette that --journal of replay, run or proxy has written; a
recording is refused, for no fault fired on it. What a journal lacks, or had
changed by hand, is told on stderr. The exit code is 1 where the client did not do what it must.`,
		Example: `  mcpmock replay weather -s session-404-no-reinit --journal j.cassette
  mcpmock verdict j.cassette -s session-404-no-reinit`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := one(cmd, args, "a journal", "mcpmock verdict j.cassette -s session-404-no-reinit")
			if err != nil {
				return err
			}
			files, err := parseReports(reports)
			if err != nil {
				return err
			}
			report, err := judge(c, path, names)
			if err != nil {
				return err
			}
			onStdout := report.Text
			if c.asJSON {
				onStdout = report.JSON
			}
			err = onStdout(c.out)
			for _, f := range files {
				err = errors.Join(err, f.write(report, c))
			}
			if err == nil && report.Failed() {
				err = exit(exitCheck)
			}
			return err
		},
	}
	cmd.Flags().StringArrayVarP(&names, "scenario", "s", nil, "judge by what the scenario `NAME|FILE` expects; may be repeated")
	cmd.Flags().StringArrayVar(&reports, "report", nil, "write the report as `KIND=FILE`, KIND being junit, json or html; may be repeated, or separated by commas; - is stderr")
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // these flags exist
	_ = cmd.RegisterFlagCompletionFunc("report", completeReport)
	return cmd
}

// judge judges the journal at a path.
func judge(c *console, path string, names []string) (*verdicts.Report, error) {
	var list []*scenarios.Scenario
	for _, name := range names {
		s, err := loadScenario(name)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	if verdicts.New(list...).Idle() {
		if len(names) > 0 {
			return nil, wrongUse("verdict: %s expects nothing of a client, so there is nothing to judge", strings.Join(names, ", ")).
				hint("add a block expect to it, or judge by another:  mcpmock verdict %s -s session-404-no-reinit", say.File(path))
		}
		return nil, wrongUse("verdict needs a scenario that expects something: -s NAME").hint("mcpmock verdict %s -s session-404-no-reinit", say.File(path))
	}
	tape, err := cassettes.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && slices.Contains(cassettes.StockNames(), path):
		return nil, noJournalToJudge(path, names)
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrongUse("no journal %s", path).hint("have one written:  mcpmock replay weather -s %s --journal %s", say.Word(names[0]), say.File(path))
	case err != nil:
		return nil, err
	}
	defer tape.Close()
	heard := newScore()
	took, err := c.leaf(path, heard)
	if err != nil {
		return nil, fmt.Errorf("judging %s: %w", path, err)
	}
	if len(heard.notes) == 0 && tape.Header.Journal == "" { // notes stand on a journal alone, whoever has written it
		return nil, noJournalToJudge(path, names)
	}
	all, err := verdicts.OfTape(tape, list...)
	if err != nil {
		return nil, fmt.Errorf("judging %s: %w", path, err)
	}
	// Before a live server nothing is matched: what there is none of says nothing.
	facts := slices.DeleteFunc(heard.facts(), func(f verdicts.Fact) bool { return f.N == 0 && f.Name != "requests" })
	return &verdicts.Report{Name: path, Facts: facts, Verdicts: all, Took: took}, nil
}

// noJournalToJudge is the failure to judge a recording: it has no faults on
// it, so every client would do.
func noJournalToJudge(path string, names []string) error {
	return wrongUse("verdict: %s is a recording, and no journal: no fault fired on it", path).
		hint("have a client play it, and judge that:  mcpmock replay %s -s %s --journal j.cassette", say.File(path), say.Word(names[0]))
}

// leaf goes through a journal, scores what is on it, and warns where it is not
// as it was written. It returns the time of the last event.
func (c *console) leaf(path string, heard *score) (last time.Duration, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	r, err := cassettes.NewReader(file)
	if err != nil {
		return 0, err
	}
	for {
		e, err := r.Next()
		if errors.Is(err, cassettes.ErrTorn) {
			c.talk("mcpmock: warning: %s ends in the middle of an event: what came after is not judged", path)
			err = io.EOF
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
		heard.hear(e)
		last = max(last, e.At)
	}
	if line := r.Edited(); line > 0 {
		c.talk("mcpmock: warning: %s:%d is not as it was written: the verdict is of what stands there now", path, line)
	}
	return last, nil
}
