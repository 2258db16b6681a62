package hook

import (
	"time"

	"webhookintake/shared/webhook"
)

// The shortest and the longest wait of [RetryAfter].
const (
	MinRetryAfter = time.Second
	MaxRetryAfter = 6 * time.Hour
)

// ErrCondition says that the condition of a write that a handler returned ([OnWrites]) does
// not hold. The handler is run again at once, at most 5 times, to read the current item and
// decide again; then it is a failed try like any other.
var ErrCondition = webhook.ErrCondition

// hinted is an error that says what a retry would do.
type hinted struct {
	error
	retry webhook.Retry
	waits bool // made by RetryAfter
}

func (h *hinted) Unwrap() error        { return h.error }
func (h *hinted) Retry() webhook.Retry { return h.retry }

// Permanent marks err as one that no retry can fix: once all handlers of the event have
// run, the event goes to the dead-letter queue. It returns nil for nil.
func Permanent(err error) error {
	return hint(err, webhook.Retry{Permanent: true}, false)
}

// RetryAfter asks for the next try after d, from [MinRetryAfter] to [MaxRetryAfter], in
// place of the usual backoff. It returns nil for nil.
//
// A run in which every failed handler asks to wait does not count against the limit of
// attempts: a service that answers 429 for hours must not use them up. Only the message's
// age ends such an event, six days after it was queued, with a dead letter for the reason
// expired. The wait is at least a fortieth of that age, so that a short wait does not bring
// the message back thousands of times. An error that says [NotSent] and how long to wait,
// as those of the providers' clients do for status 429, does the same. Any other error with
// a wait, such as that of a 503, sets the wait and counts.
//
// It does not say that nothing was sent. A handler that runs [AtMostOnce] is retried only
// if the error is NotSent, too.
func RetryAfter(d time.Duration, err error) error {
	return hint(err, webhook.Retry{After: min(max(d, MinRetryAfter), MaxRetryAfter)}, true)
}

// NotSent marks err as one after which nothing reached the other side, so even a handler
// that runs [AtMostOnce] may be retried. It returns nil for nil.
func NotSent(err error) error {
	return hint(err, webhook.Retry{NotSent: true}, false)
}

func hint(err error, r webhook.Retry, waits bool) error {
	if err == nil {
		return nil
	}
	return &hinted{err, r, waits}
}

// Hint returns what err and the errors that it wraps say about a retry: permanent or not
// sent if any of them says so, and the longest wait.
func Hint(err error) webhook.Retry {
	var all webhook.Retry
	walk(err, func(h webhook.RetryHint) {
		r := h.Retry()
		all.Permanent = all.Permanent || r.Permanent
		all.NotSent = all.NotSent || r.NotSent
		all.After = max(all.After, r.After)
	})
	all.After = min(all.After, MaxRetryAfter)
	return all
}

// Waits reports whether err asks to wait rather than reports a failure, so that the attempt
// does not count: [RetryAfter] made it, or it says that nothing was sent and how long to
// wait.
func Waits(err error) bool {
	asked := false
	walk(err, func(h webhook.RetryHint) {
		own, ok := h.(*hinted)
		asked = asked || ok && own.waits
	})
	all := Hint(err)
	return !all.Permanent && (asked || all.NotSent && all.After > 0)
}

// walk calls fn for every hint in err and in what it wraps.
func walk(err error, fn func(webhook.RetryHint)) {
	if err == nil {
		return
	}
	if h, ok := err.(webhook.RetryHint); ok { //nolint:errorlint // the walk below does what errors.As would, for every error of the tree
		fn(h)
	}
	switch w := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		walk(w.Unwrap(), fn)
	case interface{ Unwrap() []error }:
		for _, e := range w.Unwrap() {
			walk(e, fn)
		}
	}
}
