package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// replayFlags select events, and say how they are handled again.
type replayFlags struct {
	filter      filter
	from        cli.StackFlags
	handlers    []string
	file        string
	provider    string
	dryRun, yes bool
}

func replayCommand(e *cli.Env) *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "Handle ended events again",
		Long: `replay puts ended events into the queue again, so that all their handlers run again, or
those that --handler names. It first shows which would run, and asks. Handlers that have
not finished for an event run in any case.

It shows the handlers of this checkout. It cannot see the settings of the deployed
function, so it marks a handler with ? whose settings may be missing there.

A handler gets the idempotency key of its first run, so an API that knows the key may
answer without acting again. An at-most-once handler has no such protection: it acts again.

The body is the kept one, or that in --file, which must have the event's hash. The dead
letter of a failed event stays, and has no effect after the replay.

With flags instead of events, replay reads the whole table, as list does, and takes the
events that have ended, at most ` + fmt.Sprint(events.MaxSelected) + ` of them.

It exits with 1 if an event could not be put into the queue.`,
		Example: `  go tool hookctl events replay contiguity evt_7xk2 --handler delivery-status --stack intake
  go tool hookctl events replay --source kyc --state unhandled --since 7d --stack intake --dry-run
  go tool hookctl events replay standard-eu msg_1 --provider standard --file body.json --stack intake`,
		RunE: e.Run(func(ctx context.Context, args []string) error { return replay(ctx, e, f, args) }),
	}
	f.filter.add(c)
	c.Flags().StringSliceVar(&f.handlers, "handler", nil, "run these handlers again: `NAMES`, A,B; all by default")
	c.Flags().StringVar(&f.file, "file", "", "read the body of the only event from this `FILE`, byte for byte")
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of the source's provider, if the source has another name")
	cli.Complete(c, "provider", dialect.Providers()...)
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would run and be sent")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	f.from.AddIntake(c)
	return c
}

func replay(ctx context.Context, e *cli.Env, f replayFlags, args []string) error {
	var keys []string
	var err error
	if len(args) > 0 {
		if keys, err = eventKeys(args); err != nil {
			return err
		}
	}
	if err := f.check(keys); err != nil {
		return err
	}
	scan, err := f.filter.scan(e.Now())
	if err != nil {
		return err
	}
	r, err := f.newReplay(ctx, e)
	if err != nil {
		return err
	}
	var entries []events.Entry
	if len(keys) > 0 {
		entries, err = r.Read(ctx, keys)
	} else {
		entries, err = selectEnded(ctx, e, r, scan)
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		e.Out.Print("No ended event matches.")
		return nil
	}
	return replayAll(ctx, e, r, entries, f.yes)
}

// check returns what is wrong with the command line.
func (f *replayFlags) check(keys []string) error {
	selects := !f.filter.isEmpty()
	return cli.CheckUsage(
		cli.Check{Fault: len(keys) > 0 && selects, Text: "name events, or select them by flags, not both"},
		cli.Check{Fault: len(keys) == 0 && !selects, Text: "name events, or select them: --source, --type, --state, --since, --until"},
		cli.Check{Fault: f.file != "" && len(keys) != 1, Text: "--file is the body of one event: name that event"},
		cli.Check{Fault: len(keys) == 0 && f.provider != "" && f.filter.source == "", Text: "--provider needs --source"},
		cli.Check{Fault: unfinished(f.filter.state), Text: "--state has to be completed, failed or unhandled: other events continue by themselves"},
	)
}

func unfinished(state string) bool {
	return strings.EqualFold(state, string(ledger.StateClaimed)) || strings.EqualFold(state, string(ledger.StateReleased))
}

