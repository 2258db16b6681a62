package records

import (
	"context"
	"iter"
	"strings"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/queue"
)

// A Ledger is looked into. [dynamo.Reader] is one.
type Ledger interface {
	// Record gives an event's record as it is now, and whether there is one.
	Record(ctx context.Context, key string) (ledger.Record, bool, error)
	// Payload gives the body that is kept beside it, or [dynamo.ErrNoPayload].
	Payload(ctx context.Context, key string) ([]byte, error)
	// Records reads the whole table for the records that are wanted.
	Records(ctx context.Context, s dynamo.Scan) iter.Seq2[dynamo.Found, error]
}

// A Sender takes messages. [queue.Queue] has one.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// An Entry is one event's record with its key.
type Entry struct {
	Key string
	ledger.Record
}

// Source is the source's name.
func (e Entry) Source() string {
	source, _, _ := strings.Cut(e.Key, "#")
	return source
}

// ID is the event's id.
func (e Entry) ID() string {
	_, id, _ := strings.Cut(e.Key, "#")
	return id
}

// Ended reports whether the event has come to its end, good or bad.
func (e Entry) Ended() bool {
	return e.State == ledger.StateCompleted || e.State == ledger.StateFailed
}

// State as people read it, with the reason.
func (e Entry) state() string {
	text := strings.ToLower(string(e.State))
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	return text
}
