package rest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

// An Error says why a call failed. It is a [webhook.RetryHint], so a handler can return
// it as it is:
//
//   - Status 429: nothing was done, and the call may be made again after a wait.
//   - Other statuses 4xx, and a call that can never succeed: permanent.
//   - No connection was made: nothing was sent.
//   - Status 5xx or 408, and a connection that broke: the outcome is unknown.
//
// The text shows no token, nothing that was sent, and of the answer only what cannot be
// personal data.
type Error struct {
	Provider string   // whose API it is, as "kyc"
	Op       string   // the call, as "get watchlist"
	Status   int      // the HTTP status; 0 if no answer came
	Code     string   // the provider's code, as "rate_limited"; often empty
	Fields   []string // the fields that the provider rejects
	Message  string   // the provider's sentence, which may quote what was sent
	ID       string   // the provider's id of the failed call, for its support
	Err      error    // what happened instead of an answer, or what is wrong with it; else nil

	retry       webhook.Retry
	showMessage bool
}

// Error gives the provider, the call and the reason.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Provider + ": " + e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	if e.Code != "" {
		text.WriteString(", " + e.Code)
	}
	if len(e.Fields) > 0 {
		text.WriteString(", look at " + strings.Join(e.Fields, ", "))
	}
	if e.showMessage && e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	if e.ID != "" {
		text.WriteString(" (" + e.ID + ")")
	}
	if e.Err != nil {
		text.WriteString(": " + e.Err.Error())
	}
	return text.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Retry implements [webhook.RetryHint].
func (e *Error) Retry() webhook.Retry { return e.retry }

// WithRetry is a copy of e that gives another hint.
func WithRetry(e *Error, retry webhook.Retry) *Error {
	changed := *e
	changed.retry = retry
	return &changed
}

// Invalid is the Error of a call that cannot be made as it is. The fault is in the named
// field; nothing was sent.
func (c *Client) Invalid(op, field, problem string) *Error {
	e := c.NotSent(op, &webhook.FieldError{Field: field, Problem: problem})
	e.retry.Permanent = true
	return e
}

// NotSent is the Error of a call that ended before anything was sent.
func (c *Client) NotSent(op string, err error) *Error {
	e := c.fail(op, 0, err)
	e.retry = webhook.Retry{NotSent: true}
	return e
}

// Unreadable is the Error of an answer that is not of the documented form.
func (c *Client) Unreadable(op string, status int, err error) *Error {
	e := c.fail(op, status, err)
	e.retry = webhook.Retry{Permanent: !c.o.UnreadableUnknown}
	return e
}

// Refused returns the Error for an answer that says the call was not done, whatever its
// status.
func (c *Client) Refused(op string, got Answer, sent []byte) *Error {
	e := c.fail(op, got.Status, nil)
	e.showMessage = c.o.ShowMessage
	after := c.o.Explain(e, got.Body, sent)
	e.retry = retryOf(got.Status, cmp.Or(after, retryAfter(got.header)))
	return e
}

func (c *Client) fail(op string, status int, err error) *Error {
	return &Error{Provider: c.o.Provider, Op: op, Status: status, Err: err}
}

// Code reads a provider's code. It returns "" for a value that is not a program's word,
// such as rate_limited, because any other text may be personal data.
func Code(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil || !IsWord(text) {
		return ""
	}
	return text
}

// IsWord reports whether text is a program's word, such as rate_limited, which an error
// may show.
func IsWord(text string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	return text != "" && len(text) <= 40 && strings.Trim(text, letters) == ""
}
