package dead

import (
	"context"
	"fmt"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// Records reads the ledger's record of an event. Its error means that the record could
// not be read.
type Records interface {
	Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error)
}

// A Client works on one dead-letter queue. Dead is always needed, Queue for Redrive, and
// Records and Planner for plans. Drop needs no handlers.
type Client struct {
	Dead, Queue queue.Queue
	Records     Records
	Planner     Planner
	// Pace is how fast letters are sent back or dropped; nil means as fast as it goes. At less
	// than one a second, letters could become visible to others before their turn.
	Pace *act.Pace
	// Confirmed says that an operator confirmed the plans that Redrive or Drop is given. A letter
	// for which something else would happen by then is refused with [act.ErrNotConfirmed].
	Confirmed bool
	// Progress, if set, is called with the progress of long work, in a few words.
	Progress func(text string)
}

func (d Client) progress(format string, args ...any) {
	if d.Progress != nil {
		d.Progress(fmt.Sprintf(format, args...))
	}
}

// A List is the letters of a queue.
type List struct {
	Letters []Letter // one of each event that matches the filter, oldest first; without bodies
	Others  int      // the number of letters that do not match
}

// List returns the letters that match f, at most limit of them; 0 means all. Letters of one
// event are folded. With an error it returns what it found before.
func (d Client) List(ctx context.Context, f Filter, limit int) (List, error) {
	return d.list(ctx, f, limit, 0)
}

// ListOf returns the letters of one event, as List does. Of several it returns the one with the
// fence, which is that of the event's record.
func (d Client) ListOf(ctx context.Context, f Filter, fence int64) (List, error) {
	return d.list(ctx, f, 0, fence)
}

func (d Client) list(ctx context.Context, f Filter, limit int, fence int64) (List, error) {
	var found List
	err := d.look(ctx, f, limit, &found.Others, func(chosen []Letter) error {
		for _, l := range chosen {
			found.Letters = append(found.Letters, l.withoutBody())
		}
		return nil
	})
	found.Letters = fold(found.Letters, func(string) int64 { return fence })
	return found, err
}

// Examine returns the letters with that event or message id, with their bodies, and what
// redriving each would do. Letters of one event are folded. If a record cannot be read, the
// plan's Err says so.
func (d Client) Examine(ctx context.Context, id string) ([]Plan, error) {
	var plans []Plan
	var others int
	err := d.look(ctx, Filter{IDs: []string{id}}, 0, &others, func(chosen []Letter) error {
		plans = append(plans, d.plan(ctx, chosen)...)
		return nil
	})
	return foldPlans(plans), err
}

// Plans returns what redriving each letter that matches f would do, oldest first, at most
// limit of them; others is the number of letters that do not match. Letters of one event
// are folded.
func (d Client) Plans(ctx context.Context, f Filter, limit int) (plans []Plan, others int, err error) {
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
	return foldPlans(plans), others, err
}

// foldPlans returns the plan of one letter of each event, oldest first.
func foldPlans(plans []Plan) []Plan {
	planned := map[string]Plan{} // by message id
	fences := map[string]int64{} // of the records, by dedup key
	letters := make([]Letter, len(plans))
	for i, plan := range plans {
		letters[i] = plan.Letter
		planned[plan.Letter.Wire.MessageID] = plan
		if plan.Record != nil {
			key := plan.Letter.Key()
			fences[key] = max(fences[key], plan.Record.Fence)
		}
	}
	var folded []Plan
	for _, l := range fold(letters, func(event string) int64 { return fences[event] }) {
		plan := planned[l.Wire.MessageID]
		plan.Letter = l
		folded = append(folded, plan)
	}
	return folded
}

// look calls fn with the letters that match f, and counts the others.
func (d Client) look(ctx context.Context, f Filter, limit int, others *int, fn func([]Letter) error) error {
	chosen, looked := 0, 0
	return each(ctx, d.Dead, func(_ *pass, batch []Letter) (bool, error) {
		var some []Letter
		for _, l := range batch {
			switch {
			case !f.Matches(l):
				*others++
			case limit == 0 || chosen < limit:
				chosen++
				l.fold = l.foldKey()
				some = append(some, l)
			}
		}
		looked += len(batch)
		d.progress("looked at %d letters", looked)
		return limit > 0 && chosen == limit, fn(some)
	})
}
