package rest

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"webhookintake/shared/webhook"
)

// defaultWait is the wait after status 429 if the answer does not give one.
const defaultWait = 30 * time.Second

// retryOf is what an answer of a status other than 2xx says about trying again, with the
// wait that it asks for, or 0. After status 429 nothing was done. After a server's fault,
// or a request that came too slowly, the outcome is unknown. Other statuses are permanent.
func retryOf(status int, after time.Duration) webhook.Retry {
	switch {
	case status == http.StatusTooManyRequests:
		return webhook.Retry{After: cmp.Or(after, defaultWait), NotSent: true}
	case status == http.StatusRequestTimeout || status >= 500:
		return webhook.Retry{After: after}
	}
	return webhook.Retry{Permanent: true}
}

// retryAfter is the wait that the header Retry-After gives in seconds, else 0.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
