package contiguity

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// An Error is why a call of [Client] failed. It is a [webhook.RetryHint]: a handler that
// returns it gets the retry that is right. Neither its text nor its fields hold the token
// or a phone number.
type Error struct {
	Op      string // what was called: "send text"
	Status  int    // of the HTTP answer; 0 where none came
	Message string // the provider's words, with numbers and addresses hidden; or what to change
	ID      string // err_…, for the provider's support; empty where none came

	retry webhook.Retry
	cause error // nil where the provider answered why
}

// Error gives the call, the status, and why.
func (e *Error) Error() string {
	text := e.Op
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.ID != "" {
		text += " (" + e.ID + ")"
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the error of the network or of the context, where there was one.
func (e *Error) Unwrap() error { return e.cause }

// Retry implements [webhook.RetryHint]. NotSent: the answer was 429, or no connection was
// made. Permanent: the answer was another 4xx, or the call was refused before it was
// made. Neither: the answer was 5xx, 408 or unreadable, or none came in time after the request
// may have been written, so that nobody knows whether the message was sent.
func (e *Error) Retry() webhook.Retry { return e.retry }

// refusal is an error of what the caller gave. No request was made.
func refusal(op, problem string) *Error {
	return &Error{Op: op, Message: problem, retry: webhook.Retry{Permanent: true}}
}

// refused is the error of an answer that is no 2xx.
func (c *Client) refused(op string, got rest.Answer, sent []byte) *Error {
	// The provider does not document the header Retry-After.
	e := &Error{Op: op, Status: got.Status, retry: rest.Retry(got.Status, rest.RetryAfter(got.Header))}
	var answer response[failure]
	if json.Unmarshal(got.Body, &answer) == nil {
		e.Message = c.hide(answer.Data.Error, sent)
		if webhook.ValidName(answer.ID) {
			e.ID = c.hide(answer.ID, sent)
		}
	}
	return e
}

// maxMessage is how much of the provider's words is kept, in bytes.
const maxMessage = 300

// minHidden is how long a value is at least that is looked for in the provider's words.
// A shorter one may be part of any word, and tells little.
const minHidden = 4

// What the provider's words may quote: numbers as people write them, addresses of
// e-mail, which iMessage uses in their place, and addresses of files.
var (
	fileAddress  = regexp.MustCompile(`https?://\S+`)
	phoneNumber  = regexp.MustCompile(`\+?\d[\d ().-]{4,}\d`)
	emailAddress = regexp.MustCompile(`[^\s@"'<>]+@[^\s@"'<>]+`)
)

// hide makes the provider's words fit for logs. Whatever else the answer quotes of what
// was sent, it hides as well.
func (c *Client) hide(text string, sent []byte) string {
	text = strings.ReplaceAll(text, c.Token.Reveal(), "[token]")
	var values map[string]any
	_ = json.Unmarshal(sent, &values) // a call without a body quotes nothing
	for _, name := range []string{"message", "to", "from"} {
		if value, _ := values[name].(string); len(value) >= minHidden {
			text = strings.ReplaceAll(text, value, "["+name+"]")
		}
	}
	text = fileAddress.ReplaceAllString(text, "[url]")
	text = emailAddress.ReplaceAllString(text, "[address]")
	text = phoneNumber.ReplaceAllString(text, "[number]")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}
