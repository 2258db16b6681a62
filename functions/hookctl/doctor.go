package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/doctor"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
)

// A doctorFlags says which intake is looked at, and how.
type doctorFlags struct {
	stack     stackFlags
	source    string
	wait      time.Duration
	yes, json bool
}

func (a *app) doctorCommand() *cobra.Command {
	var flags doctorFlags
	c := &cobra.Command{
		Use:   "doctor --stack NAME",
		Short: "Follow a signed webhook through a deployed stack",
		Long: `doctor sends a signed synthetic webhook through the public URL, follows it to the ledger,
and tells each step with the time that it took:

  outputs    the stack, or the environment, names what is needed
  health     GET /healthz answers
  sources    the sources document can be read and is valid, and which source is used
  handlers   which handlers will see the event
  refusal    an unsigned and a forged webhook are refused
  accepted   one signed with the source's first secret is accepted
  again      so is a copy of it
  ledger     the event is completed, after one claim
  copy       the copy changed nothing
  queues     what waits in the queue, and whether there are dead letters

After a step that failed no other is tried; the line says what to do next.

The event is of type ` + doctor.Type + `, which no typed handler takes; a source with a
"product" gives its event that type. Handlers registered by hook.OnProvider take every
event of their provider, this one too. Where any handler of this checkout would take it,
it is not sent, unless you add --yes. It stays in the ledger as any other event does.

It needs to read the stack's outputs, the sources' secret, the table and the queues'
attributes. Without --stack it takes WEBHOOK_URL, TABLE_NAME, QUEUE_URL, DLQ_URL (may be
left out), and SOURCES or SOURCES_SECRET_ARN.

It exits with 1 if a step failed. With --json it prints one JSON document at the end.`,
		Example: `  go tool hookctl doctor --stack webhook-intake
  go tool hookctl doctor --stack webhook-intake --source kyc --yes
  go tool hookctl doctor --stack webhook-intake --json | jq .steps[].ms`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error { return a.doctor(ctx, flags) }),
	}
	flags.stack.add(c, "look at the deployed stack with this `NAME`; without it at what the\nenvironment names")
	c.Flags().StringVar(&flags.source, "source", "", "send the webhook of the source with this `NAME`, by default the first whose events\nhave ids, and rather one whose event no handler takes")
	c.Flags().DurationVar(&flags.wait, "wait", doctor.DefaultWait, "wait so `LONG` for the ledger")
	c.Flags().BoolVar(&flags.yes, "yes", false, "send the webhook although handlers take it")
	c.Flags().BoolVar(&flags.json, "json", false, "print the report as JSON, and nothing else")
	return c
}

func (a *app) doctor(ctx context.Context, f doctorFlags) error {
	if f.wait <= 0 {
		return &usageError{errors.New("--wait has to be above 0")}
	}
	o := doctor.Options{
		Find: func(ctx context.Context) (doctor.Site, error) {
			s, err := a.stack(ctx, f.stack)
			if err != nil {
				return doctor.Site{}, err
			}
			return doctor.SiteOf(s, a.getenv)
		},
		Handlers: func() (*hook.Registry, error) {
			var registry hook.Registry
			return &registry, a.register(&registry, orSample(a.getenv))
		},
		Source: f.source, Yes: f.yes, Wait: f.wait, Now: a.now,
	}
	to := screen.New(a.stdout, a.getenv)
	if !f.json {
		o.Told = func(s doctor.Step) { doctor.Print(to, isTerminal(a.stdout), s) }
	}
	report := doctor.Run(ctx, o)
	if f.json {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		if err := e.Encode(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
		return report.Err()
	}
	if report.OK {
		text := "All is well."
		if n := report.Warnings(); n > 0 {
			text = fmt.Sprintf("It works, with warnings: %d.", n)
		}
		to.Print("\n%s", to.Good(text))
	}
	return report.Err()
}
