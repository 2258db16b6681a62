package dead

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"webhookintake/functions/hookctl/operate/act"
)

var (
	// ErrNotSeen says that a planned letter was not received again.
	ErrNotSeen = errors.New("it was not received again, perhaps because another program is looking at it; try again")
	// ErrKept says that a letter was sent back and is still here as well.
	ErrKept = errors.New("it was sent back, but could not be deleted here; sent again, it is dropped as a duplicate")
	// ErrNotDropped says that a letter stays although another one of its event was sent back.
	ErrNotDropped = errors.New("another letter of its event was sent back, but this one could not be deleted; sent back too, it is dropped as a duplicate")
)

// A Result is the outcome of redriving one letter.
type Result struct {
	Plan
	Sent    bool  // it is in the queue
	Dropped bool  // it was deleted, as another letter of its event was sent
	Fail    error // what went wrong; nil if it was sent and deleted, dropped, or refused
}

// Redrive sends back the planned letters that no plan refused, deletes those folded into
// them, and calls report with the outcome of each. A letter is planned again when it is
// sent, so that changes since then count. The error says why Redrive ended early, such as
// [act.ErrStopped]; nothing is reported of the letters that it did not reach. When ctx ends,
// the group of letters under way is finished first.
func (d Client) Redrive(ctx context.Context, planned []Plan, report func(Result)) error {
	r := redrive{Client: d, report: report, left: map[string]Plan{}, folds: newFolds()}
	for _, plan := range planned {
		if plan.Fate == FateRefused {
			report(Result{Plan: plan})
			continue
		}
		r.left[plan.Letter.Wire.MessageID] = plan
		r.folds.add(plan.Letter)
	}
	if r.total = len(r.left); r.total == 0 {
		return nil
	}
	err := each(ctx, d.Dead, func(p *pass, batch []Letter) (bool, error) { return r.batch(ctx, p, batch) })
	if err != nil {
		return err
	}
	for _, plan := range planned {
		if _, ok := r.left[plan.Letter.Wire.MessageID]; ok {
			report(Result{Plan: plan, Fail: ErrNotSeen})
		}
	}
	r.folds.undropped(report)
	return nil
}

// redrive is one call of Redrive.
type redrive struct {
	Client
	report   func(Result)
	left     map[string]Plan // by message id: to be sent, and not yet seen again
	folds    folds
	total    int
	failures act.Failures
}

// batch sends and deletes the chosen letters among those received.
func (r *redrive) batch(ctx context.Context, p *pass, batch []Letter) (enough bool, err error) {
	due := 0
	for _, l := range batch {
		if _, ok := r.left[l.Wire.MessageID]; ok {
			due++
		}
	}
	if err := r.Pace.Wait(ctx, due); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx) // what is sent has to be deleted
	results := r.send(ctx, r.again(ctx, batch))
	r.remove(ctx, p, results)
	for _, result := range results {
		err = cmp.Or(err, r.failures.Add(result.Outcome() == Refused, result.Fail))
		r.report(result)
		r.folds.settle(result)
	}
	r.folds.drop(ctx, p, r.report)
	r.progress("%d of %d letters", r.total-len(r.left), r.total)
	return len(r.left) == 0 && r.folds.done(), err
}

// again plans the chosen letters among those received, and refuses those for which something
// else would happen than was confirmed.
func (r *redrive) again(ctx context.Context, batch []Letter) []Plan {
	var chosen []Letter
	var confirmed []Plan
	for _, l := range batch {
		planned, ok := r.left[l.Wire.MessageID]
		if !ok {
			r.folds.see(l)
			continue
		}
		delete(r.left, l.Wire.MessageID)
		l.Folded = planned.Letter.Folded
		chosen, confirmed = append(chosen, l), append(confirmed, planned)
	}
	plans := r.plan(ctx, chosen)
	for i, plan := range plans {
		if r.Confirmed && plan.Err == nil && plan.Fate != FateRefused && plan.timeless() != confirmed[i].timeless() {
			plans[i] = plan.refuse(act.ErrNotConfirmed)
		}
	}
	return plans
}

// send puts letters into the queue concurrently.
func (d Client) send(ctx context.Context, plans []Plan) []Result {
	results := make([]Result, len(plans))
	var sending sync.WaitGroup
	for i, plan := range plans {
		results[i] = Result{Plan: plan, Fail: plan.Err}
		if plan.Err != nil || plan.Fate == FateRefused {
			continue
		}
		sending.Go(func() {
			asked, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			err := d.Queue.Send(asked, plan.message(), 0)
			results[i].Sent, results[i].Fail = err == nil, err
		})
	}
	sending.Wait()
	return results
}

// remove deletes the letters that are in the queue.
func (r *redrive) remove(ctx context.Context, p *pass, results []Result) {
	var sent []int
	var letters []Letter
	for i, result := range results {
		if result.Sent {
			sent = append(sent, i)
			letters = append(letters, result.Letter)
		}
	}
	for n, err := range p.remove(ctx, letters) {
		if err != nil {
			results[sent[n]].Fail = fmt.Errorf("%w: %w", ErrKept, err)
		}
	}
}

// The acts on letters, and the outcomes of a letter, as they are called in JSON.
const (
	ActRedrive = "redrive"
	ActDrop    = "drop"

	Planned  = "planned"
	Redriven = "redriven"
	Refused  = "refused"
	Dropped  = "dropped" // another letter of its event was redriven
	Failed   = "failed"
)

// Outcome returns the letter's outcome: redriven, refused, dropped or failed.
func (r Result) Outcome() string {
	switch {
	case r.Fail != nil:
		return Failed
	case r.Sent:
		return Redriven
	case r.Dropped:
		return Dropped
	}
	return Refused
}

// OK reports whether the letter was redriven or dropped.
func (r Result) OK() bool { return r.Outcome() == Redriven || r.Outcome() == Dropped }

// A Tally counts outcomes.
type Tally struct{ Redriven, Refused, Dropped, Failed int }

// Add counts a result.
func (t *Tally) Add(r Result) {
	switch r.Outcome() {
	case Redriven:
		t.Redriven++
	case Refused:
		t.Refused++
	case Dropped:
		t.Dropped++
	default:
		t.Failed++
	}
}

// All returns the number of all letters.
func (t Tally) All() int { return t.Redriven + t.Refused + t.Dropped + t.Failed }

// Err returns why the redrive as a whole did not succeed, nil if it did.
func (t Tally) Err() error {
	switch {
	case t.Failed > 0:
		return fmt.Errorf("not redriven: %d; run it again: what was sent already is then dropped as a duplicate", t.Failed)
	case t.Redriven == 0 && t.Refused > 0:
		return errors.New("no letter was redriven; each was refused for the reason above")
	}
	return nil
}

// Sendable returns how many of the planned letters are not refused.
func Sendable(plans []Plan) int {
	n := 0
	for _, plan := range plans {
		if plan.Fate != FateRefused {
			n++
		}
	}
	return n
}
