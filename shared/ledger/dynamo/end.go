package dynamo

import (
	"context"
	"errors"

	"webhookintake/shared/ledger"
)

// End is described at [ledger.Store].
func (s *Store) End(ctx context.Context, ends []ledger.End) []error {
	errs := make([]error, len(ends))
	each(indexes(len(ends)), func(i int) {
		errs[i] = wrap("end", ends[i].Claim.Key, s.end(ctx, ends[i]))
	})
	return errs
}

// end ends one claim.
func (s *Store) end(ctx context.Context, end ledger.End) error {
	claimed, next, err := s.plan(end)
	if err != nil {
		return err
	}
	e := newExpression()
	e.requireInForce(end.Claim)
	claimed.Started = next.Started // what it is now is not known: written below
	e.turn(claimed, next)
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

// plan gives the record that end's claim knows, as far as ending it needs it, and what
// end makes of it.
func (s *Store) plan(end ledger.End) (claimed, next ledger.Record, err error) {
	c := end.Claim
	claimed = ledger.Record{
		State: ledger.StateClaimed, Owner: c.Owner, Fence: c.Fence, Attempts: c.Attempts,
		Done: c.Done, Reason: c.Reason, DedupUntil: c.DedupUntil,
	}
	judged, err := ledger.JudgeEnd(&claimed, end, s.keep)
	if err != nil {
		return claimed, claimed, err
	}
	return claimed, *judged, nil
}
