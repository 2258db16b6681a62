package ledger

import (
	"errors"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// ErrNoPayload says that a ledger does not have an event's payload: the payloads of its
// source are not kept, or it was too large.
var ErrNoPayload = errors.New("the payload is not kept")

// A Scan says which records an operator wants. An empty field excludes nothing.
type Scan struct {
	Source string // the source's name; only with that of probes are those included
	Type   string
	State  State
	Reason string
	From   time.Time // received then or later
	Until  time.Time // received before

	// Segments is how many parts of the table are read side by side, which is as many
	// times faster, at the same cost; 0 means 1.
	Segments int
	// Progress, if set, is called after each page with the number of items read so far,
	// including those that are left out.
	Progress func(items int)
	// Skipped, if set, is called for each item that is not a record of the ledger, with
	// what is wrong with it. If nil, the first such item ends the scan with that error.
	Skipped func(why error)
}

// Matches reports whether s wants the record of key.
func (s Scan) Matches(key string, r Record) bool {
	switch {
	case s.Source != webhook.Probe && webhook.IsProbeRecord(key, r.Type),
		s.Source != "" && !strings.HasPrefix(key, s.Source+"#"),
		s.Type != "" && r.Type != s.Type,
		s.State != "" && r.State != s.State,
		s.Reason != "" && r.Reason != s.Reason,
		!s.From.IsZero() && r.Received.Before(s.From),
		!s.Until.IsZero() && !r.Received.Before(s.Until):
		return false
	}
	return true
}

// A Found is one record with its key.
type Found struct {
	Key    string
	Record Record
}

// A Size is how large a table is, payloads and all other items included.
type Size struct{ Items, Bytes int64 }

// ReadUnits returns how many read units it takes to read the whole table.
func (s Size) ReadUnits() int64 { return (s.Bytes + unit - 1) / unit }

// unit is what DynamoDB reads for one read unit if a read need not be consistent.
const unit = 8 << 10
