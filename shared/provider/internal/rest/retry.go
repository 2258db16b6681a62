package rest

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// defaultWait is how long a 429 waits that does not say how long.
const defaultWait = 30 * time.Second

// Retry is what an answer of a status other than 2xx says about trying again; after, 0
// where the answer does not say, is when. On 429 nothing was done, and the next try waits
// for 30 s where the answer does not say how long; a server's fault, and a request that
// came too slowly, leave open what was done; other statuses are permanent.
func Retry(status int, after time.Duration) webhook.Retry {
	switch {
	case status == http.StatusTooManyRequests:
		return webhook.Retry{After: cmp.Or(after, defaultWait), NotSent: true}
	case status == http.StatusRequestTimeout || status >= 500:
		return webhook.Retry{After: after}
	}
	return webhook.Retry{Permanent: true}
}

// RetryAfter reads the header of that name where it gives seconds; else it is 0.
func RetryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// IsWord reports whether text is of a program's making, such as rate_limited, and so no
// personal data: an error may show it.
func IsWord(text string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	return text != "" && len(text) <= 40 && strings.Trim(text, letters) == ""
}

// IsHeaderText reports whether text can stand in a header's value, as a token does.
func IsHeaderText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
