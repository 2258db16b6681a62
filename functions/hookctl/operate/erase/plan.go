package erase

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
)

// An Eraser erases on one intake. Its dead letters and its vault are searched as well, as
// they have bodies of their own.
type Eraser struct {
	Ledger operate.Ledger
	Dead   dead.Client
	Vault  operate.Vault // nil: there is none
	// Verify tells of which event a refused request is, as that of an [operate.Quarantine]
	// does; nil: nothing tells.
	Verify func(context.Context, quarantine.Request) (queue.Message, error)
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
	// Waiting is how many bodies in the vault match and are left alone: no record names them,
	// so their events may be in the queue.
	Waiting int
}

// An Item is one event of a plan, or a dead letter or a request that is not an event.
type Item struct {
	events.Entry          // without a record if the ledger has none
	HasRecord    bool     // false: only letters and objects are erased
	Letters      []string // message ids of its dead letters
	Objects      []string // keys of what the vault has of it
}

// Letters returns the number of letters in the plan.
func (p Plan) Letters() int {
	n := 0
	for _, item := range p.Items {
		n += len(item.Letters)
	}
	return n
}

// Objects returns the number of objects in the vault that have this prefix.
func (p Plan) Objects(prefix string) int {
	n := 0
	for _, item := range p.Items {
		for _, key := range item.Objects {
			if strings.HasPrefix(key, prefix) {
				n++
			}
		}
	}
	return n
}

// A planning collects events, and their letters and objects by dedup key, or by message id or
// object key for what is not an event's.
type planning struct {
	Eraser
	chosen
	plan    Plan
	entries map[string]events.Entry
	letters map[string][]string
	objects map[string][]string
	more    map[string]bool // keys of letters and objects whose events may have a record
}

// chosen says what is erased: what matches and is selected, or what is named.
type chosen struct {
	match search.Match
	scan  ledger.Scan
	names map[string]bool // nil: none is named
}

func (x Eraser) planning(c chosen) *planning {
	return &planning{
		Eraser: x, chosen: c, entries: map[string]events.Entry{},
		letters: map[string][]string{}, objects: map[string][]string{}, more: map[string]bool{},
	}
}

// errNoVault says that a record names a body in a vault that is not known.
var errNoVault = errors.New("an event's body is in a vault, and none is known: VAULT_BUCKET, or the stack's output VaultBucket")

func (x Eraser) open() (operate.Vault, error) {
	if x.Vault == nil {
		return nil, errNoVault
	}
	return x.Vault, nil
}

// Find plans to erase the events that scan selects and whose payload or dead letter matches,
// and what the vault has that matches. It returns [ErrTooMany] if they are more than one plan
// takes.
func (x Eraser) Find(ctx context.Context, match search.Match, scan ledger.Scan) (Plan, error) {
	p := x.planning(chosen{match: match, scan: scan})
	s := &search.Search{Ledger: x.Ledger, Match: match, Vault: x.open}
	for found, err := range s.All(ctx, p.plan.Skipped.Count(scan)) {
		if err != nil {
			return Plan{}, err
		}
		if p.entries[found.Key] = found.Entry; len(p.entries) > p.most() {
			return Plan{}, ErrTooMany
		}
		p.addObject(found.Key, found.Stored)
	}
	p.plan.Searched = s.Searched
	return p.rest(ctx, s.Stored)
}

// Named plans to erase the events with these keys.
func (x Eraser) Named(ctx context.Context, keys []string) (Plan, error) {
	p := x.planning(chosen{names: map[string]bool{}})
	for _, key := range keys {
		p.names[key], p.more[key] = true, true
	}
	return p.rest(ctx, nil)
}

// rest searches what is not in the ledger, and finishes the plan. Searched are the bodies in
// the vault that need not be read again.
func (p *planning) rest(ctx context.Context, searched map[string]bool) (Plan, error) {
	err := p.Dead.Each(ctx, func(l dead.Letter) error {
		if _, found := p.entries[l.Key()]; found {
			return p.addLetter(l)
		}
		if chosen, err := p.choosesLetter(ctx, l); err != nil || !chosen {
			return err
		}
		return p.addLetter(l)
	})
	if err == nil && p.Vault != nil {
		err = p.searchVault(ctx, searched)
	}
	if err == nil {
		err = p.readRecords(ctx)
	}
	if err != nil {
		return Plan{}, err
	}
	return p.finish(), nil
}

