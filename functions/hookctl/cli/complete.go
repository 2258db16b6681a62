package cli

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/dialect"
)

// Words completes one argument with one of some words.
func Words(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// Complete completes a flag with one of some words. It panics if the command has no such
// flag.
func Complete(c *cobra.Command, flag string, words ...string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

// SourceNames lists the sources that completion suggests: one for each provider, as a stack
// usually names them. Those of a stack would cost a request at each press of a key.
func SourceNames() []string { return slices.Sorted(maps.Keys(dialect.Sources())) }
