package main

import (
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

func newScenario(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "list the stock scenarios, show one, begin or check one of your own",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wrongUse("scenario needs a command").hint("mcpmock scenario list").hint("mcpmock scenario show NAME").hint("all commands: mcpmock scenario --help")
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
			Use:   "list [GROUP|WORD]...",
			Short: "list the stock scenarios and the dialects, or those of some groups, or about some words",
			Example: `  mcpmock scenario list
  mcpmock scenario list session
  mcpmock scenario list python-sdk 808`,
			ValidArgs: listGroups(),
			RunE:      func(_ *cobra.Command, groups []string) error { return listScenarios(c, groups) },
		},
		&cobra.Command{
			Use:               "show NAME",
			Short:             "print the file of a stock scenario or a dialect, to read or to start one of your own from",
			ValidArgsFunction: completeScenario,
			RunE: func(cmd *cobra.Command, args []string) error {
				name, err := one(cmd, args, "the name of a scenario", "all scenarios: mcpmock scenario list")
				if err != nil {
					return err
				}
				source, err := scenarios.DialectSource(name)
				if err != nil {
					source, err = scenarios.StockSource(name)
				}
				if err != nil {
					return (&failure{code: exitUse, err: err}).hint("all scenarios: mcpmock scenario list")
				}
				if c.asJSON {
					return c.print(struct {
						Name string `json:"name"`
						Text string `json:"text"`
					}{name, string(source)})
				}
				_, err = c.out.Write(source)
				return err
			},
		},
		newScenarioNew(c),
		newScenarioCheck(c),
		&cobra.Command{
			Use:   "schema",
			Short: "print the JSON Schema of scenario files, for an editor",
			Long: `print the JSON Schema of scenario files, for an editor

Keep it beside your scenarios and begin them with
  # yaml-language-server: $schema=./` + schemaFile + `
which most editors with the YAML language server follow.`,
			Example: `  mcpmock scenario schema > ` + schemaFile,
			Args:    none,
			RunE: func(*cobra.Command, []string) error {
				_, err := c.out.Write(scenarios.Schema())
				return err
			},
		},
	)
	return cmd
}
