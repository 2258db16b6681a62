package events

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"webhookintake/shared/ledger"
)

// A List is the result of a search.
type List struct {
	Entries []Entry // newest first
	Matched int     // the number of events that match, including those left out of Entries
	Skipped Skipped
}

// Skipped counts the items of a table that are not records of the ledger, such as those of
// another program.
type Skipped struct {
	Items int
	First error // what is wrong with the first of them; nil if there is none
}

// Count makes the scan skip and count such items.
func (k *Skipped) Count(s ledger.Scan) ledger.Scan {
	s.Skipped = func(why error) {
		if k.Items++; k.First == nil {
			k.First = why
		}
	}
	return s
}

// Text says how many items were skipped, and why; empty if there are none.
func (k Skipped) Text() string {
	switch k.Items {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("Skipped 1 item that is not a record of an event: %v", k.First)
	}
	return fmt.Sprintf("Skipped %d items that are not records of events, the first of them: %v", k.Items, k.First)
}

// Segments is how many parts of a table are read side by side, unless a scan says otherwise.
const Segments = 4

// Newest returns the newest records that s selects, at most limit of them, which must be
// at least 1. It reads the whole table, because a table has no order of time, and holds no more
// than twice as many records at a time.
func Newest(ctx context.Context, l Ledger, s ledger.Scan, limit int) (List, error) {
	var list List
	s.Segments = cmp.Or(s.Segments, Segments)
	for found, err := range l.Records(ctx, list.Skipped.Count(s)) {
		if err != nil {
			return List{}, err
		}
		list.Matched++
		list.Entries = append(list.Entries, Entry{Key: found.Key, Record: found.Record})
		if len(list.Entries) >= 2*limit {
			list.cut(limit)
		}
	}
	list.cut(limit)
	return list, nil
}

// cut keeps the newest entries. Entries of the same time are ordered by key.
func (l *List) cut(limit int) {
	slices.SortFunc(l.Entries, func(a, b Entry) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(a.Key, b.Key))
	})
	l.Entries = l.Entries[:min(limit, len(l.Entries))]
}

// MaxSelected is how many events one list shows at most.
const MaxSelected = 10_000
