package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/letters"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/stack"
)

// A redriveFlags says which letters are sent back, and with which word of the operator's.
type redriveFlags struct {
	letterFlags
	all, dryRun, yes, runAgain bool
	assumeDone                 []string
}

func (a *app) deadRedriveCommand() *cobra.Command {
	var flags redriveFlags
	c := &cobra.Command{
		Use:   "redrive [ID...]",
		Short: "Send dead letters back to be handled",
		Long: `dead redrive sends letters back to the queue: those of the events or messages that are
named, or those that the flags choose, or all. It shows first what would become of each,
and asks. A letter is deleted only after the queue took it, and reopens its event once.

Handlers that are recorded as done do not run again; the others do, and their tries count
anew. The settings of the deployed function are not seen from here: a handler whose
settings may be missing there has a ? behind its name.

Some letters are refused:
  outcome_unknown  a handler that runs at most once began, and may have acted. Find out,
                   then say --assume-done HANDLER, so that it does not run, or --run-again.
                   The same holds for other reasons, where such a handler began, or where
                   the ledger has lost the event, so that nobody knows what began.
  conflict         another body came under the same event id: see dead show. The event that
                   came first is kept; what the other one asks for has to be done by hand.
  unreadable       no event can be made of it, however often it is sent.

It exits with 1 if a letter could not be sent back or deleted, or if none was redriven. Run
it again then: what was sent twice is dropped as a duplicate.`,
		Example: `  go tool hookctl dead redrive --stack NAME --reason permanent --source kyc --dry-run
  go tool hookctl dead redrive --stack NAME evt_1 --assume-done auto-reply
  go tool hookctl dead redrive --stack NAME --all --yes`,
		RunE: a.command(func(ctx context.Context, args []string) error {
			return a.deadRedrive(ctx, flags, args)
		}),
	}
	c.Flags().BoolVar(&flags.all, "all", false, "all letters")
	c.Flags().BoolVar(&flags.dryRun, "dry-run", false, "only say of each letter what would run, and what is done already")
	c.Flags().StringSliceVar(&flags.assumeDone, "assume-done", nil, "take this `HANDLER` as done, where an event has it; may be repeated")
	c.Flags().BoolVar(&flags.runAgain, "run-again", false, "run again what runs at most once and may have acted")
	c.Flags().BoolVar(&flags.yes, "yes", false, "do not ask")
	flags.add(c, "print each letter as a line of JSON, with --yes or --dry-run")
	return c
}

// choose understands which letters are meant.
func (f *redriveFlags) choose(ids []string) (letters.Filter, error) {
	filter, err := f.filter(ids)
	chosen := len(ids)+len(f.reasons)+len(f.sources)+len(f.types) > 0
	switch {
	case err != nil:
		return filter, err
	case chosen == f.all:
		return filter, &usageError{errors.New("say which: IDs, --reason, --source, --type, or --all alone")}
	case f.json && !f.yes && !f.dryRun:
		return filter, &usageError{errors.New("--json does not ask: add --yes or --dry-run")}
	}
	return filter, nil
}

func (a *app) deadRedrive(ctx context.Context, f redriveFlags, ids []string) error {
	filter, err := f.choose(ids)
	if err != nil {
		return err
	}
	desk, s, err := a.deadLetters(ctx, f.stack)
	if err != nil {
		return err
	}
	if desk.Queue, err = s.Queue(stack.Queue); err != nil {
		return err
	}
	if _, err := a.planning(&desk, s); err != nil {
		return err
	}
	desk.Planner.AssumeDone, desk.Planner.RunAgain = f.assumeDone, f.runAgain
	live := newProgressLine(a.stderr)
	desk.Progress = live.write
	plans, others, err := desk.Plans(ctx, filter, f.limit)
	live.clear()
	if err != nil {
		return err
	}
	if missing := notFound(plans, ids); len(missing) > 0 {
		return fmt.Errorf("nothing was sent: no dead letter that was asked for has the id %s, unless somebody else is looking at it now",
			strings.Join(missing, " or "))
	}
	if unheeded := desk.Planner.Unheeded(plans); len(plans) > 0 && len(unheeded) > 0 {
		return fmt.Errorf("nothing was sent: --assume-done %s: no letter that was chosen has a handler of that name", strings.Join(unheeded, ", "))
	}
	if f.dryRun || len(plans) == 0 {
		return a.showPlans(plans, others, f.json)
	}
	if !f.yes {
		if err := a.showPlans(plans, others, false); err != nil {
			return err
		}
		if letters.Sendable(plans) == 0 {
			return letters.Tally{Refused: len(plans)}.Err()
		}
		if err := a.confirm(ctx, "Send back?", false); err != nil {
			return err
		}
	}
	return a.sendBack(ctx, desk, plans, f.json)
}

// notFound are the ids that no letter has.
func notFound(plans []letters.Plan, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(plans, func(plan letters.Plan) bool {
			return letters.Filter{IDs: []string{id}}.Chooses(plan.Letter)
		})
	})
}

func (a *app) showPlans(plans []letters.Plan, others int, asJSON bool) error {
	if asJSON {
		for _, plan := range plans {
			if err := screen.JSONLine(a.stdout, plan.View()); err != nil {
				return err
			}
		}
		return nil
	}
	s := screen.New(a.stdout, a.getenv)
	if len(plans) == 0 {
		letters.Look{Others: others}.Print(s, a.now(), 0)
		return nil
	}
	letters.PrintPlans(s, plans)
	return nil
}

// sendBack redrives what was planned, and says what came of it.
func (a *app) sendBack(ctx context.Context, desk letters.Desk, plans []letters.Plan, asJSON bool) error {
	live := newProgressLine(a.stderr)
	desk.Progress = live.write
	s := screen.New(a.stdout, a.getenv)
	var tally letters.Tally
	var printing error
	err := desk.Redrive(ctx, plans, func(r letters.Result) {
		tally.Add(r)
		switch {
		case asJSON:
			printing = errors.Join(printing, screen.JSONLine(a.stdout, r.View()))
		case !r.OK():
			live.clear()
			r.Print(s)
		}
	})
	live.clear()
	if !asJSON {
		tally.Print(s)
	}
	return errors.Join(err, printing, tally.Err())
}
