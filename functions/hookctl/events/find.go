package events

import (
	"context"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
)

func findCommand(e *cli.Env) *cobra.Command {
	var f searchFilter
	var from cli.StackFlags
	var limit int
	var asJSON bool
	c := &cobra.Command{
		Use:   "find",
		Short: "Find events by a value in their payloads",
		Long: `find lists the events whose kept payloads contain a text or have a value, the newest first.
It does not show the payloads: "events show --payload" shows one, "events export --bodies"
all of them. Payloads are kept for the sources that the template's parameter KeepPayloads
names. At its end it says what it could not search.

` + costOfScan + costOfPayloads,
		Example: `  go tool hookctl events find --stack intake --contains +15005550001
  go tool hookctl events find --stack intake --source kyc --field data.session_id=s-1
  go tool hookctl events find --stack intake --since 7d --field data.from=+15005550001 --json`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			if f.payloadFilter.isEmpty() {
				return cli.Usagef("say what to find with --contains or --field; events list selects by everything else")
			}
			return find(ctx, e, from, f, limit, asJSON)
		}),
	}
	f.add(c)
	cli.Flag(c, &limit, "limit", 50, cli.Whole(1, events.MaxSelected), "list the newest `N`")
	c.Flags().BoolVar(&asJSON, "json", false, "print each event as a line of JSON")
	from.AddIntake(c, "")
	return c
}

func find(ctx context.Context, e *cli.Env, from cli.StackFlags, f searchFilter, limit int, asJSON bool) error {
	s, err := f.search(ctx, e, from)
	if err != nil {
		return err
	}
	e.TellPaused(ctx, s.in)
	found, err := events.Newest(ctx, s, s.scan, limit)
	s.done()
	if err != nil {
		return err
	}
	reportSkipped(e, found.Skipped)
	err = write(e, found, asJSON)
	s.reportNotSearched(ctx, e, false)
	return err
}
