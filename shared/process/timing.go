package process

import (
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// Timing holds times that must fit together. All but SpillRetention are required;
// DefaultTiming has those that the template deploys, without a vault.
type Timing struct {
	Function    time.Duration // timeout of the process function
	Tail        time.Duration // kept free of handlers at its end, for ledger and queue
	LeaseMargin time.Duration // how far a lease outlives the function
	StartMargin time.Duration // with less time left than this, nothing is started
	Visibility  time.Duration // the queue's visibility timeout

	QueueRetention      time.Duration
	DeadLetterRetention time.Duration
	SpillRetention      time.Duration // how long an event may wait in the vault; 0: there is none
}

// DefaultTiming is the template's.
var DefaultTiming = Timing{
	Function:            60 * time.Second,
	Tail:                2 * time.Second,
	LeaseMargin:         5 * time.Second,
	StartMargin:         10 * time.Second,
	Visibility:          360 * time.Second,
	QueueRetention:      7 * 24 * time.Hour,
	DeadLetterRetention: 14 * 24 * time.Hour,
}

// SpillRetention is how long the vault keeps events that the queue did not take, as the
// template deploys it.
const SpillRetention = 30 * 24 * time.Hour

const (
	// tryTimeout is how long one try of a call in the tail may take.
	tryTimeout = 500 * time.Millisecond
	// groupCommit is how long a finished event waits for others, so that one call ends
	// their claims.
	groupCommit = 50 * time.Millisecond
	// expiryMargin is how long before the queue drops a message it is dead-lettered.
	expiryMargin = 24 * time.Hour
	// providerRetries is how long the slowest documented schedule of retries takes
	// (Compliancely: at once, after 3 and after 6 minutes more). The windows have to
	// be longer, or a retry would be another event.
	providerRetries = 9 * time.Minute
)

// Keep is how long past its window a ledger record must live: no copy of its message, in the
// vault, in the queue, sent back to it once, or among the dead letters, may outlive it. S3
// deletes up to a day late.
func (t Timing) Keep() time.Duration {
	keep := 2*t.QueueRetention + t.DeadLetterRetention + 24*time.Hour
	if t.SpillRetention > 0 {
		keep += t.SpillRetention + 24*time.Hour
	}
	return keep
}

// CheckHandlers returns an error that names each handler whose Timeout is longer than the
// time that the function leaves for handlers. Call it at start.
func (t Timing) CheckHandlers(r *hook.Registry) error { return r.CheckTimeouts(t.Function - t.Tail) }

// Check returns an error for every relation between the times that does not hold, with its
// numbers.
func (t Timing) Check() error {
	lease := t.Function + t.LeaseMargin
	handlers := t.Function - t.Tail
	var faults []error
	demand := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	demand(t.Tail > 0 && t.LeaseMargin > 0 && t.StartMargin > t.Tail,
		"tail (%v) and lease margin (%v) have to be above 0, and the start margin (%v) above the tail", t.Tail, t.LeaseMargin, t.StartMargin)
	demand(handlers > 0 && t.StartMargin < t.Function,
		"FUNCTION_TIMEOUT_S (%v) leaves no time for handlers: it has to be above the start margin (%v)", t.Function, t.StartMargin)
	demand(handlers < lease,
		"handlers run until %v, which has to be less than the lease of %v", handlers, lease)
	demand(lease <= t.Visibility,
		"lease %v (FUNCTION_TIMEOUT_S %v + %v) has to be at most VISIBILITY_TIMEOUT_S (%v)", lease, t.Function, t.LeaseMargin, t.Visibility)
	demand(t.Visibility >= 6*t.Function,
		"VISIBILITY_TIMEOUT_S (%v) has to be at least 6 × FUNCTION_TIMEOUT_S (%v)", t.Visibility, 6*t.Function)
	demand(t.QueueRetention > expiryMargin && t.QueueRetention <= 14*24*time.Hour,
		"QUEUE_RETENTION_S (%v) has to be above %v and at most 336h", t.QueueRetention, expiryMargin)
	demand(t.DeadLetterRetention >= t.QueueRetention && t.DeadLetterRetention <= 14*24*time.Hour,
		"DLQ_RETENTION_S (%v) has to be from QUEUE_RETENTION_S (%v) to 336h", t.DeadLetterRetention, t.QueueRetention)
	demand(min(webhook.GivenWindow, webhook.HashWindow) >= providerRetries,
		"the windows for duplicates (%v, %v) have to cover the providers' retries (%v)", webhook.GivenWindow, webhook.HashWindow, providerRetries)
	return errors.Join(faults...)
}
