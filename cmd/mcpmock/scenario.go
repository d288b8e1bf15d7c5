package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

func newScenario(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "list the stock scenarios, or show one",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wrongUse("scenario needs a command").hint("mcpmock scenario list").hint("mcpmock scenario show NAME")
			}
			f := wrongUse("unknown command %q", "scenario "+args[0])
			for _, near := range suggestions(cmd, args[0]) {
				f.hint("did you mean: mcpmock scenario %s", near)
			}
			return f.hint("all commands: mcpmock scenario --help")
		},
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "list the stock scenarios",
			Args:  none,
			RunE:  func(*cobra.Command, []string) error { return listScenarios(c) },
		},
		&cobra.Command{
			Use:               "show NAME",
			Short:             "print the file of a stock scenario, to read or to start one of your own from",
			ValidArgsFunction: completeScenario,
			RunE: func(cmd *cobra.Command, args []string) error {
				name, err := one(cmd, args, "the name of a scenario", "all scenarios: mcpmock scenario list")
				if err != nil {
					return err
				}
				source, err := scenarios.StockSource(name)
				if err != nil {
					return (&failure{code: exitUse, err: err}).hint("all scenarios: mcpmock scenario list")
				}
				_, err = c.out.Write(source)
				return err
			},
		},
	)
	return cmd
}

func listScenarios(c *console) error {
	type line struct {
		Name    string `json:"name"`
		About   string `json:"about"`
		Dialect string `json:"dialect,omitempty"`
	}
	var lines []line
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		lines = append(lines, line{s.Name, s.About, s.Dialect})
	}
	if c.asJSON {
		return c.print(lines)
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tABOUT")
	for _, l := range lines {
		fmt.Fprintf(table, "%s\t%s\n", l.Name, l.About)
	}
	return table.Flush()
}
