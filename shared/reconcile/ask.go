package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

const (
	maxTries  = 5
	firstWait = time.Second // doubled before each further try, where the API does not say how long
	// maxWait is the longest wait that is granted: the longest back-off that a provider
	// documents. An API that wants more is left alone.
	maxWait = 10 * time.Minute
)

// ask calls again while the error says that this can help, and waits as long as it says.
// All calls are questions, so that asking again does no harm. A waiting that is not nil is
// told of each wait before it begins.
func ask[T any](ctx context.Context, waiting func(time.Duration), call func(context.Context) (T, error)) (T, error) {
	wait := firstWait
	for try := 1; ; try++ {
		value, err := call(ctx)
		if err == nil || ctx.Err() != nil || try == maxTries || isFinal(err) {
			return value, err
		}
		pause := max(wait, retryOf(err).After)
		if pause > maxWait {
			return value, err
		}
		if waiting != nil {
			waiting(pause)
		}
		if sleep(ctx, pause) != nil {
			return value, errors.Join(err, ctx.Err())
		}
		wait *= 2
	}
}

// isFinal reports whether the answer to this very question will not change. An error
// that knows nothing about trying again is taken as final.
func isFinal(err error) bool { return retryOf(err).Permanent }

func retryOf(err error) webhook.Retry {
	if hint, ok := errors.AsType[webhook.RetryHint](err); ok {
		return hint.Retry()
	}
	return webhook.Retry{Permanent: true}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A collection is what was found so far, and what was not.
type collection struct {
	messages []queue.Message
	errs     []error
	stopped  bool // what was met would meet the next question too
}

func (c *collection) add(what string, m queue.Message, err error) {
	if err != nil {
		c.fail(what, err)
		return
	}
	c.messages = append(c.messages, m)
}

func (c *collection) fail(what string, err error) {
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("ask for %s: %w", what, err))
		c.stopped = c.stopped || !isFinal(err)
	}
}
