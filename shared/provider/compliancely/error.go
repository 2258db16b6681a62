package compliancely

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
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
// status, the provider's code and the names of fields.
type Error struct {
	Op      string   // what was asked, as "submit TIN match"
	Status  int      // the HTTP status; 0 where no answer came
	Code    string   // the provider's word for it, as "credit_message"; often empty
	Fields  []string // the fields that the provider found wrong
	Message string   // the provider's sentence; Error leaves it out, as it may quote what was sent
	Err     error    // what happened in place of an answer, or is wrong with it; else nil

	retry webhook.Retry
}

// Error says what was asked and what became of it.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("compliancely: " + e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	if e.Code != "" {
		text.WriteString(", " + e.Code)
	}
	if len(e.Fields) > 0 {
		text.WriteString(", look at " + strings.Join(e.Fields, ", "))
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

// unsent is the Error of a call that was refused before it was made.
func unsent(op string, err error) *Error {
	return &Error{Op: op, Err: err, retry: webhook.Retry{NotSent: true}}
}

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
		return wrongRequest(op, "path", "it makes no URL, or the method is none")
	case errors.Is(f.Err, rest.ErrTooLong):
		return unreadable(op, f.Status, f.Err)
	}
	return &Error{Op: op, Status: f.Status, Err: f.Err, retry: webhook.Retry{NotSent: f.NotSent}}
}

// unreadable is the Error of an answer that is not what is documented. What was asked
// for was done, so trying again would do it twice.
func unreadable(op string, status int, err error) *Error {
	return &Error{Op: op, Status: status, Err: err, retry: webhook.Retry{Permanent: true}}
}

// refusal reads the Error out of an answer of that status.
func refusal(op string, status int, after time.Duration, body []byte) *Error {
	e := &Error{Op: op, Status: status}
	e.readBody(body)
	e.retry = rest.Retry(status, after)
	return e
}

// maxFields is how many names of fields an Error lists.
const maxFields = 10

// readBody knows the documented forms: {"detail"}, {"code", "message"},
// {"errors": [{"code", "message"}]} and, of v1, {"<field>": ["…"]}.
func (e *Error) readBody(body []byte) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return // a proxy's page, which says no more than the status
	}
	e.readCode(o.Get("code"))
	for _, name := range []string{"detail", "message"} {
		if e.Message == "" {
			_ = json.Unmarshal(o.Get(name), &e.Message) // an error leaves it empty
		}
	}
	var listed []struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(o.Get("errors"), &listed) == nil && len(listed) > 0 {
		e.readCode(listed[0].Code)
		e.Message = listed[0].Message
		return
	}
	fields := maps.Collect(o.All())
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name][0] == '[' && rest.IsWord(name) && len(e.Fields) < maxFields {
			e.Fields = append(e.Fields, name)
		}
	}
}

// readCode takes a word, and leaves out what is none.
func (e *Error) readCode(raw json.RawMessage) {
	var text string
	if json.Unmarshal(raw, &text) == nil && rest.IsWord(text) {
		e.Code = text
	}
}
