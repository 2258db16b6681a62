package ledger

import "time"

// Erase returns the record of an event that has ended as it is without content: without the
// errors of its tries and the results of its handlers. The rest stays, so that a duplicate is
// still one. A failed event is given up as by [Drop], as nothing is left to handle it with.
// Whether that differs from rec is changed. A record that has not ended is left as it is. Now
// is the caller's clock.
func Erase(rec Record, now time.Time) (next Record, changed bool) {
	if rec.State != StateCompleted && rec.State != StateFailed {
		return rec, false
	}
	next, changed = Drop(rec, now)
	changed = changed || len(rec.Tries)+len(rec.Results) > 0
	next.Tries, next.Results = nil, nil
	return next, changed
}
