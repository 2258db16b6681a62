package events

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"webhookintake/shared/ledger/dynamo"
)

// A List is the result of a search.
type List struct {
	Entries []Entry // newest first
	Matched int     // the number of events that match, including those left out of Entries
}

// Newest returns the newest records that s selects, at most limit of them, which must be
// at least 1. It holds no more than twice as many at a time.
func Newest(ctx context.Context, l Ledger, s dynamo.Scan, limit int) (List, error) {
	var list List
	for found, err := range l.Records(ctx, s) {
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

// MaxSelected is how many events one replay takes.
const MaxSelected = 10_000

// ErrTooMany says that more events match than one replay takes.
var ErrTooMany = fmt.Errorf("more than %d events match, which is too many for one replay: narrow them by source, type, state or time", MaxSelected)

// Select returns the ended events among those that s selects, oldest first, and how many
// are left out because they have not ended. It returns [ErrTooMany].
func Select(ctx context.Context, l Ledger, s dynamo.Scan) (ended []Entry, left int, err error) {
	for found, err := range l.Records(ctx, s) {
		if err != nil {
			return nil, 0, err
		}
		e := Entry{Key: found.Key, Record: found.Record}
		if !e.Ended() {
			left++
			continue
		}
		if len(ended) == MaxSelected {
			return nil, 0, ErrTooMany
		}
		ended = append(ended, e)
	}
	slices.SortFunc(ended, func(a, b Entry) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.Key, b.Key))
	})
	return ended, left, nil
}
