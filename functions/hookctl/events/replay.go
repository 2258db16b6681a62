package events

import (
	"context"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
)

func replayCommand(e *cli.Env) *cobra.Command {
	var f actFlags
	var handlers []string
	c := &cobra.Command{
		Use:   "replay SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "Handle ended events again",
		Long: `replay puts ended events into the queue again, so that all their handlers run again, or
those that --handler names. Handlers that have not finished for an event run in any case.

` + howToAct + `
With flags it reads the whole table, and takes the events that have ended.

It shows the handlers of this checkout. It cannot see the settings of the deployed
function, so it marks a handler with ? whose settings may be missing there.

A handler gets the idempotency key of its first run, so an API that knows the key may
answer without acting again. An at-most-once handler has no such protection: it acts again.

The body is the kept one, or that in --file, which must have the event's hash. The dead
letter of a failed event stays, and has no effect after the replay.

It exits with 1 if an event could not be put into the queue.`,
		Example: `  go tool hookctl events replay contiguity evt_7xk2 --handler delivery-status --stack intake
  go tool hookctl events replay --source kyc --state unhandled --since 7d --stack intake --dry-run
  go tool hookctl events replay standard-eu msg_1 --provider standard --file body.json --stack intake`,
		RunE: e.Run(func(ctx context.Context, args []string) error { return replay(ctx, e, f, handlers, args) }),
	}
	f.add(c, "completed", "failed", stateUnhandled)
	f.addHandledBefore(c)
	f.addBody(c)
	c.Flags().StringSliceVar(&handlers, "handler", nil, "run these handlers again: `NAMES`, A,B; all by default")
	return c
}

func replay(ctx context.Context, e *cli.Env, f actFlags, only, args []string) error {
	m, err := f.match(args, e.Now())
	if err != nil {
		return err
	}
	m.Ended = true
	o, l, err := f.newOrder(ctx, e)
	if err != nil {
		return err
	}
	r := &events.Replay{
		Ledger: o.Ledger, Queue: o.Queue, Handlers: o.Handlers, Now: o.Now, Provider: o.Provider, Only: only,
		AssumeDone: o.AssumeDone, Body: o.Body, FormatTime: o.FormatTime,
	}
	return f.perform(ctx, e, l, deed{name: events.ActReplay, question: "Handle %s again?", done: queued, match: m}, r.ReplayAll)
}
