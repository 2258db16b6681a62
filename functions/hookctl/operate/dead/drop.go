package dead

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// Why a letter is not dropped.
var (
	ErrStillQueued = errors.New("its event has not ended, and would send another letter: cancel it first, with hookctl events cancel")
	ErrHandledNow  = errors.New("its event is being handled: try again after that")
	// ErrHandledSince says that an event was handled while its letter was dropped.
	ErrHandledSince = errors.New("its event was handled in the meantime; the letter is kept: look at it with hookctl dead show")
)

// A Closer is a ledger in which an operator gives events up.
type Closer interface {
	Records
	// Drop gives the found event up, and reports whether it wrote: not if it was claimed or
	// ended since.
	Drop(ctx context.Context, found ledger.Found, now time.Time) (wrote bool, err error)
}

// A DropPlan is what dropping one letter, and those folded into it, would do.
type DropPlan struct {
	Letter Letter
	Record *ledger.Record // nil if the ledger has none
	Closes bool           // the event is given up, too; else only the letter is deleted
	Refuse error          // why it is kept: one of the errors above
}

// PlanDrop returns what dropping l would do. Found is the ledger's record of its event, nil
// if there is none. A letter that tells of another body, of an earlier run or of
// an operator says nothing about the record, which then stays as it is.
func PlanDrop(l Letter, found *ledger.Record, now time.Time) DropPlan {
	p := DropPlan{Letter: l, Record: found}
	if found == nil || !l.failed() {
		return p
	}
	_, open := ledger.Drop(*found, now)
	ofThisRun := l.Fence() == 0 || l.Fence() == found.Fence
	switch {
	case found.State == ledger.StateClaimed && now.Before(found.Lease):
		p.Refuse = ErrHandledNow
	case !open || !ofThisRun:
	case found.State != ledger.StateFailed && l.Fence() > 0: // the write after the letter was lost
		p.Refuse = ErrStillQueued
	default:
		p.Closes = true
	}
	return p
}

// Text returns what dropping would do, in one line.
func (p DropPlan) Text() string {
	switch {
	case p.Refuse != nil:
		return "kept: " + p.Refuse.Error()
	case p.Closes:
		return "deleted, and its event is given up"
	case p.Letter.Reason() == queue.ReasonUnreadable:
		return "deleted; it is not an event"
	case p.Letter.Reason() == queue.ReasonConflict:
		return "deleted; the event that arrived first stays as it is"
	case p.Record == nil:
		return "deleted; the ledger has no record of its event"
	}
	return fmt.Sprintf("deleted; its event stays as it is: %s, fence %d", p.Record.State, p.Record.Fence)
}

// PlanDrops returns what dropping each letter that matches f would do, oldest first, at most
// limit of them; others is the number of letters that do not match. Letters of one event are
// folded.
func (d Client) PlanDrops(ctx context.Context, f Filter, limit int) (plans []DropPlan, others int, err error) {
	found, err := d.List(ctx, f, limit)
	if err != nil {
		return nil, found.Others, err
	}
	for group := range slices.Chunk(found.Letters, requestsAtOnce) {
		for _, one := range d.planDrops(ctx, group) {
			if one.Fail != nil {
				return nil, found.Others, one.Fail
			}
			plans = append(plans, one.DropPlan)
		}
	}
	return plans, found.Others, nil
}

// A DropResult is the outcome of dropping one letter.
type DropResult struct {
	DropPlan
	Fail error // what went wrong; nil if it was deleted, or refused
}

// Outcome returns the letter's outcome: dropped, refused or failed.
func (r DropResult) Outcome() string {
	switch {
	case r.Fail != nil:
		return Failed
	case r.Refuse != nil:
		return Refused
	}
	return Dropped
}

// planDrops reads the letters' records concurrently and plans each.
func (d Client) planDrops(ctx context.Context, letters []Letter) []DropResult {
	results := make([]DropResult, len(letters))
	var reading sync.WaitGroup
	for i, l := range letters {
		reading.Go(func() {
			asked, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			results[i] = d.planDrop(asked, l)
		})
	}
	reading.Wait()
	return results
}

