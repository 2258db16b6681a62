package webhook

import "time"

// A Retry says what an error knows about trying again.
type Retry struct {
	After     time.Duration // the least time to wait; 0 means the usual backoff
	Permanent bool          // a retry does not help
	NotSent   bool          // nothing reached the other side, so a retry is harmless
}

// A RetryHint is an error that knows about trying again. Package process finds it with
// errors.As, so that clients of providers can influence retries without importing package
// hook.
type RetryHint interface {
	error
	Retry() Retry
}
