package dead

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/dead"
)

func dropCommand(e *cli.Env) *cobra.Command {
	var f actFlags
	c := &cobra.Command{
		Use:   "drop [ID...]",
		Short: "Delete dead letters, and give their events up",
		Long: `dead drop deletes letters: those of the events or messages that you name, those that match
the flags, or all. It first shows what would happen to each, and asks. A deleted letter
cannot be had back; what events show says of its event stays, and a kept payload can be
replayed.

The event of a letter is given up: it is no longer open, and the alarm ends with the last
letter. A conflict, a letter that is unreadable, and one of an earlier run are only deleted.
A letter whose event still waits in the queue is kept: cancel the event first.

It exits with 1 if a letter was kept. Run it again then, or after Ctrl-C: it goes on with the
letters that are left.`,
		Example: `  go tool hookctl dead drop --stack NAME --reason conflict,unreadable --dry-run
  go tool hookctl dead drop --stack NAME evt_1
  go tool hookctl dead drop --stack NAME --source kyc --until 30d`,
		RunE: e.Run(func(ctx context.Context, args []string) error { return drop(ctx, e, f, args) }),
	}
	f.add(c, "what would happen")
	return c
}

// errKept says that some letters were not dropped.
var errKept = errors.New("not every letter was dropped")

func drop(ctx context.Context, e *cli.Env, f actFlags, ids []string) error {
	filter, err := f.choose(ids, e.Now())
	if err != nil {
		return err
	}
	client, in, done, err := newClient(ctx, e, f.stack)
	if err != nil {
		return err
	}
	l, err := in.Ledger()
	if err != nil {
		return err
	}
	client.Records, client.Planner.Now, client.Pace, client.Confirmed = l, e.Now, act.NewPace(f.rate), !f.yes
	plans, others, err := client.PlanDrops(ctx, filter, f.limit)
	done()
	if err != nil {
		return err
	}
	going := countGoing(plans)
	if f.dryRun || going == 0 || !f.json {
		if err := f.writeDrops(e, plans, others); err != nil {
			return err
		}
	}
	if f.dryRun || going == 0 {
		return keptError(len(plans)-going, len(plans))
	}
	if err := e.ConfirmMany(ctx, "Delete "+countLetters(going)+"?", going, f.yes); err != nil {
		return err
	}
	return f.dropAll(ctx, e, client, l, plans)
}

// countGoing returns how many letters would be deleted.
func countGoing(plans []dead.DropPlan) (n int) {
	for _, plan := range plans {
		if plan.Refuse == nil {
			n += 1 + len(plan.Letter.Folded)
		}
	}
	return n
}

func keptError(kept, all int) error {
	if kept == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of %d were not", errKept, kept, all)
}

// writeDrops writes what dropping would do.
func (f *actFlags) writeDrops(e *cli.Env, plans []dead.DropPlan, others int) error {
	if f.json {
		for _, plan := range plans {
			if err := e.Out.JSONLine(plan.View()); err != nil {
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
	for _, plan := range plans {
		lines = append(lines, planned{plan.Letter, plan.Text()})
	}
	f.print(e.Out, "DROPPING", lines)
	e.Out.Print("\n%s to delete for good", countLetters(countGoing(plans)))
	return nil
}

// dropAll drops the planned letters and reports the outcomes.
func (f *actFlags) dropAll(ctx context.Context, e *cli.Env, client dead.Client, l dead.Closer, plans []dead.DropPlan) error {
	progress := e.Progress()
	client.Progress = progress.Show
	counts := map[string]int{}
	var printing error
	err := client.Drop(ctx, l, plans, func(r dead.DropResult) {
		counts[r.Outcome()]++
		switch {
		case f.json:
			printing = errors.Join(printing, e.Out.JSONLine(r.View()))
		case r.Outcome() != dead.Dropped:
			progress.Clear()
			printLeft(e.Out, r.Letter, cmp.Or(r.Fail, r.Refuse).Error())
		}
	})
	progress.Clear()
	if !f.json {
		e.Out.Print("%s deleted.", countLetters(counts[dead.Dropped]))
	}
	kept := counts[dead.Refused] + counts[dead.Failed]
	all := kept + counts[dead.Dropped]
	if err != nil {
		return errors.Join(f.endedEarly(err, all, len(plans)), printing)
	}
	return errors.Join(printing, keptError(kept, all))
}
