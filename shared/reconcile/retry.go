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
	firstWait = time.Second // doubled before each further attempt, if the API does not say how long
	// maxWait is the longest back-off that a provider documents. If an API asks for a
	// longer wait, or ctx would end first, there is no further attempt.
	maxWait = 10 * time.Minute
)

// retry repeats a call while its error says that this can help, and waits for as long as it
// says. Call must only read, so that repeating it is harmless. If waiting is not nil, it is
// called before each wait.
func retry[T any](ctx context.Context, waiting func(time.Duration), call func(context.Context) (T, error)) (T, error) {
	wait := firstWait
	for try := 1; ; try++ {
		value, err := call(ctx)
		if err == nil || ctx.Err() != nil || try == maxTries || isFinal(err) {
			return value, err
		}
		pause := max(wait, retryOf(err).After)
		if deadline, ok := ctx.Deadline(); pause > maxWait || ok && time.Until(deadline) <= pause {
			return value, err
		}
		if waiting != nil {
			waiting(pause)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return value, errors.Join(err, ctx.Err())
		}
		wait *= 2
	}
}

// isFinal reports whether the same call would fail again. An error without a hint counts as
// final.
func isFinal(err error) bool { return retryOf(err).Permanent }

func retryOf(err error) webhook.Retry {
	if hint, ok := errors.AsType[webhook.RetryHint](err); ok {
		return hint.Retry()
	}
	return webhook.Retry{Permanent: true}
}

// A collection holds the messages and errors so far.
type collection struct {
	messages []queue.Message
	errs     []error
	stopped  bool // the next call would fail as well
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
