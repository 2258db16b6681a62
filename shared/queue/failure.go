package queue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

// A Reason says why a message is a dead letter.
type Reason string

// The reasons.
const (
	ReasonPermanent      Reason = "permanent"       // a handler said that no retry can help
	ReasonAttempts       Reason = "attempts"        // the last of the tries failed
	ReasonPayload        Reason = "payload"         // the body does not fit the typed payload
	ReasonConflict       Reason = "conflict"        // another body under the same event id
	ReasonUnreadable     Reason = "unreadable"      // not a message of ours
	ReasonOutcomeUnknown Reason = "outcome_unknown" // an at-most-once handler may or may not have acted
	ReasonExpired        Reason = "expired"         // the queue was about to drop it
	ReasonReceiveLimit   Reason = "receive_limit"   // SQS moved it itself; only shown, never sent
	ReasonReplay         Reason = "replay"          // not a failure: an operator asks to run it again
)

// MaxErrorLen is how many characters of an error's text a dead letter carries.
const MaxErrorLen = 500

// A Failure is what a dead letter says about itself, the JSON of its attribute
// "failure". Encode and Decode make Error fit to print: a space in place of what is no
// printable character, and at most MaxErrorLen of them.
type Failure struct {
	Reason   Reason `json:"reason"`
	Error    string `json:"error,omitempty"`
	Attempts int    `json:"attempts,omitempty"` // every run of the handlers, those that did not count included
	At       int64  `json:"at,omitempty"`       // unix milliseconds
	Fence    int64  `json:"fence,omitempty"`    // of the claim that failed; the ledger reopens for no other

	// From an operator only.
	Handlers   []string `json:"handlers,omitempty"`    // replay these; empty means all
	AssumeDone []string `json:"assume_done,omitempty"` // take these as done
}

// sendable reports whether a message may have the reason. One that this version does not
// know may come from another, but is shown to operators, so it has to be printable.
func (r Reason) sendable() bool { return webhook.ValidName(string(r)) && r != ReasonReceiveLimit }

func (f Failure) encode() (string, error) {
	if !f.Reason.sendable() {
		return "", fmt.Errorf("%w: a failure has no reason %q", ErrInvalid, f.Reason)
	}
	f.Error = webhook.Printable(f.Error, MaxErrorLen)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // six bytes for one "<" would pass attributeRoom
	if err := e.Encode(f); err != nil {
		return "", fmt.Errorf("%w: failure: %w", ErrInvalid, err)
	}
	value := strings.TrimSuffix(b.String(), "\n")
	if !ValidText(value) {
		return "", fmt.Errorf("%w: a handler's name that SQS does not take", ErrInvalid)
	}
	return value, nil
}

func decodeFailure(attributes map[string]string) (*Failure, error) {
	value, ok := attributes[AttrFailure]
	if !ok {
		return nil, nil
	}
	var f Failure
	if err := json.Unmarshal([]byte(value), &f); err != nil || !f.Reason.sendable() {
		return nil, errors.New("attribute failure is malformed")
	}
	f.Error = webhook.Printable(f.Error, MaxErrorLen)
	return &f, nil
}
