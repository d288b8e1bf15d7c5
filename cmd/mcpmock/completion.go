package main

import (
	"strings"

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
func completeCassette(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"cassette"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeScenario completes the name of a scenario, or a file.
func completeScenario(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return scenarios.Stock(), cobra.ShellCompDirectiveDefault
}

// completeWords completes a flag that takes one of some words.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	// The error is about a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}
