package letters

import (
	"context"
	"fmt"
	"slices"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// Records tells what the ledger keeps of an event.
type Records interface {
	Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error)
}

// A Desk is where an operator works at. Dead is always needed; Queue to send back, and
// Records and Planner to plan.
type Desk struct {
	Dead, Queue queue.Queue
	Records     Records
	Planner     Planner
	// Progress, if set, is told in a few words how far long work is.
	Progress func(text string)
}

func (d Desk) progress(format string, args ...any) {
	if d.Progress != nil {
		d.Progress(fmt.Sprintf(format, args...))
	}
}

// A Look is what was found in the queue.
type Look struct {
	Letters []Letter // that the filter chose, oldest first; without bodies
	Others  int      // that it did not choose
}

// Look gives the letters that f chooses, at most limit of them; 0 means all. What it
// found until an error stands beside the error.
func (d Desk) Look(ctx context.Context, f Filter, limit int) (Look, error) {
	var found Look
	err := d.look(ctx, f, limit, &found.Others, func(chosen []Letter) error {
		for _, l := range chosen {
			found.Letters = append(found.Letters, l.withoutBody())
		}
		return nil
	})
	slices.SortFunc(found.Letters, byAge)
	return found, err
}

// Examine gives the letters of an event's or a message's id, with their bodies, and what
// redriving each would do. A record that cannot be read is the plan's Err.
func (d Desk) Examine(ctx context.Context, id string) ([]Plan, error) {
	var plans []Plan
	var others int
	err := d.look(ctx, Filter{IDs: []string{id}}, 0, &others, func(chosen []Letter) error {
		plans = append(plans, d.plan(ctx, chosen)...)
		return nil
	})
	markCopies(plans)
	return plans, err
}

// Plans says of the letters that f chooses, at most limit of them, what redriving each
// would do, oldest first.
func (d Desk) Plans(ctx context.Context, f Filter, limit int) (plans []Plan, others int, err error) {
	err = d.look(ctx, f, limit, &others, func(chosen []Letter) error {
		for _, plan := range d.plan(ctx, chosen) {
			if plan.Err != nil {
				return plan.Err
			}
			plan.Letter = plan.Letter.withoutBody()
			plans = append(plans, plan)
		}
		return nil
	})
	slices.SortFunc(plans, func(a, b Plan) int { return byAge(a.Letter, b.Letter) })
	markCopies(plans)
	return plans, others, err
}

// look tells fn of the letters that f chooses, and counts the others.
func (d Desk) look(ctx context.Context, f Filter, limit int, others *int, fn func([]Letter) error) error {
	chosen, looked := 0, 0
	return each(ctx, d.Dead, func(_ *pass, batch []Letter) (bool, error) {
		var some []Letter
		for _, l := range batch {
			switch {
			case !f.Chooses(l):
				*others++
			case limit == 0 || chosen < limit:
				chosen++
				some = append(some, l)
			}
		}
		looked += len(batch)
		d.progress("looked at %d letters", looked)
		return limit > 0 && chosen == limit, fn(some)
	})
}
