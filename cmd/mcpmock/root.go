package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// run is the whole command: it returns the exit code.
func run(args []string, out, err io.Writer) int {
	c := &console{out: out, err: err}
	root := newRoot(c)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(err)
	failed := unknownCommand(root, args)
	if failed == nil && len(args) > 0 && !slices.ContainsFunc(args, func(a string) bool { return a != "--json" }) {
		failed = wrongUse("mcpmock needs a command").hint("all commands: mcpmock --help")
	}
	if failed == nil {
		failed = root.Execute()
	}
	if failed != nil && slices.Contains(args, "--json") {
		c.asJSON = true // also where the flags could not be read
	}
	return c.tell(failed)
}

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "mcpmock",
		Short: "record a real MCP server, replay it under its own rules, break it on purpose",
		Example: `  mcpmock demo
  mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp
  mcpmock replay weather -s fastmcp-missing-session-id`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(newRecord(c), newReplay(c), newRun(c), newVerdict(c), newProxy(c), newShow(c), newFmt(c), newScenario(c), newSnippet(c), newCheck(c), newDemo(c), newVersion(c), newCompletion(c), newDoor(c))
	root.PersistentFlags().BoolVar(&c.asJSON, "json", false, "speak JSON: to be read by programs")
	root.PersistentFlags().BoolP("help", "h", false, "say how it is used")
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(usageTemplate)
	root.SetHelpTemplate(helpTemplate)
	help := newHelp(root)
	root.SetHelpCommand(help)
	root.AddCommand(help)
	return root
}

// verbosely adds the flag -v to a verb that has more to say: what it says then.
func (c *console) verbosely(cmd *cobra.Command, says string) {
	cmd.Flags().BoolVarP(&c.verbose, "verbose", "v", false, says)
}

// eachExchange is what -v says where traffic passes.
const eachExchange = "print a line for each exchange on stderr"

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "say how a command is used",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := unknownCommand(root, args); err != nil {
				return err
			}
			cmd, _, err := root.Find(args)
			if err != nil {
				return err
			}
			return cmd.Help()
		},
	}
}

// unknownCommand says what is wrong where the first word is no verb.
func unknownCommand(root *cobra.Command, args []string) error {
	if slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, first(args)) {
		return nil
	}
	if _, _, err := root.Find(args); err == nil {
		return nil
	}
	wrong := first(args)
	if cmd, _, err := root.Find([]string{wrong}); err == nil && cmd != root {
		return wrongUse("%s is no flag of all commands", args[0]).hint("the flags of a command stand behind it:  mcpmock %s %s", wrong, args[0])
	}
	f := wrongUse("unknown command %q", wrong)
	for _, near := range suggestions(root, wrong) {
		f.hint("did you mean: mcpmock %s", near)
	}
	return f.hint("all commands: mcpmock --help")
}

// first returns the first argument that is no flag.
func first(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}

func suggestions(cmd *cobra.Command, wrong string) []string {
	cmd.SuggestionsMinimumDistance = 2
	return cmd.SuggestionsFor(wrong)
}

// flagError makes an error about a flag say which one was meant.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	if empty, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		what, _ := pflag.UnquoteUsage(empty.GetFlag())
		return wrongUse("--%s needs a value: %s", empty.GetFlag().Name, what).hint("such as: --%s %s", empty.GetFlag().Name, exampleOf(empty.GetFlag())).hint("all flags: %s --help", cmd.CommandPath())
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if bad.GetValue() == "" {
			return wrongUse("--%s needs a value", bad.GetFlag().Name).hint("such as: --%s%s", bad.GetFlag().Name, exampleAfter(bad.GetFlag()))
		}
		if must := kindOf(bad.GetFlag()); must != "" {
			return wrongUse("--%s %s: it must be %s", bad.GetFlag().Name, bad.GetValue(), must).hint("such as: --%s%s", bad.GetFlag().Name, exampleAfter(bad.GetFlag()))
		}
	}
	f := wrongUse("%s", strings.Replace(err.Error(), "flag: ", "flag ", 1))
	if wrong, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		if others := havingFlag(cmd.Root(), wrong); others != nil {
			f.hint("--%s is a flag of %s", wrong, strings.Join(others, ", "))
			return f.hint("all flags: %s --help", cmd.CommandPath())
		}
		// The names of flags are compared as those of commands are.
		flags := &cobra.Command{}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			flags.AddCommand(&cobra.Command{Use: flag.Name, Run: func(*cobra.Command, []string) {}})
		})
		for _, near := range suggestions(flags, wrong) {
			f.hint("did you mean: --%s", near)
		}
	}
	return f.hint("all flags: %s --help", cmd.CommandPath())
}

// havingFlag lists the commands below cmd that have a flag of that very name.
func havingFlag(cmd *cobra.Command, name string) (paths []string) {
	for _, sub := range cmd.Commands() {
		if sub.LocalFlags().Lookup(name) != nil {
			paths = append(paths, sub.CommandPath())
		}
		paths = append(paths, havingFlag(sub, name)...)
	}
	return paths
}

// kindOf says what the value of a flag must be, where that is no text.
func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int64", "int":
		return "a whole number"
	case "duration":
		return "a duration with its unit"
	case "bool":
		return "true or false"
	}
	return ""
}

// exampleOf is a value that a flag takes; its placeholder where any text will do.
func exampleOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int64", "int":
		return "7"
	case "duration":
		return "2s"
	case "bool":
		return "true"
	}
	what, _ := pflag.UnquoteUsage(f)
	switch {
	case f.Name == "scenario":
		return "session-404-no-reinit"
	case f.Name == "listen":
		return defaultListen
	case f.DefValue != "" && f.DefValue != "[]":
		return f.DefValue
	}
	return what
}

// exampleAfter is exampleOf as it stands after the flag's name.
func exampleAfter(f *pflag.Flag) string {
	if f.Value.Type() == "bool" {
		return "=" + exampleOf(f)
	}
	return " " + exampleOf(f)
}

// one returns the single argument of a verb. what is the argument, and
// example how to give it.
func one(cmd *cobra.Command, args []string, what, example string) (string, error) {
	switch len(args) {
	case 0:
		return "", wrongUse("%s needs %s", cmd.CommandPath()[len("mcpmock "):], what).hint("%s", example)
	case 1:
		return args[0], nil
	}
	return "", wrongUse("%s takes %s, not %d: %s", cmd.CommandPath()[len("mcpmock "):], what, len(args), strings.Join(args, " ")).hint("%s", example)
}

// none refuses arguments.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return wrongUse("%s takes no argument, not %q", cmd.CommandPath()[len("mcpmock "):], args[0]).hint("all flags: %s --help", cmd.CommandPath())
	}
	return nil
}

const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{.UsageString}}`

const usageTemplate = `usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND{{end}}{{if .HasExample}}

examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

flags of all commands:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

more about a command: {{.CommandPath}} COMMAND --help{{end}}
`
