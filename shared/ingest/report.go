package ingest

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"webhookintake/shared/webhook"
)

// UnknownSource replaces every name in a [Report] that is not configured, so that strangers
// can neither write into logs nor create metrics.
const UnknownSource = "unknown"

// NoSecret is the Secret of a [Report] if no secret matched.
const NoSecret = -1

// A Report describes the outcome of one request. All of it but Err may be logged.
type Report struct {
	Source   string // the configured source's name, or UnknownSource
	Provider string // its provider's name; empty for UnknownSource
	ID, Type string // of the event; empty unless verified
	Secret   int    // index of the secret that matched, or NoSecret
	Signed   string // which of several ways to sign held; empty where there is one
	// URLExpires is when the URL expires that it came to; zero if none does, or if refused.
	URLExpires time.Time
	Status     int          // the HTTP status that was answered
	Code       webhook.Code // why it was refused; empty if it was accepted
	// Encoding is the Content-Encoding of a refused request: "gzip", "deflate", "br", "zstd" or
	// "other". The body is read as it was sent, so who compresses after signing is refused.
	Encoding string
	Tries    int // the number of attempts to queue it

	Stored    bool  // its body is in the vault, because it does not fit the queue
	Spilled   bool  // it is in the vault, because the queue did not take it
	NotQueued error // why the queue did not take what is spilled; do not log its text

	Quarantine Quarantining // whether a request that was refused for its signature is kept
	NotKept    error        // why it is not kept; nil if it is, or over the limit; do not log its text

	Verifying time.Duration // finding the source, reading the sources again, and verifying
	Queueing  time.Duration // all attempts and the pauses between them
	Took      time.Duration // from the request's headers to the answer

	// Err is why it was refused, or nil if it was accepted. Do not log its text, which
	// may quote the webhook.
	Err error
}

// conclude sets the answer.
func (r *Report) conclude(err error) {
	if err == nil {
		r.Status = http.StatusOK
		return
	}
	r.Err = err
	r.Code = codeOf(err, r.Tries)
	r.Status = status(r.Code)
}

// A PanicError says that a webhook made our code or a provider's panic. It has the type of
// the value and not its text, which may quote the webhook.
type PanicError struct {
	Type  string // Go type of the value
	Stack []byte // the stack trace, without values
}

func newPanicError(value any) *PanicError {
	return &PanicError{Type: fmt.Sprintf("%T", value), Stack: debug.Stack()}
}

// Error returns a text with the type of the value.
func (e *PanicError) Error() string { return "panic with a value of type " + e.Type }
