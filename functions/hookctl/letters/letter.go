package letters

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"webhookintake/shared/queue"
)

// A Letter is one message of a dead-letter queue.
type Letter struct{ queue.Message }

// Reasons are those that a letter can have, in the order in which they are listed.
func Reasons() []queue.Reason {
	return []queue.Reason{
		queue.ReasonPermanent, queue.ReasonAttempts, queue.ReasonPayload, queue.ReasonOutcomeUnknown,
		queue.ReasonExpired, queue.ReasonConflict, queue.ReasonUnreadable, queue.ReasonReceiveLimit, queue.ReasonReplay,
	}
}

// Reason says why the event was given up. A letter that says nothing about itself was
// moved by SQS.
func (l Letter) Reason() queue.Reason {
	switch {
	case l.Unreadable != nil:
		return queue.ReasonUnreadable
	case l.Failure == nil:
		return queue.ReasonReceiveLimit
	}
	return l.Failure.Reason
}

// Name is what an operator calls the letter: the event's id, or that of the message
// where the event's cannot be read.
func (l Letter) Name() string {
	if l.ID == "" || l.Unreadable != nil {
		return l.Wire.MessageID
	}
	return l.ID
}

// At is when the event was given up; zero if nobody knows.
func (l Letter) At() time.Time {
	if l.Failure != nil && l.Failure.At > 0 {
		return time.UnixMilli(l.Failure.At).UTC()
	}
	return l.Wire.Sent.UTC()
}

// byAge compares letters by when they were given up, and always puts the same letters into
// the same order.
func byAge(a, b Letter) int {
	return cmp.Or(a.At().Compare(b.At()), cmp.Compare(a.Key(), b.Key()), cmp.Compare(a.Wire.MessageID, b.Wire.MessageID))
}

// Cause is what went wrong, in words.
func (l Letter) Cause() string {
	switch {
	case l.Failure != nil && l.Failure.Error != "":
		return l.Failure.Error
	case l.Unreadable != nil:
		return l.Unreadable.Error()
	}
	return ""
}

// Attempts is how often handlers ran for the event; 0 if nobody knows.
func (l Letter) Attempts() int {
	if l.Failure == nil {
		return 0
	}
	return l.Failure.Attempts
}

// hash is the body's, as the ledger keeps it.
func (l Letter) hash() string {
	sum := sha256.Sum256(l.Raw)
	return hex.EncodeToString(sum[:])
}

// withoutBody is the letter without what takes memory.
func (l Letter) withoutBody() Letter {
	l.Raw, l.Wire.Body = nil, ""
	return l
}

// A Filter chooses letters. Each field that is set has to fit; the zero Filter chooses
// all.
type Filter struct {
	IDs     []string // of events or of messages
	Reasons []queue.Reason
	Sources []string
	Types   []string
}

// Chooses reports whether the filter chooses l.
func (f Filter) Chooses(l Letter) bool {
	id := len(f.IDs) == 0 || slices.Contains(f.IDs, l.Wire.MessageID) || l.ID != "" && slices.Contains(f.IDs, l.ID)
	return id && within(f.Reasons, l.Reason()) && within(f.Sources, l.Source) && within(f.Types, l.Type)
}

func within[T comparable](list []T, one T) bool { return len(list) == 0 || slices.Contains(list, one) }
