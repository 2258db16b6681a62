package completion

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
)

// writers are what writes the script of each shell.
var writers = map[string]func(root *cobra.Command, out io.Writer) error{
	"bash":       func(c *cobra.Command, out io.Writer) error { return c.GenBashCompletionV2(out, true) },
	"fish":       func(c *cobra.Command, out io.Writer) error { return c.GenFishCompletion(out, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	"zsh":        (*cobra.Command).GenZshCompletion,
}

// Command returns the command "completion".
func Command(e *cli.Env) *cobra.Command {
	shells := slices.Sorted(maps.Keys(writers))
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Print the script with which a shell completes command lines",
		Long: `completion prints a script with which the Tab key completes commands, flags, and the names
of samples, event types, providers, and sources as they are usually named. It makes no
request.

A shell completes the command lines of a program, so install hookctl as one first, and again
when you change handlers: it shows plans with those that it was built with. Then put the line
of your shell into its file:

  go install ./functions/hookctl     # into $(go env GOPATH)/bin, which has to be in PATH

  bash, with its package bash-completion: ~/.bashrc
    source <(hookctl completion bash)
  zsh: ~/.zshrc, after compinit
    source <(hookctl completion zsh)
  fish: ~/.config/fish/config.fish
    hookctl completion fish | source
  PowerShell: $PROFILE
    hookctl completion powershell | Out-String | Invoke-Expression`,
		Example: `  hookctl completion bash
  source <(hookctl completion bash)    # for this shell alone`,
		Args:              cli.Args(1, 1),
		ValidArgsFunction: cli.Words(shells...),
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := writers[args[0]]
			if !ok {
				return cli.Usagef("no shell %q; there are %s", args[0], strings.Join(shells, ", "))
			}
			return write(c.Root(), e.Out)
		},
	}
}
