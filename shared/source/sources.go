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
	fixed     *snapshot  // the set that never changes; nil where it is read
	refresher *refresher // nil where the set never changes
}

// Fixed are sources that never change.
func Fixed(set Set) *Sources { return &Sources{fixed: &snapshot{set: set}} }

// Refreshing are sources whose document f fetches. Nothing is fetched before the first
// call of [Sources.Load] or [Sources.Verify].
func Refreshing(f Fetcher, o RefreshOptions) *Sources {
	return &Sources{refresher: newRefresher(f, o)}
}

// Load reads the sources unless a copy is at hand that still serves. A program calls it
// at its start, so that its first request does not wait, and goes on whatever it
// returns: [Sources.Verify] tries again. Its error is [webhook.ErrSourcesUnavailable].
func (s *Sources) Load(ctx context.Context) error {
	_, err := s.set(ctx, maxAge)
	return err
}

// Verify finds the source of that name and decides whether r is its provider's. On a
// signature mismatch it reads the sources anew, at most once and only where its copy is
// older than 30 s, and decides again: the secret may have been rotated. A name that was
// added to the document is known once the copy is read again, 5 minutes later at most.
//
// It returns [webhook.ErrUnknownSource]; [webhook.ErrSourcesUnavailable], wrapping the
// cause; or what the source's [webhook.Verifier] returns. The Source is returned with
// the errors of its Verifier too.
func (s *Sources) Verify(ctx context.Context, name string, r webhook.Request) (Source, webhook.Verified, error) {
	held, err := s.set(ctx, maxAge)
	if err != nil {
		return Source{}, webhook.Verified{}, err
	}
	src, verified, err := held.set.verify(name, r)
	if !errors.Is(err, webhook.ErrSignatureMismatch) {
		return src, verified, err
	}
	newer, failed := s.set(ctx, maxAgeOnMismatch)
	if failed != nil || newer == held {
		return src, verified, err
	}
	return newer.set.verify(name, r)
}

// set gives the sources, read anew where they are older than given.
func (s *Sources) set(ctx context.Context, oldest time.Duration) (*snapshot, error) {
	if s.refresher == nil {
		return s.fixed, nil
	}
	return s.refresher.get(ctx, oldest)
}