func (d Client) planDrop(ctx context.Context, l Letter) DropResult {
	if l.Reason() == queue.ReasonUnreadable {
		return DropResult{DropPlan: PlanDrop(l, nil, d.Planner.Now())}
	}
	record, ok, err := d.Records.Record(ctx, l.Key())
	switch {
	case err != nil:
		return DropResult{DropPlan: DropPlan{Letter: l}, Fail: err}
	case !ok:
		return DropResult{DropPlan: PlanDrop(l, nil, d.Planner.Now())}
	}
	return DropResult{DropPlan: PlanDrop(l, &record, d.Planner.Now())}
}

// Drop deletes the planned letters that no plan refused, with those folded into them, and
// gives up their events before that, so that a letter goes last: whatever fails in between,
// the event shows as open or its letter is there, and a second Drop does the rest. It calls
// report with the outcome of each. A letter is planned again when its turn comes. The error
// says why Drop ended early, as that of Redrive does. When ctx ends, the group of letters
// under way is finished first.
func (d Client) Drop(ctx context.Context, c Closer, planned []DropPlan, report func(DropResult)) error {
	left := map[string]DropPlan{} // by message id
	for _, plan := range planned {
		if plan.Refuse != nil {
			report(DropResult{DropPlan: plan})
			continue
		}
		for _, id := range append([]string{plan.Letter.Wire.MessageID}, plan.Letter.Folded...) {
			left[id] = plan
		}
	}
	if len(left) == 0 {
		return nil
	}
	total, failures := len(left), act.Failures(0)
	err := each(ctx, d.Dead, func(p *pass, batch []Letter) (bool, error) {
		batch = slices.DeleteFunc(batch, func(l Letter) bool { return left[l.Wire.MessageID].Letter.Wire.MessageID == "" })
		if err := d.Pace.Wait(ctx, len(batch)); err != nil {
			return false, err
		}
		var stop error
		for _, r := range d.dropBatch(context.WithoutCancel(ctx), c, p, batch, left) {
			delete(left, r.Letter.Wire.MessageID)
			report(r)
			stop = cmp.Or(stop, failures.Add(r.Refuse != nil, r.Fail))
		}
		d.progress("%d of %d letters", total-len(left), total)
		return len(left) == 0, stop
	})
	if err != nil {
		return err
	}
	for id, plan := range left {
		plan.Letter.Wire.MessageID, plan.Letter.Folded = id, nil
		report(DropResult{DropPlan: plan, Fail: ErrNotSeen})
	}
	return nil
}

// dropBatch gives up the events of received letters, and deletes the letters of which that
// went well. It gives up no event of which the plan, by message id, did not say so.
func (d Client) dropBatch(ctx context.Context, c Closer, p *pass, batch []Letter, planned map[string]DropPlan) []DropResult {
	results := d.planDrops(ctx, batch)
	var going []Letter
	var places []int
	for i := range results {
		r := &results[i]
		switch {
		case r.Fail != nil || !r.Closes:
		case d.Confirmed && !planned[r.Letter.Wire.MessageID].Closes:
			r.Refuse = act.ErrNotConfirmed
		default:
			r.Fail = d.close(ctx, c, r.DropPlan)
		}
		if r.Fail == nil && r.Refuse == nil {
			going, places = append(going, r.Letter), append(places, i)
		}
	}
	for n, err := range p.remove(ctx, going) {
		results[places[n]].Fail = err
	}
	return results
}

func (d Client) close(ctx context.Context, c Closer, p DropPlan) error {
	asked, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	wrote, err := c.Drop(asked, ledger.Found{Key: p.Letter.Key(), Record: *p.Record}, d.Planner.Now())
	if err != nil || wrote {
		return err
	}
	again := d.planDrop(asked, p.Letter) // perhaps another letter of the event was first
	if again.Fail == nil && (again.Closes || again.Refuse != nil) {
		return ErrHandledSince
	}
	return again.Fail
}
