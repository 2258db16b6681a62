package memory

import (
	"cmp"
	"context"
	"slices"

	"webhookintake/shared/ledger"
)

// Open returns what the index of what is open has in one partition behind after, oldest
// first, at most limit entries. The zero after means from the first. Fewer than limit means
// that the partition has no more.
func (s *Store) Open(_ context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	var entries []ledger.OpenEntry
	for key, rec := range s.Records() {
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
func (s *Store) RecordsOf(_ context.Context, keys []string) (map[string]ledger.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := map[string]ledger.Record{}
	for _, key := range keys {
		if rec, ok := s.records[key]; ok {
			records[key] = rec
		}
	}
	return records, nil
}
