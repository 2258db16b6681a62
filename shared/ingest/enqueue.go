package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

const (
	// Budget is the longest time in which a webhook is verified and queued, including a
	// read of the sources. A webhook that is not queued by then is answered with 503.
	Budget = 5 * time.Second
	// TryTimeout is the longest time of one attempt to queue it, so that a connection
	// that hangs leaves time for another attempt.
	TryTimeout = 1500 * time.Millisecond

	// answerTime is the time left for the answer before the caller's own deadline: a
	// late answer is lost, and with it the wait that it asks for.
	answerTime = 200 * time.Millisecond

	// The pauses between attempts, before jitter. Each attempt whose answer is lost may
	// have left a copy in the queue, so there are few, and the second attempt comes after
	// 200 ms.
	firstPause = 400 * time.Millisecond
	maxPause   = 1600 * time.Millisecond
)

// withBudget ends ctx after Budget, and before the caller's own deadline.
func withBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	left := Budget
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)-answerTime)
	}
	return context.WithTimeout(ctx, left)
}

// enqueue tries until the message is queued or ctx ends. The error is
// [webhook.ErrTooLarge], or [webhook.ErrQueueUnavailable] with the error of the last attempt.
func (h *Handler) enqueue(ctx context.Context, m queue.Message, report *Report) error {
	began := time.Now()
	defer func() { report.Queueing = time.Since(began) }()
	var failed error
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, maxPause) {
		report.Tries++
		failed = h.try(ctx, m)
		if failed == nil {
			return nil
		}
		if errors.Is(failed, queue.ErrTooLarge) {
			return fmt.Errorf("%w: %w", webhook.ErrTooLarge, failed)
		}
		wait(ctx, pause/2+h.jitter(pause/2))
	}
	return fmt.Errorf("%w: %w", webhook.ErrQueueUnavailable, cmp.Or(failed, context.Cause(ctx)))
}

func (h *Handler) try(ctx context.Context, m queue.Message) error {
	ctx, cancel := context.WithTimeout(ctx, TryTimeout)
	defer cancel()
	return h.Queue.Send(ctx, m, 0)
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// jitter returns a random duration in [0, d), so that requests that failed at the same time
// are not retried at the same time.
func (h *Handler) jitter(d time.Duration) time.Duration {
	if h.Jitter != nil {
		return h.Jitter(d)
	}
	return rand.N(d)
}