func (p *planning) choosesLetter(ctx context.Context, l dead.Letter) (bool, error) {
	if p.names != nil {
		return p.names[l.Key()] && l.Unreadable == nil, nil
	}
	if !selects(p.scan, l) {
		return false, nil
	}
	return p.matches(ctx, l.Body())
}

// matches reports whether the body matches that is kept, or that it says the place of. One
// that is gone matches nothing.
func (p *planning) matches(ctx context.Context, kept []byte) (bool, error) {
	body, err := operate.WholeBody(ctx, kept, p.open)
	if errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrOtherBody) {
		return false, nil
	}
	return err == nil && p.match.Matches(body), err
}

// selects reports whether a scan selects a letter by what its message says of the event.
func selects(s ledger.Scan, l dead.Letter) bool {
	if l.Unreadable != nil { // it says nothing
		return s.Source == "" && s.Type == "" && s.From.IsZero() && s.Until.IsZero()
	}
	return s.Matches(l.Key(), ledger.Record{Type: l.Type, Received: l.Received})
}

// addObject notes what the vault has of an event. Only what an event may name is taken.
func (p *planning) addObject(key, object string) {
	if object != "" && !slices.Contains(p.objects[key], object) {
		p.objects[key] = append(p.objects[key], object)
	}
}

// addBody notes the body in the vault that a message or a record names.
func (p *planning) addBody(key string, stored *queue.Stored) {
	if stored != nil && strings.HasPrefix(stored.Key, vault.Bodies) {
		p.addObject(key, stored.Key)
	}
}

func (p *planning) addLetter(l dead.Letter) error {
	key := l.Key()
	if _, found := p.entries[key]; l.Unreadable != nil || !found && l.Reason() == queue.ReasonConflict {
		key = l.Wire.MessageID // the record is not that of this body
	}
	p.addBody(key, l.Origin.Stored)
	return p.add(p.letters, key, l.Wire.MessageID)
}

// add adds what is not in the ledger to one of the lists by key.
func (p *planning) add(to map[string][]string, key, one string) error {
	to[key] = append(to[key], one)
	if p.more[key] = true; len(p.more) > p.most() {
		return ErrTooMany
	}
	return nil
}

// readRecords reads the records of letters and objects whose events the search has not found.
func (p *planning) readRecords(ctx context.Context) error {
	var more []string
	for key := range p.more {
		if _, ok := p.entries[key]; !ok {
			more = append(more, key)
		}
	}
	records, err := p.Ledger.RecordsOf(ctx, more)
	if err != nil {
		return err
	}
	for keys := range slices.Chunk(slices.Sorted(maps.Keys(records)), payloads) {
		kept, err := p.Ledger.Payloads(ctx, keys)
		if err != nil {
			return err
		}
		for _, key := range keys {
			p.entries[key] = events.Entry{Key: key, Record: records[key]}
			if stored, ok := queue.ParseReference(kept[key].Body); ok {
				p.addBody(key, &stored)
			}
		}
	}
	return nil
}

// payloads is how many payloads are read at once.
const payloads = 32

// finish makes the plan of what was found, in order.
func (p *planning) finish() Plan {
	for key, entry := range p.entries {
		if !entry.Ended() {
			p.plan.NotEnded = append(p.plan.NotEnded, entry)
			continue
		}
		p.plan.Items = append(p.plan.Items, Item{Entry: entry, HasRecord: true, Letters: p.letters[key], Objects: p.objects[key]})
	}
	for key := range p.more {
		_, found := p.entries[key]
		if letters, objects := p.letters[key], p.objects[key]; !found && len(letters)+len(objects) > 0 {
			p.plan.Items = append(p.plan.Items, Item{Entry: events.Entry{Key: key}, Letters: letters, Objects: objects})
		}
	}
	slices.SortFunc(p.plan.Items, func(a, b Item) int { return order(a.Entry, b.Entry) })
	slices.SortFunc(p.plan.NotEnded, order)
	return p.plan
}

func order(a, b events.Entry) int {
	return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.Key, b.Key))
}
