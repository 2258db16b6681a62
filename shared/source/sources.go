package source

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/webhook"
)

// Sources are the configured sources: a set that never changes, or one that is read
// again from a secret. They are safe for concurrent use.
type Sources struct {
	fixed     *snapshot  // the set that never changes; nil if it is read from a secret
	refresher *refresher // nil if the set never changes
}

// Fixed returns sources that never change.
func Fixed(set Set) *Sources { return &Sources{fixed: &snapshot{set: set}} }

// Refreshing returns sources whose document f fetches. The first call of [Sources.Load] or
// [Sources.Verify] fetches it.
func Refreshing(f Fetcher, o RefreshOptions) *Sources {
	return &Sources{refresher: newRefresher(f, o)}
}

// Load reads the sources unless there is a copy that is recent enough. A program calls it
// at its start, so that its first request does not wait, and continues after an error:
// [Sources.Verify] tries again. The error is [webhook.ErrSourcesUnavailable].
func (s *Sources) Load(ctx context.Context) error {
	_, err := s.set(ctx, maxAge)
	return err
}

// Verify finds the source of that name and decides whether r comes from its provider. On a
// signature mismatch the secret may have been rotated: if the copy is older than 30 s,
// Verify reads the sources again and decides again, once. A name that is added to the
// document is known after at most 5 minutes, when the copy is read again.
//
// The error is [webhook.ErrUnknownSource], [webhook.ErrSourcesUnavailable] wrapping the
// cause, or that of the source's [webhook.Verifier]; with the latter the Source is returned
// too.
func (s *Sources) Verify(ctx context.Context, name string, r webhook.Request) (Source, webhook.Verified, error) {
	held, err := s.set(ctx, maxAge)
	if err != nil {
		return Source{}, webhook.Verified{}, err
	}
	src, verified, err := held.verify(name, r)
	if !errors.Is(err, webhook.ErrSignatureMismatch) {
		return src, verified, err
	}
	newer, failed := s.set(ctx, maxAgeOnMismatch)
	if failed != nil || newer == held {
		return src, verified, err
	}
	return newer.verify(name, r)
}

// set returns a copy of the sources of at most the given age, if one can be read.
func (s *Sources) set(ctx context.Context, oldest time.Duration) (*snapshot, error) {
	if s.refresher == nil {
		return s.fixed, nil
	}
	return s.refresher.get(ctx, oldest)
}
