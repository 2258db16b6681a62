package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/reconcile"
)

func kycCommand(e *cli.Env) *cobra.Command {
	var api cli.APIFlags
	var staging bool
	var to queueFlags
	var since time.Duration
	var sessions []string
	var kept bool
	c := &cobra.Command{
		Use:   "kyc",
		Short: "Ask Legal Talent KYC for watchlists and sessions",
		Long: `reconcile kyc asks for the watchlists that were checked recently, and for the sessions that
you name, in their current state. How to list sessions is not documented. With --kept it
asks for the sessions that webhooks of the source mention and that no webhook reports as
approved or rejected; it finds them in the payloads that the ledger keeps.

The events have their own types, ` + reconcile.TypeWatchlist + ` and ` + reconcile.TypeSession + `,
so a late webhook is another event. Their ids are made from their contents: what a run finds
again is a duplicate for 30 days, and so is a session that returned to an older status. The
provider keeps the results of its newest check only: run this at least as often as it checks.
If the handlers' secret has KYC_TOKEN, upkeep asks for the watchlists every hour; it makes the
same events, so what both find is a duplicate.

If the API asks to wait, as it does over 1,000 requests in 5 minutes, the command waits:
at most ten minutes at a time, and four times for a request.`,
		Example: `  go tool hookctl reconcile kyc --since 24h --dry-run
  go tool hookctl reconcile kyc --kept --since 72h --stack intake
  go tool hookctl reconcile kyc --session ID,ID --token-env KYC_TOKEN --queue-url https://sqs.…`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			send, err := to.sender(ctx, e)
			if err != nil {
				return err
			}
			client, err := cli.KYCClient(e, api, staging)
			if err != nil {
				return err
			}
			now := e.Now()
			if kept {
				open, err := keptSessions(ctx, e, to, now.Add(-since))
				if err != nil {
					return err
				}
				sessions = append(sessions, open...)
			}
			found, err := reconcile.KYC(ctx, client, reconcile.KYCQuery{
				Source: to.source, Received: now, Since: now.Add(-since), Sessions: ledger.Union(sessions, nil), Waiting: waiting(e.Err),
			})
			return errors.Join(err, to.deliver(ctx, e.Out, found, send))
		}),
	}
	cli.Flag(c, &since, "since", 24*time.Hour, cli.Span(time.Second), "ask for watchlists that were checked within this `DURATION`; with --kept,\nlook at webhooks received within it")
	c.Flags().StringSliceVar(&sessions, "session", nil, "`IDS` of sessions, separated by commas")
	c.Flags().BoolVar(&kept, "kept", false, "also ask for sessions that are undecided in kept payloads; reads the whole\ntable of --stack, or the one that TABLE_NAME names")
	api.Add(c, "the API's token")
	cli.AddStaging(c, &staging)
	to.add(c, "kyc")
	return c
}

// keptSessions returns the ids of the sessions that webhooks since then mention and that none
// reports as decided.
func keptSessions(ctx context.Context, e *cli.Env, f queueFlags, since time.Time) ([]string, error) {
	s, err := e.Stack(ctx, f.stack)
	if err != nil {
		return nil, fmt.Errorf("--kept: %w", err)
	}
	reader, err := s.Ledger()
	if err != nil {
		return nil, fmt.Errorf("--kept: %w", err)
	}
	progress := e.Progress()
	found, err := events.KeptSessions(ctx, reader, ledger.Scan{
		Source: f.source, From: since, Progress: func(items int) { progress.Showf("%d items read", items) },
	})
	progress.Clear()
	if err != nil {
		return nil, fmt.Errorf("--kept: %w", err)
	}
	if text := found.Skipped.Text(); text != "" {
		e.Err.Text("%s", text)
	}
	if found.NotKept > 0 {
		e.Err.Print("the payloads of %d of %d events of source %s are not kept\n%s", found.NotKept, found.Events, f.source, events.HowToKeep)
	}
	return found.Sessions.Open(), nil
}
