package operate

import (
	"context"
	"errors"
	"iter"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
)

// An Intake is a running intake as an operator reaches it: a deployed stack through AWS's
// services, or the hookctl run of this machine. Every query and act is written once, on
// these methods, for both. Each returns an error if its part is not known, with what to do.
type Intake interface {
	Ledger() (Ledger, error)
	Queue() (queue.Queue, error)
	DeadLetters() (queue.Queue, error)
	Vault() (Vault, error)
	Quarantine() (Quarantine, error)
	// Counts returns how many messages the queues hold. On AWS the numbers are approximate.
	Counts(ctx context.Context) (Counts, error)
	Processing
	Runs
	// RunUpkeep does now what upkeep does every few minutes, and returns the outcome of each
	// task, or until when another run is at work at the latest. It returns [ErrNoUpkeep].
	RunUpkeep(ctx context.Context) (upkeep.Answer, error)
}

// ErrNoUpkeep says that nothing is known which could do what upkeep does.
var ErrNoUpkeep = errors.New("upkeep cannot be run here")

// A Ledger is read by an operator. An error not named means that the answer is not known;
// asking again is safe.
type Ledger interface {
	// Record returns an event's record as it is now, and whether there is one.
	Record(ctx context.Context, key string) (ledger.Record, bool, error)
	// Payload returns the event's body if it is kept, or [ledger.ErrNoPayload].
	Payload(ctx context.Context, key string) ([]byte, error)
	// Records reads the whole table for the records that s selects, in no order.
	Records(ctx context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error]
	// Size returns how much Records reads. On AWS it may be hours old.
	Size(ctx context.Context) (ledger.Size, error)
	Index
	Contents
}

// An Index is the sparse index of what is open: the events that failed and are neither
// completed, cancelled nor dropped.
type Index interface {
	// Open returns the entries of a partition, of ledger.OpenPartitions, that come behind
	// after, oldest first, at most limit of them. The zero after means from the first.
	// Fewer than limit means that there are no more.
	Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error)
	// RecordsOf returns the records of the keys, without those that do not exist.
	RecordsOf(ctx context.Context, keys []string) (map[string]ledger.Record, error)
	// Reindex puts the found event into the index, or takes it out, as ledger.Reindex
	// decides, and reports whether it wrote. It writes nothing if the event was claimed or
	// ended since.
	Reindex(ctx context.Context, found ledger.Found, now time.Time) (wrote bool, err error)
	// Drop gives the found event up, as ledger.Drop decides, and reports whether it wrote. It
	// writes nothing if the event was claimed or ended since.
	Drop(ctx context.Context, found ledger.Found, now time.Time) (wrote bool, err error)
}

// Counts are the numbers of messages in an intake's queues.
type Counts struct{ Queue, DeadLetters QueueCounts }

// QueueCounts are the numbers of messages in one queue.
type QueueCounts struct {
	Waiting  int // can be received now
	InFlight int // received, and neither deleted nor visible again
	Delayed  int // can be received later
}

// All returns the number of all messages.
func (c QueueCounts) All() int { return c.Waiting + c.InFlight + c.Delayed }
