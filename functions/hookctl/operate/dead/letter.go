package dead

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"webhookintake/shared/queue"
)

// A Letter is one message of a dead-letter queue.
type Letter struct {
	queue.Message
	// Folded has the message ids of the event's other letters, which this one stands for.
	Folded []string

	fold foldKey // zero unless the letter was chosen by a look
}

// Reasons returns the reasons that a letter can have, in the order of lists.
func Reasons() []queue.Reason {
	return []queue.Reason{
		queue.ReasonPermanent, queue.ReasonAttempts, queue.ReasonPayload, queue.ReasonOutcomeUnknown,
		queue.ReasonExpired, queue.ReasonConflict, queue.ReasonUnreadable, queue.ReasonReceiveLimit, queue.ReasonReplay,
	}
}

// Reason returns why the event was given up. SQS itself moved a letter that does not say.
func (l Letter) Reason() queue.Reason {
	switch {
	case l.Unreadable != nil:
		return queue.ReasonUnreadable
	case l.Failure == nil:
		return queue.ReasonReceiveLimit
	}
	return l.Failure.Reason
}

// Name is how an operator names the letter: by the event's id, or by the message's if the
// event's cannot be read.
func (l Letter) Name() string {
	if l.ID == "" || l.Unreadable != nil {
		return l.Wire.MessageID
	}
	return l.ID
}

// At returns when the event was given up, in UTC; the zero time if that is not known.
func (l Letter) At() time.Time {
	if l.Failure != nil && l.Failure.At > 0 {
		return time.UnixMilli(l.Failure.At).UTC()
	}
	return l.Wire.Sent.UTC()
}

// byAge compares letters by when they were given up. The order of the same letters is
// always the same.
func byAge(a, b Letter) int {
	return cmp.Or(a.At().Compare(b.At()), cmp.Compare(a.Key(), b.Key()), cmp.Compare(a.Wire.MessageID, b.Wire.MessageID))
}

// Cause returns the error for which the event was given up.
func (l Letter) Cause() string {
	switch {
	case l.Failure != nil && l.Failure.Error != "":
		return l.Failure.Error
	case l.Unreadable != nil:
		return l.Unreadable.Error()
	}
	return ""
}

// Attempts returns how often handlers ran for the event; 0 if that is not known.
func (l Letter) Attempts() int {
	if l.Failure == nil {
		return 0
	}
	return l.Failure.Attempts
}

// Fence returns that of the claim that failed; 0 if that is not known.
func (l Letter) Fence() int64 {
	if l.Failure == nil {
		return 0
	}
	return l.Failure.Fence
}

// Hash returns the body's hash in the ledger's form.
func (l Letter) Hash() string {
	if l.Origin.Stored != nil {
		return l.Origin.Stored.SHA256
	}
	sum := sha256.Sum256(l.Raw)
	return hex.EncodeToString(sum[:])
}

// withoutBody returns the letter without what takes memory.
func (l Letter) withoutBody() Letter {
	l.Raw, l.Wire.Body = nil, ""
	return l
}

// A Filter matches letters. Every field that is set has to match; the zero Filter matches
// all.
type Filter struct {
	IDs     []string // of events or of messages
	Reasons []queue.Reason
	Sources []string
	Types   []string
	From    time.Time // given up then or later
	Until   time.Time // given up before
}

// Matches reports whether l matches the filter.
func (f Filter) Matches(l Letter) bool {
	id := len(f.IDs) == 0 || slices.Contains(f.IDs, l.Wire.MessageID) || l.ID != "" && slices.Contains(f.IDs, l.ID)
	at := l.At()
	inTime := (f.From.IsZero() || !at.Before(f.From)) && (f.Until.IsZero() || at.Before(f.Until))
	return id && inTime && within(f.Reasons, l.Reason()) && within(f.Sources, l.Source) && within(f.Types, l.Type)
}

func within[T comparable](list []T, one T) bool { return len(list) == 0 || slices.Contains(list, one) }

// Body returns the event's body, what says where it is in the vault (see
// [operate.WholeBody]), or the message's body if it is not an event.
func (l Letter) Body() []byte {
	switch {
	case l.Unreadable != nil:
		return []byte(l.Wire.Body)
	case l.Origin.Stored != nil:
		return l.Origin.Stored.Reference()
	}
	return l.Raw
}
