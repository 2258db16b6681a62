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
	// TryTimeout is the longest time of one call to queue or vault, so that a connection
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

// enqueue tries until the message is durable or ctx ends. Where the vault takes what the
// queue does not, the queue has ctx's time but for SpillTime. The error is
// [webhook.ErrTooLarge], or [webhook.ErrQueueUnavailable] with the errors of the last
// attempts.
func (h *Handler) enqueue(ctx context.Context, m *outgoing, report *Report) error {
	began := time.Now()
	defer func() { report.Queueing = time.Since(began) }()
	sending, cancel := h.queueShare(ctx)
	defer cancel()
	err := h.again(sending, func(ctx context.Context) error {
		report.Tries++
		return h.send(ctx, m, report)
	})
	if err == nil || errors.Is(err, webhook.ErrTooLarge) {
		return err
	}
	if h.Spill {
		spilled := h.spill(ctx, m)
		if spilled == nil {
			report.Spilled, report.NotQueued = true, err
			return nil
		}
		err = errors.Join(err, fmt.Errorf("spill: %w", spilled))
	}
	return fmt.Errorf("%w: %w", webhook.ErrQueueUnavailable, err)
}

// queueShare is the time in which the queue has to take the message.
func (h *Handler) queueShare(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || !h.Spill {
		return context.WithCancel(ctx)
	}
	left := time.Until(deadline)
	return context.WithTimeout(ctx, max(left-SpillTime, left/2))
}

// An outgoing is a message on its way to the queue.
type outgoing struct {
	queue.Message
	hash     webhook.Hasher // of the sources' document
	tooLarge bool           // the queue refused it for its size
}

// send makes one attempt to queue the message. The body of one that is too large goes into
// the vault first; m then says where it is.
func (h *Handler) send(ctx context.Context, m *outgoing, report *Report) error {
	send := func(ctx context.Context) error { return h.Queue.Send(ctx, m.Message, 0) }
	if !m.tooLarge {
		err := try(ctx, send)
		if !errors.Is(err, queue.ErrTooLarge) {
			return err
		}
		if h.Vault == nil {
			return &finalError{fmt.Errorf("%w: %w", webhook.ErrTooLarge, err)}
		}
		m.tooLarge = true
	}
	if m.Origin.Stored == nil {
		stored, err := h.store(ctx, m.Message)
		if err != nil {
			return err
		}
		m.Origin.Stored, m.Raw = stored, nil
		report.Stored = true
	}
	return try(ctx, send)
}

// A finalError is one that a further attempt would return again.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

// again makes attempts until one succeeds, its error is final, or ctx ends.
func (h *Handler) again(ctx context.Context, attempt func(context.Context) error) error {
	var failed error
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, maxPause) {
		err := attempt(ctx)
		if err == nil {
			return nil
		}
		if failed == nil || ctx.Err() == nil { // an attempt cut off by our own time says less
			failed = err
		}
		if _, final := errors.AsType[*finalError](failed); final {
			return failed
		}
		wait(ctx, pause/2+h.jitter(pause/2))
	}
	return cmp.Or(failed, context.Cause(ctx))
}

// try makes one call that is not to hang.
func try(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, TryTimeout)
	defer cancel()
	return call(ctx)
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