// newReplay returns the replay that the flags describe.
func (f replayFlags) newReplay(ctx context.Context, e *cli.Env) (*events.Replay, error) {
	handlers, err := e.Handlers()
	if err != nil {
		return nil, err
	}
	r := &events.Replay{
		Handlers: handlers, Now: e.Now, Provider: f.provider, Only: f.handlers,
		FormatTime: func(t time.Time) string { return cli.TimeAndAge(t, e.Now()) },
	}
	if f.file != "" {
		if r.Body, err = os.ReadFile(f.file); err != nil {
			return nil, fmt.Errorf("read the body: %w", err)
		}
	}
	in, err := e.Intake(ctx, f.from)
	if err != nil {
		return nil, err
	}
	if r.Ledger, err = in.Ledger(); err != nil {
		return nil, err
	}
	if f.dryRun {
		return r, nil
	}
	r.Queue, err = in.Queue()
	return r, err
}

func selectEnded(ctx context.Context, e *cli.Env, r *events.Replay, scan ledger.Scan) ([]events.Entry, error) {
	done := reportScan(ctx, e, r.Ledger, &scan)
	chosen, err := events.Select(ctx, r.Ledger, scan)
	done()
	reportSkipped(e, chosen.Skipped)
	if chosen.Left > 0 {
		e.Out.Print("Left out because they have not ended: %d.", chosen.Left)
	}
	return chosen.Ended, err
}

// errInPart says that some events were not sent.
var errInPart = errors.New("not every event was replayed")

// replayAll shows what a replay of the events would run, asks, and sends them.
func replayAll(ctx context.Context, e *cli.Env, r *events.Replay, entries []events.Entry, yes bool) error {
	plans, refused := r.Plans(entries)
	for _, one := range refused {
		printResult(e.Out, one, r.Queue == nil)
	}
	if len(plans) > 0 {
		printPlans(e.Out, plans)
		if r.Queue != nil {
			if err := e.Confirm(ctx, "Have "+countEvents(len(plans))+" handled again?", yes); err != nil {
				return err
			}
		}
	}
	sent := 0
	err := r.SendAll(ctx, plans, func(one events.Result) {
		printResult(e.Out, one, r.Queue == nil)
		if one.Err == nil {
			sent++
		}
	})
	printSum(e.Out, sent, len(entries)-sent, r.Queue == nil)
	if err == nil && sent < len(entries) {
		err = fmt.Errorf("%w: %d of %d were not", errInPart, len(entries)-sent, len(entries))
	}
	return err
}

func countEvents(n int) string { return cli.Count(n, "event", "events") }

func printResult(out *cli.Writer, one events.Result, dryRun bool) {
	switch {
	case one.Err != nil:
		out.Print("%s %s", out.Bad("not sent"), cli.OneLine(one.Key+": "+one.Err.Error()))
	case dryRun:
		out.Print("%s %s", out.Good("would send"), cli.OneLine(one.Key+": "+one.Text()))
	default:
		out.Print("%s %s", out.Good("sent"), cli.OneLine(one.Key+": "+one.Text()))
	}
}

func printSum(out *cli.Writer, sent, notSent int, dryRun bool) {
	text := countEvents(sent) + " put into the queue"
	if dryRun {
		text = countEvents(sent) + " could be replayed; none was"
	}
	if notSent > 0 {
		text += fmt.Sprintf(", %d not", notSent)
	}
	out.Print("%s.", text)
}

// printPlans writes which handlers run, for how many of the events, and the warnings.
func printPlans(out *cli.Writer, plans []events.Plan) {
	summary := events.Summarize(plans)
	width := 0
	uncertain := false
	for _, run := range summary.Runs {
		width = max(width, len(run.Mark()))
		uncertain = uncertain || run.RunIfSet
	}
	out.Print("%s to be handled again. With the handlers that are registered here, these run:", countEvents(len(plans)))
	for _, run := range summary.Runs {
		text := fmt.Sprintf("  %s  %6d times", cli.Pad(run.Mark(), width), run.Events)
		if run.Warning != "" {
			text += "  " + out.Bad(run.Warning)
		}
		out.Print("%s", text)
	}
	if uncertain {
		out.Print("%s", out.Dim("  "+operate.UncertainNote))
	}
	if summary.Unhandled > 0 {
		out.Print("  no handler is registered here for %d of them; without one an event ends as unhandled", summary.Unhandled)
	}
}
