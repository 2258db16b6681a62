package ledger

import (
	"cmp"
	"errors"
	"hash/fnv"
	"time"
	"unicode/utf8"

	"webhookintake/shared/webhook"
)

// An event is open from its first failure until it is completed, cancelled or dropped: it
// waits for another try, or its letter waits for an operator. An event that goes well is never open,
// so the index of open events costs it nothing.

// ReasonCancelled is the reason of a record whose event an operator cancelled, from the
// claim on: the next claim ends it as failed, without a run and without a letter.
const ReasonCancelled = "cancelled"

// ErrNoIndex says that a table has no index of what is open yet: the version that is
// deployed is older.
var ErrNoIndex = errors.New("the table has no index of what is open")

const (
	// OpenPartitions is the number of partitions of the index of open events. One partition
	// would limit how many events a second can fail.
	OpenPartitions = 16
	// MaxKind is the length of a Record's Kind, in bytes.
	MaxKind = 80
)

// OpenPartition returns the partition of the index that the event with that key belongs to,
// from 0 to OpenPartitions-1.
func OpenPartition(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum32() % OpenPartitions)
}

// An OpenEntry is the entry of one event in the index of open events. It may be older than
// the event's record, and stays behind if a process of an older version completes the
// event: the record decides.
type OpenEntry struct {
	Key      string
	Since    time.Time
	Type     string
	Kind     string
	Reason   string
	Received time.Time
}

// Of reports whether the entry is of an event of that source and type, either of which may be
// empty for all; probes are only of their own source.
func (e OpenEntry) Of(source, eventType string) bool {
	return Scan{Source: source, Type: eventType}.Matches(e.Key, Record{Type: e.Type})
}

// IsOpen reports whether the event waits for another try or for an operator.
func (r Record) IsOpen() bool {
	return !r.Since.IsZero() && r.State != StateCompleted && !r.givenUp()
}

// open marks the record as open from at on, unless it is already. An empty kind keeps the
// recorded one.
func (r *Record) open(at time.Time, kind string) {
	if r.Since.IsZero() {
		r.Since = at
	}
	r.Kind = cutKind(cmp.Or(kind, r.Kind))
}

// close marks the record as not open.
func (r *Record) close() { r.Since, r.Kind = time.Time{}, "" }

// cutKind returns kind without control characters, cut to MaxKind bytes.
func cutKind(kind string) string {
	kind = webhook.Printable(kind, MaxKind)
	for len(kind) > MaxKind {
		_, last := utf8.DecodeLastRuneInString(kind)
		kind = kind[:len(kind)-last]
	}
	return kind
}

// openAfter marks rec as open or not, as e ends its claim. A release under which nothing
// ran, for no reason, says nothing about the event: the function had no time left.
func openAfter(rec *Record, e End, at time.Time) {
	switch {
	case e.State == StateCompleted, e.State == StateFailed && e.Reason == ReasonCancelled:
		rec.close()
	case e.State == StateFailed, e.Ran, e.Reason != "":
		rec.open(at, cmp.Or(e.Kind, rec.Kind, e.Reason))
	}
}
