package dynamo

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/ledger"
)

// Reindex marks the found event as open, or not, as [ledger.Reindex] decides, and reports
// whether it wrote. It changes nothing if the event was claimed or ended since: then the
// functions have written what is right.
func (r *Reader) Reindex(ctx context.Context, found ledger.Found, now time.Time) (wrote bool, err error) {
	next, changed := ledger.Reindex(found.Record, now)
	if !changed {
		return false, nil
	}
	e := newExpression()
	e.requireUnchanged(found.Record)
	e.turn(found.Key, found.Record, next)
	_, err = (&Store{client: r.client, table: r.table}).update(ctx, found.Key, e)
	if errors.Is(err, errRefused) {
		return false, nil
	}
	return err == nil, wrap("reindex", found.Key, err)
}
