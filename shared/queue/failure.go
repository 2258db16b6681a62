package queue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

// A Reason says why a message is a dead letter.
type Reason string

// The reasons.
const (
	ReasonPermanent      Reason = "permanent"       // a handler said that a retry does not help
	ReasonAttempts       Reason = "attempts"        // the last attempt failed
	ReasonPayload        Reason = "payload"         // the body does not fit the typed payload
	ReasonConflict       Reason = "conflict"        // another body with the same event id
	ReasonUnreadable     Reason = "unreadable"      // not a message of ours
	ReasonOutcomeUnknown Reason = "outcome_unknown" // an at-most-once handler may or may not have acted
	ReasonExpired        Reason = "expired"         // the queue would soon have dropped it
	ReasonReceiveLimit   Reason = "receive_limit"   // SQS moved it; shown, never sent

	// Not failures: what an operator's message asks for.
	ReasonReplay Reason = "replay" // run an ended event again
	ReasonRetry  Reason = "retry"  // run a waiting event now
	ReasonCancel Reason = "cancel" // give a waiting event up
)

// MaxErrorLen is the number of characters of an error's text that a dead letter carries.
const MaxErrorLen = 500

// MaxHandlers is the number of handlers that each list of a Failure names at most. The
// ledger keeps the names in the event's record, which has to stay small.
const MaxHandlers = 32

// A Failure says why a message is a dead letter, or what an operator asks for. It is the
// JSON of the attribute "failure".
// Encode and Decode make Error printable: they replace characters that are not by a space,
// and cut the text after MaxErrorLen characters.
type Failure struct {
	Reason   Reason `json:"reason"`
	Error    string `json:"error,omitempty"`
	Attempts int    `json:"attempts,omitempty"` // every run of the handlers, those that did not count included
	At       int64  `json:"at,omitempty"`       // unix milliseconds
	Fence    int64  `json:"fence,omitempty"`    // of the claim that failed; the ledger reopens for no other

	// Set by an operator only. Each holds at most MaxHandlers names of handlers.
	Handlers   []string `json:"handlers,omitempty"`    // run these again; empty means all
	AssumeDone []string `json:"assume_done,omitempty"` // treat these as done
}

// validHandlers reports whether the names can be those of handlers, and are not too many.
func validHandlers(names []string) bool {
	return len(names) <= MaxHandlers && !slices.ContainsFunc(names, func(name string) bool { return !webhook.ValidName(name) })
}

// sendable reports whether a message may have the reason. A reason that this version does
// not know may come from another version. It is shown to operators, so it must be
// printable.
func (r Reason) sendable() bool { return webhook.ValidName(string(r)) && r != ReasonReceiveLimit }

func (f Failure) encode() (string, error) {
	if !f.Reason.sendable() {
		return "", fmt.Errorf("%w: a failure has no reason %q", ErrInvalid, f.Reason)
	}
	if !validHandlers(f.Handlers) || !validHandlers(f.AssumeDone) {
		return "", fmt.Errorf("%w: a failure names more than %d handlers, or one whose name is malformed", ErrInvalid, MaxHandlers)
	}
	f.Error = webhook.Printable(f.Error, MaxErrorLen)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // six bytes for one "<" could exceed attributeRoom
	if err := e.Encode(f); err != nil {
		return "", fmt.Errorf("%w: failure: %w", ErrInvalid, err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
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
	if !validHandlers(f.Handlers) || !validHandlers(f.AssumeDone) {
		return nil, fmt.Errorf("attribute failure names more than %d handlers, or one whose name is malformed", MaxHandlers)
	}
	f.Error = webhook.Printable(f.Error, MaxErrorLen)
	return &f, nil
}
