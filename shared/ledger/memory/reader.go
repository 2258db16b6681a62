package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"webhookintake/shared/ledger"
)

// A Reader looks into a store for an operator, as the reader of package dynamo looks into a table.
type Reader struct{ store *Store }

// NewReader returns a reader of s.
func NewReader(s *Store) *Reader { return &Reader{s} }

// Record returns an event's record, and whether there is one.
func (r *Reader) Record(_ context.Context, key string) (ledger.Record, bool, error) {
	rec, ok := r.store.Record(key)
	return rec, ok, nil
}

// Payload returns the body that is kept beside an event's record, or
// [ledger.ErrNoPayload].
func (r *Reader) Payload(_ context.Context, key string) ([]byte, error) {
	payload, ok := r.store.Payload(key)
	if !ok {
		return nil, fmt.Errorf("read the payload of %s: %w", key, ledger.ErrNoPayload)
	}
	return payload, nil
}

// Records returns the records that s wants, in the order of their keys.
func (r *Reader) Records(_ context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error] {
	return func(yield func(ledger.Found, error) bool) {
		records := r.store.Records()
		if s.Progress != nil {
			s.Progress(len(records))
		}
		for _, key := range slices.Sorted(maps.Keys(records)) {
			if s.Matches(key, records[key]) && !yield(ledger.Found{Key: key, Record: records[key]}, nil) {
				return
			}
		}
	}
}

// Size returns the number of records, and no bytes: reading them costs nothing.
func (r *Reader) Size(context.Context) (ledger.Size, error) {
	return ledger.Size{Items: int64(len(r.store.Records()))}, nil
}

// Open returns the entries of one partition of the index of what is open that come behind
// after, oldest first, at most limit of them. The zero after means from the first. Fewer
// than limit means that the partition has no more.
func (r *Reader) Open(_ context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	var entries []ledger.OpenEntry
	for key, rec := range r.store.Records() {
		entry := ledger.OpenEntry{Key: key, Since: rec.Since, Type: rec.Type, Kind: rec.Kind, Reason: rec.Reason, Received: rec.Received}
		if !rec.Since.IsZero() && ledger.OpenPartition(key) == partition && (after.Key == "" || compare(entry, after) > 0) {
			entries = append(entries, entry)
		}
	}
	slices.SortFunc(entries, compare)
	return entries[:min(limit, len(entries))], nil
}

func compare(a, b ledger.OpenEntry) int {
	return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Key, b.Key))
}

// RecordsOf returns the records of the keys. A key that has no record is not in the result.
func (r *Reader) RecordsOf(_ context.Context, keys []string) (map[string]ledger.Record, error) {
	records := map[string]ledger.Record{}
	for _, key := range keys {
		if rec, ok := r.store.Record(key); ok {
			records[key] = rec
		}
	}
	return records, nil
}

// Reindex marks the found event as open, or not, as [ledger.Reindex] decides, unless it was
// claimed or ended since. It reports whether it wrote.
func (r *Reader) Reindex(_ context.Context, found ledger.Found, now time.Time) (wrote bool, err error) {
	next, changed := ledger.Reindex(found.Record, now)
	return changed && r.write(found, next), nil
}

// Drop marks the found event as given up, as [ledger.Drop] decides, unless it was claimed or
// ended since. It reports whether it wrote.
func (r *Reader) Drop(_ context.Context, found ledger.Found, now time.Time) (wrote bool, err error) {
	next, changed := ledger.Drop(found.Record, now)
	return changed && r.write(found, next), nil
}

// write turns the found record into next, and reports whether it did: not if the event was
// claimed or ended since.
func (r *Reader) write(found ledger.Found, next ledger.Record) bool {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	rec, ok := r.store.records[found.Key]
	if !ok || rec.State != found.Record.State || rec.Owner != found.Record.Owner || rec.Fence != found.Record.Fence {
		return false
	}
	next.Done, next.Started = ledger.Union(next.Done, rec.Done), ledger.Union(next.Started, rec.Started) // these may have grown
	r.store.records[found.Key] = next
	return true
}
