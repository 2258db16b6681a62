package erase

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// An Eraser erases on one intake. Its dead letters are searched as well, as they have bodies
// of their own.
type Eraser struct {
	Ledger operate.Ledger
	Dead   dead.Client
	Now    func() time.Time
	Most   int // events in one plan, which is held in memory; 0 means 20,000
}

// ErrTooMany says that more events match than one plan takes.
var ErrTooMany = errors.New("more events match than one plan takes: narrow them by source, type or time, and run it for each part")

func (x Eraser) most() int { return cmp.Or(x.Most, 20_000) }

// A Plan is what would be erased.
type Plan struct {
	Items    []Item // oldest first
	NotEnded []events.Entry
	Searched search.Searched
	Skipped  events.Skipped
}

// An Item is one event of a plan.
type Item struct {
	events.Entry          // without a record if the ledger has none
	HasRecord    bool     // false: only letters are erased
	Letters      []string // message ids of its dead letters
}

// Letters returns the number of letters in the plan.
func (p Plan) Letters() int {
	n := 0
	for _, item := range p.Items {
		n += len(item.Letters)
	}
	return n
}

// A planning collects events and letters by dedup key, or by message id for a letter that is
// not an event's.
type planning struct {
	Eraser
	plan    Plan
	entries map[string]events.Entry
	letters map[string][]string
}

// Find plans to erase the events that scan selects and whose payload or dead letter matches.
// It returns [ErrTooMany] if they are more than one plan takes.
func (x Eraser) Find(ctx context.Context, match search.Match, scan ledger.Scan) (Plan, error) {
	p := planning{Eraser: x, entries: map[string]events.Entry{}, letters: map[string][]string{}}
	s := &search.Search{Ledger: x.Ledger, Match: match}
	for found, err := range s.All(ctx, p.plan.Skipped.Count(scan)) {
		if err != nil {
			return Plan{}, err
		}
		if p.entries[found.Key] = found.Entry; len(p.entries) > p.most() {
			return Plan{}, ErrTooMany
		}
	}
	p.plan.Searched = s.Searched
	err := x.Dead.Each(ctx, func(l dead.Letter) error {
		if _, found := p.entries[l.Key()]; found || selects(scan, l) && match.Matches(l.Body()) {
			return p.addLetter(l)
		}
		return nil
	})
	if err != nil {
		return Plan{}, err
	}
	return p.finish(ctx)
}

// selects reports whether a scan selects a letter by what its message says of the event.
func selects(s ledger.Scan, l dead.Letter) bool {
	if l.Unreadable != nil { // it says nothing
		return s.Source == "" && s.Type == "" && s.From.IsZero() && s.Until.IsZero()
	}
	return s.Matches(l.Key(), ledger.Record{Type: l.Type, Received: l.Received})
}

// Named plans to erase the events with these keys.
func (x Eraser) Named(ctx context.Context, keys []string) (Plan, error) {
	p := planning{Eraser: x, entries: map[string]events.Entry{}, letters: map[string][]string{}}
	for _, key := range keys {
		p.letters[key] = nil
	}
	err := x.Dead.Each(ctx, func(l dead.Letter) error {
		if _, named := p.letters[l.Key()]; named && l.Unreadable == nil {
			return p.addLetter(l)
		}
		return nil
	})
	if err != nil {
		return Plan{}, err
	}
	return p.finish(ctx)
}

func (p *planning) addLetter(l dead.Letter) error {
	key := l.Key()
	if _, found := p.entries[key]; l.Unreadable != nil || !found && l.Reason() == queue.ReasonConflict {
		key = l.Wire.MessageID // the record is not that of this body
	}
	if p.letters[key] = append(p.letters[key], l.Wire.MessageID); len(p.letters) > p.most() {
		return ErrTooMany
	}
	return nil
}

// finish reads the records of letters whose events the search has not found, and orders the
// plan.
func (p *planning) finish(ctx context.Context) (Plan, error) {
	var more []string
	for key := range p.letters {
		if _, ok := p.entries[key]; !ok {
			more = append(more, key)
		}
	}
	records, err := p.Ledger.RecordsOf(ctx, more)
	if err != nil {
		return Plan{}, err
	}
	for key, rec := range records {
		p.entries[key] = events.Entry{Key: key, Record: rec}
	}
	for key, entry := range p.entries {
		if !entry.Ended() {
			p.plan.NotEnded = append(p.plan.NotEnded, entry)
			continue
		}
		p.plan.Items = append(p.plan.Items, Item{Entry: entry, HasRecord: true, Letters: p.letters[key]})
	}
	for _, key := range more {
		if _, ok := records[key]; !ok && len(p.letters[key]) > 0 {
			p.plan.Items = append(p.plan.Items, Item{Entry: events.Entry{Key: key}, Letters: p.letters[key]})
		}
	}
	slices.SortFunc(p.plan.Items, func(a, b Item) int { return order(a.Entry, b.Entry) })
	slices.SortFunc(p.plan.NotEnded, order)
	return p.plan, nil
}

func order(a, b events.Entry) int {
	return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.Key, b.Key))
}
