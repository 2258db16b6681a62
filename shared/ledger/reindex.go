package ledger

import "time"

// Reindex returns the record as the index of what is open should have it, and whether that
// differs from rec: a version before the index does not mark what fails, and a rolled-back
// one does not unmark what it completes. A claimed record whose lease holds is left to its
// claim. Now is the caller's clock.
func Reindex(rec Record, now time.Time) (next Record, changed bool) {
	next = rec
	switch {
	case rec.State == StateCompleted, rec.givenUp():
		next.close()
	case !rec.Since.IsZero():
	case rec.State == StateFailed:
		next.open(rec.Finished, lastKind(rec))
	case rec.State == StateReleased && (rec.Runs > 0 || rec.Reason != ""):
		next.open(lastTried(rec), lastKind(rec))
	case rec.State == StateClaimed && !now.Before(rec.Lease):
		next.open(rec.Lease, OutcomeDied)
	}
	return next, next.Since != rec.Since || next.Kind != rec.Kind
}

// lastKind returns the kind of the record's last failure, as far as the record says: the
// type of the handler's error is not in it.
func lastKind(rec Record) string {
	if len(rec.Tries) == 0 {
		return rec.Reason
	}
	last := rec.Tries[len(rec.Tries)-1]
	if last.Handler == "" {
		return last.Outcome
	}
	return last.Handler + ": " + last.Outcome
}

// lastTried returns when the last run that the record tells of ended.
func lastTried(rec Record) time.Time {
	if len(rec.Tries) == 0 {
		return rec.FirstClaimed
	}
	return rec.Tries[len(rec.Tries)-1].At
}
