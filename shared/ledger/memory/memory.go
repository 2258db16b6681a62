package memory

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// The operations that a [Store] asks Fault about.
const (
	OpClaim  = "claim"
	OpStart  = "start"
	OpCommit = "commit"
	OpEnd    = "end"
	OpNewest = "newest" // its key is the entity's handler
	OpState  = "state"  // its key is the state's id
	OpNote   = "note"   // its key is the note's name
)

// A Store is a [ledger.Store], [ledger.Entities], [ledger.States] and [ledger.Notes]. The
// zero Store is empty and ready to use; set its fields before the first call.
type Store struct {
	// Keep is how long records outlive their window; it only shows in Record.Expires.
	Keep time.Duration
	// Fault, if not nil, is asked before each record that a call touches. If it returns a
	// nil err, the call proceeds. Otherwise the caller gets err, and apply says whether the
	// call still takes effect: (true, err) is a lost reply, (false, err) a lost request. It
	// is called without a lock, so it may use the store, and concurrently if calls are
	// concurrent.
	Fault func(op, key string) (apply bool, err error)

	mu       sync.Mutex // makes each record's step atomic
	records  map[string]ledger.Record
	payloads map[string][]byte
	newest   map[ledger.Entity]time.Time
	states   map[string]ledger.StateValue
	notes    map[string]ledger.Note
	tables   tables
}

var (
	_ ledger.Store    = (*Store)(nil)
	_ ledger.Entities = (*Store)(nil)
	_ ledger.States   = (*Store)(nil)
	_ ledger.Notes    = (*Store)(nil)
)

// Claim is described at [ledger.Store].
func (s *Store) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	answers := make([]ledger.Answer, len(requests))
	for i, r := range requests {
		err := s.faulty(ctx, OpClaim, r.Key, func() error {
			answers[i] = s.claim(r)
			return nil
		})
		if err != nil {
			answers[i] = ledger.Answer{Err: err}
		}
	}
	return answers
}

func (s *Store) claim(r ledger.Request) ledger.Answer {
	answer, next := ledger.Judge(s.found(r.Key), r, s.Keep)
	s.put(r.Key, next)
	if answer.Status == ledger.Claimed && r.Payload != nil {
		if s.payloads == nil {
			s.payloads = map[string][]byte{}
		}
		s.payloads[r.Key] = bytes.Clone(r.Payload)
	}
	return answer
}

// Start is described at [ledger.Store].
func (s *Store) Start(ctx context.Context, c ledger.Claim, handler string) error {
	return s.faulty(ctx, OpStart, c.Key, func() error {
		next, err := ledger.JudgeStart(s.found(c.Key), c, handler)
		s.put(c.Key, next)
		return err
	})
}

// End is described at [ledger.Store].
func (s *Store) End(ctx context.Context, ends []ledger.End) []error {
	errs := make([]error, len(ends))
	for i, e := range ends {
		errs[i] = s.faulty(ctx, OpEnd, e.Claim.Key, func() error {
			next, err := ledger.JudgeEnd(s.found(e.Claim.Key), e, s.Keep)
			s.put(e.Claim.Key, next)
			return err
		})
	}
	return errs
}

// Record returns the record of key.
func (s *Store) Record(key string) (ledger.Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, ok := s.records[key]
	return rec, ok
}

// Records returns a copy of all records by key.
func (s *Store) Records() map[string]ledger.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.records)
}

// Payload returns the payload that is kept beside the record of key.
func (s *Store) Payload(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	payload, ok := s.payloads[key]
	return payload, ok
}

// DropRecord removes the record of key and its payload, as somebody does by hand.
func (s *Store) DropRecord(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, key)
	delete(s.payloads, key)
}

// DropState removes a state, as a table does some time after it has expired.
func (s *Store) DropState(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.states, id)
}

// Item returns an item of one of the user's tables, its key included, as Commit left it.
func (s *Store) Item(table string, key webhook.Attributes) (webhook.Attributes, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.tables[table][itemID(table, key)]
	return item, ok
}

// Items returns all items of one of the user's tables, in the order of their keys.
func (s *Store) Items(table string) []webhook.Attributes {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.tables[table]
	var all []webhook.Attributes
	for _, id := range slices.Sorted(maps.Keys(items)) {
		all = append(all, items[id])
	}
	return all
}

// faulty takes the step unless Fault or ctx prevents it. Fault also decides what the caller
// sees of the outcome.
func (s *Store) faulty(ctx context.Context, op, key string, step func() error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s %s: %w", op, key, err)
	}
	apply, fault := true, error(nil)
	if s.Fault != nil {
		apply, fault = s.Fault(op, key)
	}
	var err error
	if apply || fault == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		err = step()
	}
	if fault != nil {
		err = fault
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", op, key, err)
	}
	return nil
}

// found is the record of key, or nil.
func (s *Store) found(key string) *ledger.Record {
	rec, ok := s.records[key]
	if !ok {
		return nil
	}
	return &rec
}

// put stores next as the record of key, if there is something to write. Records in the map
// are replaced, never changed, so they can be handed out.
func (s *Store) put(key string, next *ledger.Record) {
	if next == nil {
		return
	}
	if s.records == nil {
		s.records = map[string]ledger.Record{}
	}
	s.records[key] = *next
}
