package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"webhookintake/shared/ingest"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/vault"
)

// A bucket logs that the vault's bucket is missing: once, and again only if it was there in
// between, however many webhooks need it.
type bucket struct{ missing atomic.Bool }

func (b *bucket) look(ctx context.Context, log *slog.Logger, r ingest.Report) {
	switch {
	case r.Stored || r.Spilled || r.Quarantine == ingest.Kept:
		b.missing.Store(false)
	case errors.Is(r.Err, vault.ErrNoBucket) || errors.Is(r.NotKept, vault.ErrNoBucket):
		if !b.missing.Swap(true) {
			log.ErrorContext(ctx, "the vault's bucket does not exist: webhooks that fit the queue go on, large ones are answered 503, and nothing is kept of refused ones; run hookctl doctor",
				telemetry.FieldError, "NoSuchBucket")
		}
	}
}
