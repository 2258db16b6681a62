package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

const (
	maxTries = 4
	tryPause = 100 * time.Millisecond
)

// ErrNoTime says that the function's time was up before a call could be tried.
var ErrNoTime = errors.New("no time left")

// try calls fn until the outcome is decided, at most maxTries times and while the function
// has time. An error that the contracts do not name means that the outcome is unknown.
func (b *batch) try(fn func(context.Context) error) error {
	err := ErrNoTime
	for n := range maxTries {
		if n > 0 {
			time.Sleep(tryPause + b.Jitter(tryPause))
		}
		left := b.end.Sub(b.Now())
		if left <= 0 {
			return fmt.Errorf("%w; last: %w", ErrNoTime, err)
		}
		ctx, cancel := context.WithTimeout(b.ctx, min(tryTimeout, left))
		err = fn(ctx)
		cancel()
		if decided(err) {
			return err
		}
	}
	return err
}

// decided reports whether err is an answer that the contracts name, which calling again
// would not change.
func decided(err error) bool {
	for _, answer := range []error{nil, ledger.ErrFenced, ledger.ErrStale, ledger.ErrStateMoved, webhook.ErrCondition, webhook.ErrWrites, queue.ErrTooLarge, queue.ErrInvalid} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}
