package kyc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// An Error is a call of the API that did not do what was asked. It is a
// [webhook.RetryHint], so a handler can return it as it is:
//
//   - 429 waits for as long as the answer says; nothing was done, so it was not sent.
//   - Other 4xx, and an answer that cannot be read, are permanent.
//   - Where no connection was made, it was not sent.
//   - 5xx, and a connection that broke, say neither: it may have been done.
//
// It never holds a token, and Error shows nothing of what was sent or answered but the
// status and the provider's code.
type Error struct {
	Op      string // what was asked, as "get watchlist"
	Status  int    // the HTTP status; 0 where no answer came
	Code    string // the provider's word for it, as "rate_limited"; often empty
	Message string // the provider's sentence; Error leaves it out, as it may quote what was sent
	Err     error  // what happened in place of an answer, or is wrong with it; else nil

	retry webhook.Retry
}

// Error says what was asked and what became of it.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("kyc: " + e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	if e.Code != "" {
		text.WriteString(", " + e.Code)
	}
	if e.Err != nil {
		text.WriteString(": " + e.Err.Error())
	}
	return text.String()
}

// Unwrap gives what happened in place of an answer.
func (e *Error) Unwrap() error { return e.Err }

// Retry implements [webhook.RetryHint].
func (e *Error) Retry() webhook.Retry { return e.retry }

// wrongRequest is the Error of a call that can never be made like this.
func wrongRequest(op, field, problem string) *Error {
	return &Error{
		Op: op, Err: &webhook.FieldError{Field: field, Problem: problem},
		retry: webhook.Retry{Permanent: true, NotSent: true},
	}
}

// failure is the Error of a call that had no answer, or none that could be read.
func failure(op string, f *rest.Failure) *Error {
	switch {
	case errors.Is(f.Err, rest.ErrRequest):
		return wrongRequest(op, "base_url", "give an absolute URL, as "+ProductionURL)
	case errors.Is(f.Err, rest.ErrTooLong):
		return unreadable(op, f.Status, f.Err)
	}
	return &Error{Op: op, Status: f.Status, Err: f.Err, retry: webhook.Retry{NotSent: f.NotSent}}
}

// unreadable is the Error of an answer that is not what is documented.
func unreadable(op string, status int, err error) *Error {
	return &Error{Op: op, Status: status, Err: err, retry: webhook.Retry{Permanent: true}}
}

// refusal reads the Error out of an answer of that status.
func refusal(op string, status int, body []byte) *Error {
	e := &Error{Op: op, Status: status}
	// A proxy's page is no object: it says no more than the status.
	o, _ := webhook.ParseObject(body)
	var code string
	if json.Unmarshal(o.Get("error"), &code) == nil && rest.IsWord(code) {
		e.Code = code
	}
	_ = json.Unmarshal(o.Get("message"), &e.Message) // an error leaves it empty
	e.retry = rest.Retry(status, retryAfter(o.Get("retry_after")))
	return e
}

// retryAfter reads retry_after, in seconds: 429 says it in the body, not in a header.
func retryAfter(raw json.RawMessage) time.Duration {
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || !(seconds > 0) {
		return 0
	}
	return time.Duration(math.Ceil(min(seconds, math.MaxInt32))) * time.Second
}
