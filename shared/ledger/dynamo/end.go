package dynamo

import (
	"context"
	"errors"

	"webhookintake/shared/ledger"
)

// End is described at [ledger.Store].
func (s *Store) End(ctx context.Context, ends []ledger.End) []error {
	errs := make([]error, len(ends))
	each(s.endTogether(ctx, ends, errs), func(i int) { errs[i] = s.end(ctx, ends[i]) })
	for i := range errs {
		errs[i] = wrap("end", ends[i].Claim.Key, errs[i])
	}
	return errs
}

// endTogether ends claims with one request, and returns the indexes of those that it did
// not settle. One claim alone takes one request anyway.
func (s *Store) endTogether(ctx context.Context, ends []ledger.End, errs []error) (open []int) {
	if len(ends) == 1 {
		return []int{0}
	}
	var tried []int
	var statements []*statement
	for i, end := range ends {
		st := s.finish(end)
		if st == nil {
			open = append(open, i)
			continue
		}
		tried = append(tried, i)
		statements = append(statements, st)
	}
	if len(tried) < 2 {
		return append(open, tried...)
	}
	for n, err := range s.execute(ctx, statements) {
		if errors.Is(err, errUnsettled) {
			open = append(open, tried[n])
			continue
		}
		errs[tried[n]] = err
	}
	return open
}

// end ends one claim.
func (s *Store) end(ctx context.Context, end ledger.End) error {
	claimed, next, err := s.plan(end)
	if err != nil {
		return err
	}
	e := newExpression()
	e.requireInForce(end.Claim)
	claimed.Started = next.Started // its current value is not known: written below
	e.turn(end.Claim.Key, claimed, next)
	if len(next.Started) > 0 {
		e.set(attrStarted, names(next.Started))
	} else {
		e.remove(attrStarted)
	}
	found, err := s.update(ctx, end.Claim.Key, e)
	if errors.Is(err, errRefused) {
		return settle(ledger.JudgeEnd(found, end, s.keep))
	}
	return err
}

// plan returns the record as end's claim knows it, as far as ending needs it, and the
// record that end leaves.
func (s *Store) plan(end ledger.End) (claimed, next ledger.Record, err error) {
	c := end.Claim
	claimed = ledger.Record{
		State: ledger.StateClaimed, Owner: c.Owner, Fence: c.Fence, Attempts: c.Attempts, Runs: c.Runs,
		Done: c.Done, Reason: c.Reason, DedupUntil: c.DedupUntil,
		Since: c.Since, Kind: c.Kind,
	}
	judged, err := ledger.JudgeEnd(&claimed, end, s.keep)
	if err != nil {
		return claimed, claimed, err
	}
	return claimed, *judged, nil
}
