package hook

import (
	"time"

	"webhookintake/shared/webhook"
)

// MaxRetryAfter is the longest wait that [RetryAfter] gets.
const MaxRetryAfter = 6 * time.Hour

// hinted is an error that says what a retry would do.
type hinted struct {
	error
	retry webhook.Retry
}

func (h *hinted) Unwrap() error        { return h.error }
func (h *hinted) Retry() webhook.Retry { return h.retry }

// Permanent says that no retry can cure err: once all handlers of the event ran, it
// goes to the dead-letter queue. Nil stays nil.
func Permanent(err error) error {
	return hint(err, webhook.Retry{Permanent: true})
}

// RetryAfter asks for the next try after d, at most [MaxRetryAfter], in place of the
// usual backoff. Nil stays nil.
func RetryAfter(d time.Duration, err error) error {
	return hint(err, webhook.Retry{After: min(max(d, 0), MaxRetryAfter)})
}

// NotSent says that nothing reached the other side, so that even a handler that runs
// [AtMostOnce] may be tried again. Nil stays nil.
func NotSent(err error) error {
	return hint(err, webhook.Retry{NotSent: true})
}

func hint(err error, r webhook.Retry) error {
	if err == nil {
		return nil
	}
	return &hinted{err, r}
}

// Hint gathers what err, and all that it wraps, knows about trying again: permanent or
// not sent if any says so, and the longest wait.
func Hint(err error) webhook.Retry {
	var all webhook.Retry
	collect(err, &all)
	all.After = min(all.After, MaxRetryAfter)
	return all
}

func collect(err error, all *webhook.Retry) {
	if err == nil {
		return
	}
	if h, ok := err.(webhook.RetryHint); ok { //nolint:errorlint // the walk below does what errors.As would, for every error of the tree
		r := h.Retry()
		all.Permanent = all.Permanent || r.Permanent
		all.NotSent = all.NotSent || r.NotSent
		all.After = max(all.After, r.After)
	}
	switch w := err.(type) { //nolint:errorlint // likewise
	case interface{ Unwrap() error }:
		collect(w.Unwrap(), all)
	case interface{ Unwrap() []error }:
		for _, e := range w.Unwrap() {
			collect(e, all)
		}
	}
}
