package sources

import (
	"context"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
)

func removeCommand(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:               "remove NAME",
		Short:             "Remove a source and its secrets",
		Long:              `remove removes a source. After at most 5 minutes its webhooks are answered with 404.`,
		Example:           `  go tool hookctl sources remove eu --stack webhook-intake`,
		Args:              cli.Args(1, 1),
		ValidArgsFunction: cli.Words(cli.SourceNames()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return f.change(ctx, e, args[0], func(d sources.Document) (sources.Document, error) {
				return d.Remove(args[0])
			}, func(sources.Document, *stack.Stack) string {
				return "It is gone after at most 5 minutes. Secrets Manager keeps the former document, as AWSPREVIOUS, until\nthe next change."
			})
		}),
	}
	f.addChange(c)
	return c
}
