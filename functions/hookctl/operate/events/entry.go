package events

import (
	"context"
	"iter"
	"strings"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// A Ledger is read. [dynamo.Reader] is one.
type Ledger interface {
	// Record returns an event's record as it is now, and whether there is one.
	Record(ctx context.Context, key string) (ledger.Record, bool, error)
	// Payload returns the event's body if it is kept, or [ledger.ErrNoPayload].
	Payload(ctx context.Context, key string) ([]byte, error)
	// Records reads the whole table for the records that s selects.
	Records(ctx context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error]
	// Size returns how much Records reads.
	Size(ctx context.Context) (ledger.Size, error)
}

// A Sender sends messages. [queue.Queue] is one.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// An Entry is one event's record with its key.
type Entry struct {
	Key string
	ledger.Record
}

// Source returns the source's name.
func (e Entry) Source() string {
	source, _, _ := strings.Cut(e.Key, "#")
	return source
}

// ID returns the event's id.
func (e Entry) ID() string {
	_, id, _ := strings.Cut(e.Key, "#")
	return id
}

// Ended reports whether the event has ended, completed or failed.
func (e Entry) Ended() bool {
	return e.State == ledger.StateCompleted || e.State == ledger.StateFailed
}

// HasLetter reports whether the event failed for good and no operator gave it up, so that it
// has a dead letter.
func (e Entry) HasLetter() bool {
	return e.State == ledger.StateFailed && e.Reason != ledger.ReasonCancelled && e.Reason != ledger.ReasonDropped
}

// StateText returns the state in lower case, with the reason.
func (e Entry) StateText() string {
	text := strings.ToLower(string(e.State))
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	return text
}

// LastError returns why the last run left the event unfinished, with the handler; empty if
// the event is completed, or its record does not say.
func (e Entry) LastError() string {
	if e.State == ledger.StateCompleted || len(e.Tries) == 0 {
		return ""
	}
	last := e.Tries[len(e.Tries)-1]
	if last.Handler == "" {
		return last.Error
	}
	return last.Handler + ": " + last.Error
}

// NextTry returns when the event is tried again at the earliest, or zero if it is not.
func (e Entry) NextTry() time.Time {
	switch e.State {
	case ledger.StateReleased:
		return e.NotBefore
	case ledger.StateClaimed:
		return e.Lease
	}
	return time.Time{}
}

// Next returns what happens next to the event, or "" if nothing does. Format writes times.
func (e Entry) Next(now time.Time, format func(time.Time) string) string {
	switch {
	case e.State == ledger.StateReleased && e.Reason != "":
		return "its dead letter could not be sent; the next try is at " + format(e.NotBefore)
	case e.State == ledger.StateReleased:
		return "waits in the queue for its next try at " + format(e.NotBefore)
	case e.State == ledger.StateClaimed && now.Before(e.Lease):
		return "is being handled, until " + format(e.Lease) + " at the latest"
	case e.State == ledger.StateClaimed:
		return "its process ended without finishing it: the lease ended at " + format(e.Lease) + "; the queue delivers it again"
	case e.HasLetter():
		return "its dead letter waits for you: hookctl dead show " + e.ID()
	case e.Reason == ledger.ReasonUnhandled:
		return "no handler was registered for its type; replay it once there is one"
	}
	return ""
}
