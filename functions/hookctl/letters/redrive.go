package letters

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// failuresInARow end a redrive: the queue takes nothing, and would take nothing more.
const failuresInARow = 10

var (
	// ErrNotSeen says that a letter which was planned for did not come again.
	ErrNotSeen = errors.New("it did not come again: somebody else may be looking at it; run it again")
	// ErrNotReached says that the redrive ended before the letter's turn.
	ErrNotReached = errors.New("it was not reached, and is where it was")
	// ErrKept says that a letter was sent back and is here as well.
	ErrKept = errors.New("it was sent back, but could not be deleted here; sent again, it is dropped as a duplicate")
	// ErrStopped says that a redrive ended early, as the queue would take nothing more.
	ErrStopped = fmt.Errorf("stopped after %d failures in a row", failuresInARow)
)

// A Result is what came of one letter.
type Result struct {
	Plan
	Sent bool  // it is in the queue
	Fail error // what went wrong; nil where it was sent and deleted, or refused
}

// Redrive sends back those of the planned letters that no plan refused, and tells of
// each planned one what came of it. A letter is planned again when it is sent: what
// changed since counts. The error says why it ended early; a group of letters that is
// under way is finished before, when ctx ends too.
func (d Desk) Redrive(ctx context.Context, planned []Plan, tell func(Result)) error {
	r := redrive{Desk: d, tell: tell, left: map[string]bool{}}
	for _, plan := range planned {
		if plan.Fate == FateRefused {
			tell(Result{Plan: plan})
			continue
		}
		r.left[plan.Letter.Wire.MessageID] = true
	}
	if r.total = len(r.left); r.total == 0 {
		return nil
	}
	err := each(ctx, d.Dead, func(p *pass, batch []Letter) (bool, error) { return r.batch(ctx, p, batch) })
	why := ErrNotSeen
	if err != nil {
		why = ErrNotReached
	}
	for _, plan := range planned {
		if r.left[plan.Letter.Wire.MessageID] {
			tell(Result{Plan: plan, Fail: why})
		}
	}
	return err
}

// redrive is one call of Redrive.
type redrive struct {
	Desk
	tell  func(Result)
	left  map[string]bool // by message id: to be sent, and not yet seen again
	total int
	sent  int
	inRow int // failures since something was sent
}

// batch sends and deletes those of the letters that are to be.
func (r *redrive) batch(ctx context.Context, p *pass, batch []Letter) (enough bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx) // what is sent has to be deleted
	var chosen []Letter
	for _, l := range batch {
		if r.left[l.Wire.MessageID] {
			delete(r.left, l.Wire.MessageID)
			chosen = append(chosen, l)
		}
	}
	results := r.send(ctx, r.plan(ctx, chosen))
	r.remove(ctx, p, results)
	for _, result := range results {
		r.count(result)
		r.tell(result)
	}
	r.progress("sent back %d of %d letters", r.sent, r.total)
	if r.inRow >= failuresInARow {
		return false, ErrStopped
	}
	return len(r.left) == 0, nil
}

func (r *redrive) count(result Result) {
	switch {
	case result.Sent:
		r.sent++
		r.inRow = 0
	case result.Fail != nil:
		r.inRow++
	}
}

// send puts letters into the queue, side by side.
func (d Desk) send(ctx context.Context, plans []Plan) []Result {
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
