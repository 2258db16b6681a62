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
	return r.write(ctx, "reindex", found, next)
}

// Drop marks the found event as given up, as [ledger.Drop] decides, and reports whether it
// wrote. It changes nothing if the event was claimed or ended since.
func (r *Reader) Drop(ctx context.Context, found ledger.Found, now time.Time) (wrote bool, err error) {
	next, changed := ledger.Drop(found.Record, now)
	if !changed {
		return false, nil
	}
	return r.write(ctx, "drop", found, next)
}

// write turns the found record into next, and reports whether it did: not if the event was
// claimed or ended since.
func (r *Reader) write(ctx context.Context, op string, found ledger.Found, next ledger.Record) (wrote bool, err error) {
	e := newExpression()
	e.requireUnchanged(found.Record)
	e.turn(found.Key, found.Record, next)
	_, err = (&Store{client: r.client, table: r.table}).update(ctx, found.Key, e)
	if errors.Is(err, errRefused) {
		return false, nil
	}
	return err == nil, wrap(op, found.Key, err)
}
