package dead

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/dead"
)

// redriveFlags say what an operator confirms besides.
type redriveFlags struct {
	actFlags
	runAgain   bool
	assumeDone []string
}

func redriveCommand(e *cli.Env) *cobra.Command {
	var f redriveFlags
	c := &cobra.Command{
		Use:   "redrive [ID...]",
		Short: "Send dead letters back to be handled",
		Long: `dead redrive sends letters back to the queue: those of the events or messages that you
name, those that match the flags, or all. It first shows what would happen to each, and
asks. It then does that and no more: it refuses a letter for which something else would
happen by then. It deletes a letter only after the queue accepted it. A letter reopens its
event once. Of several letters of one event it sends the one that the event's record names,
and deletes the others after that.

Handlers that are recorded as done do not run again; the others do, and their tries are
counted from the start. It cannot see the settings of the deployed function, so it marks a
handler with ? whose settings may be missing there.

Some letters are refused:
  outcome_unknown  an at-most-once handler began and may have acted. Find out, then give
                   --assume-done HANDLER, so that it does not run, or --run-again. The
                   same applies to letters with other reasons if such a handler began, or
                   if the ledger has no record of the event, so that this is not known.
  conflict         another body arrived with the same event id: see dead show. The event
                   that arrived first is kept; handle the other one by hand.
  unreadable       it is not an event.

It exits with 1 if a letter could not be sent back or deleted, or if none was redriven. Run
it again then, or after Ctrl-C: it goes on with the letters that are left, and drops one
that is sent twice as a duplicate.`,
		Example: `  go tool hookctl dead redrive --stack NAME --reason permanent --source kyc --dry-run
  go tool hookctl dead redrive --stack NAME evt_1 --assume-done auto-reply
  go tool hookctl dead redrive --stack NAME --all --yes`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return redrive(ctx, e, f, args)
		}),
	}
	c.Flags().StringSliceVar(&f.assumeDone, "assume-done", nil, "take this `HANDLER` as done, if an event has it; may be repeated")
	c.Flags().BoolVar(&f.runAgain, "run-again", false, "run at-most-once handlers again that may have acted")
	f.add(c, "what would run and what is done already")
	return c
}

func redrive(ctx context.Context, e *cli.Env, f redriveFlags, ids []string) error {
	filter, err := f.choose(ids, e.Now())
	if err != nil {
		return err
	}
	client, in, done, err := newClient(ctx, e, f.stack)
	if err != nil {
		return err
	}
	if client.Queue, err = in.Queue(); err != nil {
		return err
	}
	if _, err := addPlanner(e, &client, in); err != nil {
		return err
	}
	client.Pace, client.Confirmed = act.NewPace(f.rate), !f.yes
	client.Planner.AssumeDone, client.Planner.RunAgain = f.assumeDone, f.runAgain
	plans, others, err := client.Plans(ctx, filter, f.limit)
	done()
	if err != nil {
		return err
	}
	if err := checkPlans(client.Planner, plans, ids); err != nil {
		return err
	}
	if f.dryRun || len(plans) == 0 {
		return f.writePlans(e, plans, others)
	}
	if !f.yes {
		if err := f.writePlans(e, plans, others); err != nil {
			return err
		}
		if dead.Sendable(plans) == 0 {
			return dead.Tally{Refused: len(plans)}.Err()
		}
		if err := e.ConfirmMany(ctx, "Send back "+countLetters(dead.Sendable(plans))+"?", dead.Sendable(plans), false); err != nil {
			return err
		}
	}
	return f.sendBack(ctx, e, client, plans)
}

// checkPlans returns an error if an id or a handler was named that no letter has: most
// likely it is misspelt.
func checkPlans(p dead.Planner, plans []dead.Plan, ids []string) error {
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(plans, func(plan dead.Plan) bool {
			return dead.Filter{IDs: []string{id}}.Matches(plan.Letter) || slices.Contains(plan.Letter.Folded, id)
		})
	})
	if len(missing) > 0 {
		return fmt.Errorf("nothing was sent: no matching dead letter has the id %s, unless another program is looking at it now",
			strings.Join(missing, " or "))
	}
	if unmatched := p.Unmatched(plans); len(plans) > 0 && len(unmatched) > 0 {
		return fmt.Errorf("nothing was sent: --assume-done %s: no chosen letter has a handler of that name", strings.Join(unmatched, ", "))
	}
	return nil
}

// writePlans writes what redriving would do.
func (f *redriveFlags) writePlans(e *cli.Env, plans []dead.Plan, others int) error {
	if f.json {
		for _, plan := range plans {
			if err := e.Out.JSONLine(plan.PlannedView()); err != nil {
				return err
			}
		}
		return nil
	}
	if len(plans) == 0 {
		printNone(e.Out, others)
		return nil
	}
	var lines []planned
	uncertain := false
	for _, plan := range plans {
		uncertain = uncertain || len(plan.RunIfSet) > 0
		lines = append(lines, planned{plan.Letter, plan.Text(func(t time.Time) string { return cli.Time(t, e.Now()) })})
	}
	f.print(e.Out, "REDRIVING", lines)
	sendable := dead.Sendable(plans)
	e.Out.Print("\n%d to send back, %d refused", sendable, len(plans)-sendable)
	if uncertain {
		e.Out.Text("%s", e.Out.Dim(operate.UncertainNote))
	}
	return nil
}

// sendBack redrives the planned letters and reports the outcomes.
func (f *redriveFlags) sendBack(ctx context.Context, e *cli.Env, client dead.Client, plans []dead.Plan) error {
	progress := e.Progress()
	client.Progress = progress.Show
	var tally dead.Tally
	var printing error
	err := client.Redrive(ctx, plans, func(r dead.Result) {
		tally.Add(r)
		switch {
		case f.json:
			printing = errors.Join(printing, e.Out.JSONLine(r.View()))
		case !r.OK():
			progress.Clear()
			text := r.Text(func(t time.Time) string { return cli.Time(t, e.Now()) })
			if r.Fail != nil {
				text = "failed: " + r.Fail.Error()
			}
			printLeft(e.Out, r.Letter, text)
		}
	})
	progress.Clear()
	if !f.json {
		e.Out.Print("%s", tallyText(tally))
	}
	if err != nil {
		return errors.Join(f.endedEarly(err, tally.All(), len(plans)), printing)
	}
	return errors.Join(printing, tally.Err())
}

// tallyText says what was done. Most events have one letter.
func tallyText(t dead.Tally) string {
	text := countLetters(t.Redriven) + " sent back"
	if t.Dropped > 0 {
		text += fmt.Sprintf(", %d others of their events deleted", t.Dropped)
	}
	if t.Refused > 0 {
		text += fmt.Sprintf(", %d refused", t.Refused)
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(", %d failed", t.Failed)
	}
	return text + "."
}
