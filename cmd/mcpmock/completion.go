package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

var shells = [...]string{"bash", "zsh", "fish", "powershell"}

func newCompletion(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells[:], "|"),
		Short: "print the script that completes mcpmock's words in a shell",
		Long: `print the script that completes mcpmock's words in a shell

  bash        source <(mcpmock completion bash)
  zsh         source <(mcpmock completion zsh)
  fish        mcpmock completion fish | source
  powershell  mcpmock completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells[:],
		RunE: func(cmd *cobra.Command, args []string) error {
			shell, err := one(cmd, args, "the name of a shell", "mcpmock completion "+strings.Join(shells[:], "|"))
			if err != nil {
				return err
			}
			if c.asJSON {
				return wrongUse("completion prints a script for a shell, and no JSON: leave --json out").hint("mcpmock completion %s", say.Word(shell))
			}
			switch root := cmd.Root(); shell {
			case "bash":
				return root.GenBashCompletionV2(c.out, true)
			case "zsh":
				return root.GenZshCompletion(c.out)
			case "fish":
				return root.GenFishCompletion(c.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(c.out)
			}
			return wrongUse("no completion for %q", shell).hint("mcpmock completion %s", strings.Join(shells[:], "|"))
		},
	}
}

// completeCassette completes the argument FILE.
func completeCassette(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeTape(cmd, args, begun)
}

// completeTape completes a flag that takes a cassette: the name of a stock
// tape, or a file.
func completeTape(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	return completeFiles(begun, cassettes.StockNames(), ".cassette")
}

// completeScenario completes the name of a scenario or a dialect, or a file.
func completeScenario(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	return completeFiles(begun, slices.Concat(scenarios.Stock(), scenarios.Dialects()), ".yaml", ".yml")
}

// completeReport completes a flag that takes KIND=FILE.
func completeReport(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var kinds []string
	for _, kind := range reportKinds {
		kinds = append(kinds, kind+"=")
	}
	return kinds, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeFiles completes a word that is one of some names or a file with one
// of some endings. A shell does either, so the files are looked for here.
func completeFiles(begun string, names []string, endings ...string) ([]string, cobra.ShellCompDirective) {
	dir, _ := filepath.Split(begun)
	// The error is about a directory that is not there, or not to be read.
	entries, _ := os.ReadDir(cmp.Or(dir, "."))
	var all []string
	for _, name := range names {
		if strings.HasPrefix(name, begun) {
			all = append(all, name)
		}
	}
	inside := false
	for _, e := range entries {
		path := dir + e.Name()
		switch {
		case !strings.HasPrefix(path, begun) || strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(filepath.Base(begun), "."):
		case e.IsDir():
			all, inside = append(all, path+"/"), true
		case slices.Contains(endings, filepath.Ext(path)):
			all = append(all, path)
		}
	}
	if inside {
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// completeWords completes a flag that takes one of some words.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	// The error is about a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
