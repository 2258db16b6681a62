package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/hook"
)

// flags say which intake is checked, and how.
type flags struct {
	stack     cli.StackFlags
	source    string
	wait      time.Duration
	yes, json bool
}

// Command returns the command "doctor".
func Command(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Follow a signed webhook through a deployed stack",
		Long: `doctor sends a signed synthetic webhook through the public URL, follows it to the ledger,
and prints each step with the time that it took:

  outputs    the stack, or the environment, names everything that is needed
  table      the table is as old as the stack: a new one has forgotten what was handled
  vault      the bucket of large webhooks answers, and nothing waits there for upkeep
  health     GET /healthz answers
  sources    the sources document is readable and valid; which source is used
  handlers   which handlers will see the event
  refusal    an unsigned and a forged webhook are refused
  accepted   one signed with the source's first secret is accepted
  again      a copy of it is accepted too
  ledger     the event is completed, after one claim
  copy       the copy changed nothing
  queues     how many messages wait, and whether there are dead letters

doctor stops at the first step that fails, and says what to do next.

The event is of type ` + Type + `, for which there is no typed handler, or of
the type that the "product" of its source sets. Handlers registered with hook.OnProvider
handle all events of their provider, including this one. If a handler of this checkout
would handle it, doctor sends it only with --yes. It stays in the ledger like any other
event.

doctor needs to read the stack's outputs, the sources' secret, the table and its age, the
list of the vault, and the queues' attributes. For engines it uses WEBHOOK_URL, TABLE_NAME,
QUEUE_URL, DLQ_URL and VAULT_BUCKET (both optional), and SOURCES or SOURCES_SECRET_ARN.

It exits with 1 if a step failed. With --json it prints one JSON document at the end.`,
		Example: `  go tool hookctl doctor --stack webhook-intake
  go tool hookctl doctor --stack webhook-intake --source kyc --yes
  go tool hookctl doctor --stack webhook-intake --json | jq .steps[].ms`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error { return check(ctx, e, f) }),
	}
	f.stack.Add(c, "check the deployed stack with this `NAME`")
	c.Flags().StringVar(&f.source, "source", "", "send the webhook of the source with this `NAME`; by default the first whose events\nhave ids, preferably one whose event no handler handles")
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Flag(c, &f.wait, "wait", DefaultWait, cli.Span(time.Second), "wait this `DURATION` for the event to end")
	c.Flags().BoolVar(&f.yes, "yes", false, "send the webhook even if handlers would handle it")
	c.Flags().BoolVar(&f.json, "json", false, "print the report as JSON, and nothing else")
	return c
}

func check(ctx context.Context, e *cli.Env, f flags) error {
	o := Options{
		Find: func(ctx context.Context) (Site, error) {
			s, err := e.Stack(ctx, f.stack)
			if err != nil {
				return Site{}, err
			}
			return SiteOf(s, e.Getenv)
		},
		Handlers: func() (*hook.Registry, error) {
			handlers, err := e.Handlers()
			return handlers.All, err
		},
		Source: f.source, Yes: f.yes, Wait: f.wait, Now: e.Now,
	}
	if !f.json {
		o.Report = func(s Step) { Print(e.Out, e.Out.IsTerminal(), s) }
	}
	report := Run(ctx, o)
	if f.json {
		if err := e.Out.JSON(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
		return report.Err()
	}
	if report.OK {
		text := "All is well."
		if n := report.Warnings(); n > 0 {
			text = fmt.Sprintf("It works, with warnings: %d.", n)
		}
		e.Out.Print("\n%s", e.Out.Good(text))
	}
	return report.Err()
}
