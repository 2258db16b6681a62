package events

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
)

// A Match says which events an act is for. Every field that is set has to match.
type Match struct {
	Keys []string // these events; empty means all
	Open bool     // look for them in the index of what is open; else in the whole table
	// Ended is whether they have ended, completed or failed. With EndedOrNot it does not matter.
	Ended, EndedOrNot bool
	// Scan has source, type, state, reason and times.
	ledger.Scan
	Kind string // why an event is open: the handler and the Go type of its error, or its [Cause]
	// HandledBefore leaves out what was handled at that time or later: an act that was
	// interrupted goes on with what it has not reached.
	HandledBefore time.Time
	// Skipped, if set, counts the items of the table that are not records.
	Skipped *Skipped
}

// matches reports whether m is for the event.
func (m *Match) matches(e Entry) bool {
	handled := e.Handled()
	return m.Scan.Matches(e.Key, e.Record) && (m.EndedOrNot || e.Ended() == m.Ended) && e.IsOf(m.Kind) &&
		(m.HandledBefore.IsZero() || handled.IsZero() || handled.Before(m.HandledBefore))
}

// Handled returns when the event was last handled, as far as its record says: when it ended,
// or when its last try ended. Zero means that it has not been.
func (e Entry) Handled() time.Time {
	handled := e.Finished
	if n := len(e.Tries); n > 0 && e.Tries[n-1].At.After(handled) {
		handled = e.Tries[n-1].At
	}
	return handled
}

// Each returns the events that m is for, as it is when they are asked for. Those that are
// named come as they are, each once; one without a record has its key alone. It holds one
// page at a time. Without an index of what is open it reads the whole table.
func Each(l OpenLedger, m *Match, now time.Time) Items {
	return func(ctx context.Context) iter.Seq2[Entry, error] { return m.each(ctx, l, now) }
}

func (m *Match) each(ctx context.Context, l OpenLedger, now time.Time) iter.Seq2[Entry, error] {
	asked, skipped := *m, m.Skipped
	if skipped == nil {
		skipped = new(Skipped)
	}
	asked.Scan = skipped.Count(m.Scan)
	return func(yield func(Entry, error) bool) {
		var err error
		switch {
		case len(asked.Keys) > 0:
			err = eachNamed(ctx, l, asked.Keys, yield)
		case asked.Open:
			if err = eachOpen(ctx, l, &asked, yield); errors.Is(err, ledger.ErrNoIndex) {
				err = eachRecord(ctx, l, &asked, now, yield)
			}
		default:
			err = eachRecord(ctx, l, &asked, now, yield)
		}
		if err != nil {
			yield(Entry{}, err)
		}
	}
}

func eachNamed(ctx context.Context, l Ledger, keys []string, yield func(Entry, error) bool) error {
	for _, key := range ledger.Union(keys, nil) {
		rec, _, err := l.Record(ctx, key)
		if err != nil {
			return err
		}
		if !yield(Entry{Key: key, Record: rec}, nil) {
			return nil // the caller wants no more
		}
	}
	return nil
}

func eachRecord(ctx context.Context, l Ledger, m *Match, now time.Time, yield func(Entry, error) bool) error {
	for found, err := range l.Records(ctx, m.Scan) {
		if err != nil {
			return err
		}
		e := Entry{Key: found.Key, Record: found.Record}
		if m.Open {
			if e.Record, _ = ledger.Reindex(found.Record, now); !e.IsOpen() {
				continue
			}
		}
		if m.matches(e) && !yield(e, nil) {
			return nil // the caller wants no more
		}
	}
	return nil
}

// eachOpen reads the index one partition after another.
func eachOpen(ctx context.Context, ix operate.Index, m *Match, yield func(Entry, error) bool) error {
	enough := false
	for partition := 0; partition < ledger.OpenPartitions && !enough; partition++ {
		err := eachOpenPage(ctx, ix, partition, m.Source, m.Type, func(found []Entry, _ int) bool {
			enough = slices.ContainsFunc(found, func(e Entry) bool { return m.matches(e) && !yield(e, nil) })
			return !enough
		})
		if err != nil {
			return err
		}
	}
	return nil
}
