package sources

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
)

// afterRevoking says what else to do after a leak.
const afterRevoking = `Every instance of ingest uses only the new secret within 5 minutes, each at once when a webhook
signed with it arrives. To have it everywhere now: make deploy RESTART=1. Webhooks that the
provider signed with the former secrets are answered with 401, and lost where it does not send
them again: fetch them with  go tool hookctl reconcile.

Look what was accepted since the secret leaked:  go tool hookctl events list%s`

func revokeCommand(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "revoke NAME",
		Short: "Replace a source's secrets at once, without an overlap",
		Long: `revoke makes a new secret the only one of a source. Use it if a secret leaks: rotate keeps
the former one, with which others could still sign.

It asks for the secret, or reads it from standard input if that is not a terminal. Change it at
the provider first.`,
		Example:           `  go tool hookctl sources revoke contiguity --stack webhook-intake`,
		Args:              cli.Args(1, 1),
		ValidArgsFunction: cli.Words(cli.SourceNames()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return revoke(ctx, e, f, args[0])
		}),
	}
	f.addChange(c)
	f.secret.Add(c)
	return c
}

func revoke(ctx context.Context, e *cli.Env, f flags, name string) error {
	return f.change(ctx, e, name, f.withSecret(e, name, sources.Document.Revoke), func(_ sources.Document, s *stack.Stack) string {
		return fmt.Sprintf(afterRevoking, s.Flags)
	})
}
