package search

import (
	"context"
	"iter"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// A Search finds events. Make a new one for each search.
type Search struct {
	operate.Ledger
	Match Match
	// Bodies reads the payloads even if Match matches all.
	Bodies bool

	Searched Searched // what was searched so far
}

// Searched counts the events that a search selected by their records.
type Searched struct {
	Events  int
	Matched int
	NotKept int // payload not kept, so it could not be searched
	Omitted int // payload too large to be kept, so it could not be searched
}

// A Found is an event that a search found.
type Found struct {
	events.Entry
	Payload []byte // nil if it is not kept, or was not read
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
		one, ok := kept[e.Key]
		switch {
		case !s.reads(): // then nothing is known of it
		case !ok:
			s.Searched.NotKept++
		case one.Omitted:
			s.Searched.Omitted++
		}
		if !s.Match.IsZero() && (!ok || one.Omitted || !s.Match.Matches(one.Body)) {
			continue
		}
		s.Searched.Matched++
		if !yield(Found{e, one.Body}, nil) {
			return false
		}
	}
	return true
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
