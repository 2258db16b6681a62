package events

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
)

// whichOpen says what a filter of the commands on waiting events matches.
const whichOpen = `With flags it takes waiting events from the index of what is open, which has those that failed
at least once. With --state released or --state claimed it reads the whole table.`

// waiting are the states of events that have not ended.
var waiting = []string{"released", "claimed"}

func retryCommand(e *cli.Env) *cobra.Command {
	var f actFlags
	c := &cobra.Command{
		Use:   "retry SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "Run waiting events now",
		Long: `retry puts events that wait for their next try into the queue again, so that they run
now. The event's own message then finds it done, and is dropped.

` + howToAct + `

` + whichOpen + `

The body is the kept one, or that in --file. Without either the event cannot be sent again,
and retry says when the queue delivers it.

It exits with 1 if an event could not be put into the queue.`,
		Example: `  go tool hookctl events retry contiguity evt_7xk2 --stack intake
  go tool hookctl events retry --source kyc --kind 'open-account: *bank.Error' --stack intake`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return order(ctx, e, f, args, deed{name: events.ActRetry, question: "Run %s now?", done: queued}, (*events.Order).RetryAll)
		}),
	}
	f.add(c, waiting...)
	f.addHandledBefore(c)
	f.addBody(c)
	return c
}

func cancelCommand(e *cli.Env) *cobra.Command {
	var f actFlags
	c := &cobra.Command{
		Use:   "cancel SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "End waiting events without a run",
		Long: `cancel ends events that wait for their next try, or whose process died, without running
their handlers and without a dead letter, as soon as process gets a message that says so from
the queue. What handlers have done stays done; replay runs a cancelled event again.

` + howToAct + `

` + whichOpen + `

It exits with 1 if not every event could be scheduled to be cancelled.`,
		Example: `  go tool hookctl events cancel contiguity evt_7xk2 --stack intake
  go tool hookctl events cancel --source kyc --type kyc.session.created --stack intake`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return order(ctx, e, f, args, deed{name: events.ActCancel, question: "End %s without a run?", done: cancelling}, (*events.Order).CancelAll)
		}),
	}
	f.add(c, waiting...)
	f.addHandledBefore(c)
	return c
}

// order retries or cancels waiting events.
func order(ctx context.Context, e *cli.Env, f actFlags, args []string, d deed, all func(*events.Order, events.Items) act.Act[events.Entry]) error {
	m, err := f.match(args, e.Now())
	if err != nil {
		return err
	}
	m.Open = f.filter.state == ""
	d.match = m
	o, l, err := f.newOrder(ctx, e)
	if err != nil {
		return err
	}
	return f.perform(ctx, e, l, d, func(items events.Items) act.Act[events.Entry] { return all(o, items) })
}

// newOrder returns the order that the flags describe.
func (f *actFlags) newOrder(ctx context.Context, e *cli.Env) (*events.Order, events.OpenLedger, error) {
	handlers, err := e.Handlers()
	if err != nil {
		return nil, nil, err
	}
	o := &events.Order{
		Now: e.Now, Provider: f.provider, AssumeDone: f.assumeDone, Handlers: handlers,
		FormatTime: func(t time.Time) string { return cli.TimeAndAge(t, e.Now()) },
	}
	if o.Body, err = f.body(); err != nil {
		return nil, nil, err
	}
	in, l, err := openLedger(ctx, e, f.from)
	if err != nil {
		return nil, nil, err
	}
	o.Ledger = l
	if !f.dryRun {
		o.Queue, err = in.Queue()
	}
	return o, l, err
}
