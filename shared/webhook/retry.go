package webhook

import "time"

// Retry is what an error knows about trying again.
type Retry struct {
	After     time.Duration // wait at least so long; 0 means the usual backoff
	Permanent bool          // no retry can cure it
	NotSent   bool          // nothing reached the other side, so trying again is harmless
}

// A RetryHint is an error that knows about trying again. It is found with errors.As,
// so the clients of providers can steer retries without importing package hook.
type RetryHint interface {
	error
	Retry() Retry
}
