package process

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/ledger"
)

// commitInGroups receives n jobs as their handlers finish and ends their claims. Each call
// ends all claims that are ready, at the latest groupCommit after the first of them
// finished, so a job that hangs does not keep the others from being recorded.
func (b *batch) commitInGroups(finished <-chan *job, n int) {
	var group []*job
	var due <-chan time.Time
	for n > 0 {
		select {
		case j := <-finished:
			n--
			if group = append(group, j); due == nil {
				due = time.After(groupCommit)
			}
			if n > 0 {
				continue
			}
		case <-due:
		}
		b.endGroup(group)
		group, due = nil, nil
	}
}

// endGroup ends the claims of a group and settles their results.
func (b *batch) endGroup(group []*job) {
	var ends []ledger.End
	var ending []*job
	for _, j := range group {
		if j.verdict.end == nil {
			b.settle(j, nil)
			continue
		}
		ends = append(ends, *j.verdict.end)
		ending = append(ending, j)
	}
	for n, err := range b.endAll(ends) {
		b.settle(ending[n], err)
	}
	b.deferAll()
}

// endAll ends claims, and retries those whose outcome is unknown.
func (b *batch) endAll(ends []ledger.End) []error {
	errs := make([]error, len(ends))
	open := make([]int, len(ends))
	for n := range ends {
		open[n] = n
		errs[n] = ErrNoTime
	}
	if len(ends) == 0 {
		return nil
	}
	_ = b.try(func(ctx context.Context) error {
		asking := make([]ledger.End, len(open))
		for k, n := range open {
			asking[k] = ends[n]
		}
		var unknown []int
		for k, err := range b.Ledger.End(ctx, asking) {
			if errs[open[k]] = err; !decided(err) {
				unknown = append(unknown, open[k])
			}
		}
		if open = unknown; len(open) == 0 {
			return nil
		}
		return errs[open[0]]
	})
	return errs
}

// settle writes the result of a job whose End returned err.
func (b *batch) settle(j *job, err error) {
	v := j.verdict
	r := &b.results[j.index]
	r.Runs, r.Attempt, r.Reason = v.runs, v.attempt, v.reason
	if v.err != nil {
		r.Err = v.err
	}
	switch {
	case errors.Is(err, ledger.ErrFenced):
		b.comeAgain(j.index, Fenced, b.halfJitter(fencedWait), err)
	case err != nil:
		b.comeAgain(j.index, Unavailable, b.outageWait(j.message), err)
	case v.outcome == Handled || v.outcome == Unhandled || v.outcome == Probed || v.outcome == DeadLettered || v.outcome == Cancelled:
		r.Outcome, r.Acked = v.outcome, true
	default:
		b.comeAgain(j.index, v.outcome, v.delay, r.Err)
	}
}
