package upkeep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
)

// Notes keeps the lease of the runs and the cursors of tasks. A [ledger.Notes] is one.
type Notes interface {
	GetNote(ctx context.Context, name string) (ledger.Note, error)
	PutNote(ctx context.Context, name string, version int64, text string) error
}

// maxLease is longer than any run: Lambda ends one after 15 minutes. A lease that ends later
// was written by a wrong clock, or by somebody else, and holds up nobody: otherwise upkeep
// would stand still until then, and say nothing.
const maxLease = 20 * time.Minute

// leaseTime is the longest that taking the lease takes. A table that hangs must not use up the
// time of the tasks, most of which do not need it.
const leaseTime = Tail

// leaseNote is the name of the note with the lease.
const leaseNote = "upkeep"

// A lease says who runs, and until when at most. It ends by itself, so a run that dies
// holds up the others no longer than it could have lived.
type lease struct {
	Owner string `json:"owner"` // 128 random bits, so that no two takers write the same text
	Until int64  `json:"until"` // Unix milliseconds
}

// A BusyError says that another run is not over.
type BusyError struct{ Until time.Time } // when its lease ends at the latest

// Error says until when.
func (e *BusyError) Error() string {
	return "another run is at work, until " + e.Until.UTC().Format(time.TimeOnly) + " UTC at the latest"
}

// take takes the lease. The error is a [*BusyError] if somebody else has it. After any other
// error nobody may know who has it. The returned release ends it, and is never nil.
func take(ctx context.Context, notes Notes, now func() time.Time, until time.Time) (release func(context.Context) error, err error) {
	none := func(context.Context) error { return nil }
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	for range 2 { // the second time to see who was faster
		note, err := notes.GetNote(ctx, leaseNote)
		if err != nil {
			return none, fmt.Errorf("take the lease: %w", err)
		}
		var found lease
		_ = json.Unmarshal([]byte(note.Text), &found) // a note that is no lease holds up nobody
		if held := time.UnixMilli(found.Until); now().Before(held) && held.Sub(now()) <= maxLease {
			return none, &BusyError{Until: held}
		}
		text, err := json.Marshal(lease{Owner: rand.Text(), Until: until.UnixMilli()})
		if err != nil {
			return none, err
		}
		err = notes.PutNote(ctx, leaseNote, note.Version, string(text))
		if errors.Is(err, ledger.ErrNoteMoved) {
			continue
		}
		if err != nil {
			return none, fmt.Errorf("take the lease: %w", err)
		}
		return func(ctx context.Context) error { return giveBack(ctx, notes, note.Version+1) }, nil
	}
	return none, &BusyError{Until: until}
}

// giveBack ends the lease at that version, even if ctx has ended.
func giveBack(ctx context.Context, notes Notes, version int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Tail/2)
	defer cancel()
	err := notes.PutNote(ctx, leaseNote, version, "{}")
	if err == nil || errors.Is(err, ledger.ErrNoteMoved) { // it had ended, and another run has it
		return nil
	}
	return fmt.Errorf("give back the lease: %w", err)
}
