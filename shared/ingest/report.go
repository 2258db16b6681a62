package ingest

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"webhookintake/shared/webhook"
)

// UnknownSource stands in a [Report] for every name that is not configured, so that
// strangers can neither write into logs nor make new metrics.
const UnknownSource = "unknown"

// NoSecret stands in a [Report] where no secret matched.
const NoSecret = -1

// A Report says what came of one request. All of it but Err may be logged.
type Report struct {
	Source   string       // the configured source's name, or UnknownSource
	Provider string       // its provider's name; empty for UnknownSource
	ID, Type string       // of the event; empty unless verified
	Secret   int          // index of the secret that matched, or NoSecret
	Status   int          // the HTTP status that was answered
	Code     webhook.Code // why it was refused; empty where it was accepted
	Tries    int          // how often it was sent to the queue

	Verifying time.Duration // finding the source, reading the sources anew, and verifying
	Queueing  time.Duration // all tries and the pauses between them
	Took      time.Duration // from the request's headers to the answer

	// Err is why it was refused; nil where it was accepted. Its text is not for logs:
	// nothing promises that it is free of a webhook's content.
	Err error
}

// conclude settles what is answered.
func (r *Report) conclude(err error) {
	if err == nil {
		r.Status = http.StatusOK
		return
	}
	r.Err = err
	r.Code = codeOf(err, r.Tries)
	r.Status = status(r.Code)
}

// A PanicError says that code of ours or of a provider's panicked over a webhook. It
// tells the value's type and not its text, which may quote the webhook.
type PanicError struct {
	Type  string // Go type of the value
	Stack []byte // where; holds addresses and no values
}

func newPanicError(value any) *PanicError {
	return &PanicError{Type: fmt.Sprintf("%T", value), Stack: debug.Stack()}
}

// Error gives the type of what was thrown.
func (e *PanicError) Error() string { return "panic with a value of type " + e.Type }
