package ledger

import "time"

// ReasonDropped is the reason of a failed record whose dead letter an operator dropped.
const ReasonDropped = "dropped"

// givenUp reports whether an operator gave the failed event up: nothing waits for it.
func (r Record) givenUp() bool {
	return r.State == StateFailed && (r.Reason == ReasonCancelled || r.Reason == ReasonDropped)
}

// Drop returns the record as it is once an operator has dropped the event's dead letter, and
// whether that differs from rec: failed, and no longer open. The tries stay, so that the
// record still says why it failed. A completed record, a cancelled one, and a claimed one
// whose lease holds are left as they are. Now is the caller's clock.
func Drop(rec Record, now time.Time) (next Record, changed bool) {
	if rec.State == StateCompleted || rec.givenUp() || rec.State == StateClaimed && now.Before(rec.Lease) {
		return rec, false
	}
	next = rec
	next.State, next.Reason, next.NotBefore = StateFailed, ReasonDropped, time.Time{}
	if next.Finished.IsZero() {
		next.Finished = milliseconds(now)
	}
	next.close()
	return next, true
}
