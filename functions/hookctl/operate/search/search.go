package search

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// A Search finds events. Make a new one for each search.
type Search struct {
	operate.Ledger
	Match Match
	// Bodies reads the payloads even if Match matches all.
	Bodies bool
	// Vault has the bodies that are too large for the queue. It is needed if a payload is read.
	Vault func() (operate.Vault, error)

	Searched Searched // what was searched so far
	// Stored has the keys of the bodies in the vault that were searched, or found gone.
	Stored map[string]bool
}

// Searched counts the events that a search selected by their records.
type Searched struct {
	Events  int
	Matched int
	NotKept int // payload not kept, so it could not be searched
	Omitted int // payload too large to be kept, so it could not be searched
	Gone    int // body not in the vault any more, or another is there, so it could not be searched
}

// A Found is an event that a search found.
type Found struct {
	events.Entry
	Payload []byte // nil if it is not kept, or was not read
	Stored  string // the body's key if it is in the vault, and was read
}

// batch is how many payloads are read at once. Each may be 6 MiB.
const batch = 32

// All returns the events that scan selects and whose payloads match, in no order. An event
// whose payload is not kept matches only if every payload does. It ends with the first error.
func (s *Search) All(ctx context.Context, scan ledger.Scan) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		var entries []events.Entry
		for found, err := range s.Ledger.Records(ctx, scan) {
			if err != nil {
				yield(Found{}, err)
				return
			}
			if entries = append(entries, events.Entry{Key: found.Key, Record: found.Record}); len(entries) < batch {
				continue
			}
			if !s.yield(ctx, entries, yield) {
				return
			}
			entries = entries[:0]
		}
		s.yield(ctx, entries, yield)
	}
}

// yield yields those of the entries that match, and reports whether to go on.
func (s *Search) yield(ctx context.Context, entries []events.Entry, yield func(Found, error) bool) bool {
	kept, err := s.payloads(ctx, entries)
	if err != nil {
		yield(Found{}, err)
		return false
	}
	for _, e := range entries {
		s.Searched.Events++
		body, err := s.body(ctx, kept, e.Key)
		if err != nil {
			yield(Found{}, fmt.Errorf("%s: %w", e.Key, err))
			return false
		}
		if !s.Match.IsZero() && (body == nil || !s.Match.Matches(body)) {
			continue
		}
		s.Searched.Matched++
		if !yield(Found{e, body, storedKey(kept[e.Key].Body)}, nil) {
			return false
		}
	}
	return true
}

// body returns the body of an event, or nil if it cannot be had or is not to be read.
func (s *Search) body(ctx context.Context, kept map[string]ledger.Kept, key string) ([]byte, error) {
	one, ok := kept[key]
	switch {
	case !s.reads(): // then nothing is known of it
		return nil, nil
	case !ok:
		s.Searched.NotKept++
		return nil, nil
	case one.Omitted:
		s.Searched.Omitted++
		return nil, nil
	}
	if stored := storedKey(one.Body); stored != "" {
		if s.Stored == nil {
			s.Stored = map[string]bool{}
		}
		s.Stored[stored] = true
	}
	body, err := operate.WholeBody(ctx, one.Body, s.Vault)
	if errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrOtherBody) {
		s.Searched.Gone++
		return nil, nil
	}
	return body, err
}

// storedKey returns where in the vault the body is of which kept is kept, or "".
func storedKey(kept []byte) string {
	if stored, ok := queue.ParseReference(kept); ok {
		return stored.Key
	}
	return ""
}

func (s *Search) reads() bool { return s.Bodies || !s.Match.IsZero() }

func (s *Search) payloads(ctx context.Context, entries []events.Entry) (map[string]ledger.Kept, error) {
	if !s.reads() || len(entries) == 0 {
		return nil, nil
	}
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return s.Ledger.Payloads(ctx, keys)
}

// Records implements [events.Ledger]: what works on the records that a scan selects works
// on those whose payloads match.
func (s *Search) Records(ctx context.Context, scan ledger.Scan) iter.Seq2[ledger.Found, error] {
	return func(yield func(ledger.Found, error) bool) {
		for found, err := range s.All(ctx, scan) {
			if !yield(ledger.Found{Key: found.Key, Record: found.Record}, err) {
				return
			}
		}
	}
}
