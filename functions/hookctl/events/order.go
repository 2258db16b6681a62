package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/queue"
)

// orderFlags say what is done with events that have not ended.
type orderFlags struct {
	from           cli.StackFlags
	cancel         bool
	file, provider string
	dryRun, yes    bool
}

func retryCommand(e *cli.Env) *cobra.Command {
	var f orderFlags
	c := &cobra.Command{
		Use:   "retry SOURCE ID… | SOURCE#ID…",
		Short: "Run waiting events now",
		Long: `retry puts events that wait for their next try into the queue again, so that they run
now. It shows what each waits for, and asks. The event's own message then finds it done, and
is dropped.

The body is the kept one, or that in --file. Without either the event cannot be sent again,
and retry says when the queue delivers it.

It exits with 1 if an event could not be put into the queue.`,
		Example: "  go tool hookctl events retry contiguity evt_7xk2 --stack intake",
		RunE:    e.Run(func(ctx context.Context, args []string) error { return order(ctx, e, f, args) }),
	}
	c.Flags().StringVar(&f.file, "file", "", "read the body of the only event from this `FILE`, byte for byte")
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of the source's provider, if the source has another name")
	cli.Complete(c, "provider", dialect.Providers()...)
	f.add(c)
	return c
}

func cancelCommand(e *cli.Env) *cobra.Command {
	f := orderFlags{cancel: true}
	c := &cobra.Command{
		Use:   "cancel SOURCE ID… | SOURCE#ID…",
		Short: "End waiting events without a run",
		Long: `cancel ends events that wait for their next try, or whose process died, without running
their handlers and without a dead letter. It shows how each stands, and asks. What handlers
have done stays done; replay runs a cancelled event again.

It exits with 1 if a cancel could not be put into the queue.`,
		Example: "  go tool hookctl events cancel contiguity evt_7xk2 --stack intake",
		RunE:    e.Run(func(ctx context.Context, args []string) error { return order(ctx, e, f, args) }),
	}
	f.add(c)
	return c
}

func (f *orderFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would be sent")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	f.from.Add(c, "")
}

// errNotSent says that some events were refused or not sent.
var errNotSent = errors.New("not every event was put into the queue")

func order(ctx context.Context, e *cli.Env, f orderFlags, args []string) error {
	if len(args) == 0 {
		return cli.Usagef("name events: the source and the event's id, or SOURCE#ID")
	}
	keys, err := eventKeys(args)
	if err != nil {
		return err
	}
	if f.file != "" && len(keys) != 1 {
		return cli.Usagef("--file is the body of one event: name that event")
	}
	o, err := f.newOrder(ctx, e)
	if err != nil {
		return err
	}
	entries, err := (&events.Replay{Ledger: o.Ledger}).Read(ctx, keys)
	if err != nil {
		return err
	}
	ms := f.plan(ctx, e, o, entries)
	if len(ms) > 0 && !f.dryRun {
		question := "Run " + countEvents(len(ms)) + " now?"
		if f.cancel {
			question = "End " + countEvents(len(ms)) + " without a run?"
		}
		if err := e.Confirm(ctx, question, f.yes); err != nil {
			return err
		}
	}
	sent := 0
	for _, m := range ms {
		switch err := o.Send(ctx, m); {
		case err != nil:
			e.Out.Print("%s %s: %v", e.Out.Bad("not sent"), m.Key(), err)
			continue
		case f.dryRun:
			e.Out.Print("%s %s", e.Out.Good("would send"), m.Key())
		default:
			e.Out.Print("%s %s", e.Out.Good("sent"), m.Key())
		}
		sent++
	}
	if sent < len(entries) {
		return fmt.Errorf("%w: %d of %d were not", errNotSent, len(entries)-sent, len(entries))
	}
	return nil
}

// plan returns the messages to send, and prints how each event stands, or why it is refused.
func (f orderFlags) plan(ctx context.Context, e *cli.Env, o *events.Order, entries []events.Entry) []queue.Message {
	var ms []queue.Message
	for _, entry := range entries {
		m, err := o.Retry(ctx, entry)
		if f.cancel {
			m, err = o.Cancel(entry)
		}
		if err != nil {
			e.Out.Print("%s %s: %v", e.Out.Bad("not sent"), entry.Key, err)
			continue
		}
		e.Out.Print("%s: %s", entry.Key, entry.Next(e.Now(), o.FormatTime))
		ms = append(ms, m)
	}
	return ms
}

// newOrder returns the order that the flags describe.
func (f orderFlags) newOrder(ctx context.Context, e *cli.Env) (*events.Order, error) {
	o := &events.Order{
		Now: e.Now, Provider: f.provider,
		FormatTime: func(t time.Time) string { return cli.TimeAndAge(t, e.Now()) },
	}
	var err error
	if f.file != "" {
		if o.Body, err = os.ReadFile(f.file); err != nil {
			return nil, fmt.Errorf("read the body: %w", err)
		}
	}
	s, err := e.Stack(ctx, f.from)
	if err != nil {
		return nil, err
	}
	if o.Ledger, err = s.Ledger(); err != nil || f.dryRun {
		return o, err
	}
	o.Queue, err = s.Queue(stack.Queue)
	return o, err
}
