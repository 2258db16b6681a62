package sources

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

func rotateCommand(e *cli.Env) *cobra.Command {
	var f flags
	var end bool
	c := &cobra.Command{
		Use:   "rotate NAME",
		Short: "Change a source's secret, with an overlap",
		Long: `rotate puts a new secret in front of the source's secrets, and keeps the former first one
as the second, so that webhooks signed with either are accepted. It drops older secrets,
and says what to do at the provider.

It asks for the secret, or reads it from standard input if that is not a terminal. When
"sources check" shows that the provider signs only with the new secret, drop the other one
with --finish.`,
		Example: `  go tool hookctl sources rotate contiguity --stack webhook-intake
  go tool hookctl sources check --stack webhook-intake
  go tool hookctl sources rotate contiguity --finish --stack webhook-intake`,
		Args:              cli.Args(1, 1),
		ValidArgsFunction: cli.Words(cli.SourceNames()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			if end {
				return finish(ctx, e, f, args[0])
			}
			return rotate(ctx, e, f, args[0])
		}),
	}
	f.addChange(c)
	f.secret.Add(c)
	c.Flags().BoolVar(&end, "finish", false, "finish the rotation: drop all secrets except the first")
	for _, flag := range cli.SecretFlagNames() {
		c.MarkFlagsMutuallyExclusive("finish", flag)
	}
	return c
}

func rotate(ctx context.Context, e *cli.Env, f flags, name string) error {
	var changed *stack.Stack
	err := f.change(ctx, e, name, f.withSecret(e, name, sources.Document.Rotate), func(before sources.Document, s *stack.Stack) string {
		changed = s
		advice := ""
		if d, err := dialect.Of(before.Entry(name).Provider); err == nil {
			advice = d.AfterRotation + "\n\n"
		}
		return fmt.Sprintf("%s Until the rotation is finished, webhooks signed with either secret\nare accepted.\n\n%s"+
			"Check when it can be finished:  go tool hookctl sources check%[3]s\nThen finish it:                 go tool hookctl sources rotate %[4]s --finish%[3]s\n"+
			"Were webhooks refused before?   go tool hookctl quarantine verify --source %[4]s%[3]s",
			inUse, advice, s.Flags, name)
	})
	if err != nil || changed == nil {
		return err
	}
	if err := printReleasable(ctx, e.Out, changed); err != nil {
		e.Err.Text("The secret is changed. %v", err)
	}
	return nil
}

// withSecret returns the change of a source that needs a new secret, for which it asks.
func (f flags) withSecret(
	e *cli.Env, name string, change func(d sources.Document, name string, secret webhook.Secret) (sources.Document, error),
) func(sources.Document) (sources.Document, error) {
	return func(d sources.Document) (sources.Document, error) {
		if !d.Has(name) {
			return d.Finish(name) // its error lists the sources, before a secret is asked for
		}
		secret, err := e.NeedSecret(f.secret)
		if err != nil {
			return d, err
		}
		return change(d, name, secret)
	}
}

func finish(ctx context.Context, e *cli.Env, f flags, name string) error {
	return f.change(ctx, e, name, func(d sources.Document) (sources.Document, error) {
		return d.Finish(name)
	}, func(sources.Document, *stack.Stack) string {
		return "Within 5 minutes, webhooks signed with a dropped secret are answered with 401. No deploy is needed."
	})
}
