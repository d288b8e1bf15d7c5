package main

import (
	"errors"
	"fmt"

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

JOURNAL is a cassette that --journal of replay or run has written. The exit code
is 1 where the client did not do what it must.`,
		Example: `  mcpmock replay weather.cassette -s session-404-no-reinit --journal j.cassette
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
			report, err := judge(path, names)
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
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // the flag exists
	return cmd
}

// judge judges the journal at a path.
func judge(path string, names []string) (*verdicts.Report, error) {
	var list []*scenarios.Scenario
	for _, name := range names {
		s, err := scenarios.Load(name)
		if err != nil {
			return nil, (&failure{code: exitUse, err: err}).hint("all scenarios: mcpmock scenario list")
		}
		list = append(list, s)
	}
	if verdicts.New(list...).Idle() {
		return nil, wrongUse("verdict needs a scenario that expects something: -s NAME").hint("mcpmock verdict %s -s session-404-no-reinit", fileWord(path))
	}
	tape, err := openTape(path)
	if err != nil {
		return nil, err
	}
	defer tape.Close()
	all, err := verdicts.OfTape(tape, list...)
	if err != nil {
		return nil, fmt.Errorf("judging %s: %w", path, err)
	}
	return &verdicts.Report{Verdicts: all}, nil
}
