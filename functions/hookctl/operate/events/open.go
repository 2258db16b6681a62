package events

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
)

// An OpenLedger is what finding open events needs.
type OpenLedger interface {
	Ledger
	operate.Index
}

// A Group is open events that most likely have the same cause.
type Group struct {
	Source, Type string
	Kind         string // the handler and the Go type of its error
	Count        int
	Failed       int       // those of the Count that have a dead letter; the others are tried again
	First, Last  time.Time // since when the oldest and the newest are open
	NextTry      time.Time // of the event that is tried first; zero if all have failed
	Error        string    // of the newest event's last try; empty if its record has none
}

// A GroupView is a group as JSON. Times are RFC 3339 in UTC.
type GroupView struct {
	Source  string    `json:"source"`
	Type    string    `json:"type"`
	Kind    string    `json:"kind,omitempty"`
	Count   int       `json:"count"`
	Failed  int       `json:"failed"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	NextTry time.Time `json:"next_try,omitzero"`
	Error   string    `json:"error,omitempty"`
}

// View returns the group as JSON.
func (g Group) View() GroupView { return GroupView(g) }

// An Open is what is open, as the index has it.
type Open struct {
	Groups  []Group // the largest first
	Entries []Entry // those that are open for the shortest time, newest first
	Count   int     // the number of events in the groups
	Failed  int     // those of the Count that have a dead letter
	Partial bool    // the index has more than MaxOpen entries, so there are more than Count
	Skipped Skipped
}

// MaxOpen is about how many entries of the index one look reads.
const MaxOpen = 100_000

// openPage is how many entries are read at once: as many as one request for their records
// takes.
const openPage = 100

// OpenEvents returns the open events of a source and a type, either of which may be empty
// for all, with at most limit of the events themselves. An entry whose record is completed
// or cancelled is left out. It reads one record for each entry. The error may be
// [ledger.ErrNoIndex].
func OpenEvents(ctx context.Context, ix operate.Index, source, eventType string, limit int) (Open, error) {
	g := grouping{source: source, eventType: eventType, limit: limit, groups: map[groupKey]*Group{}}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, ledger.OpenPartitions)
	var reading sync.WaitGroup
	for partition := range errs {
		reading.Go(func() {
			if errs[partition] = g.readPartition(ctx, ix, partition); errs[partition] != nil {
				stop()
			}
		})
	}
	reading.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return Open{}, err
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Open{}, err
	}
	return g.list(), nil
}

// OpenByScan returns the same as [OpenEvents] without the index, from the whole table. Now
// is the caller's clock.
func OpenByScan(ctx context.Context, l Ledger, s ledger.Scan, limit int, now time.Time) (Open, error) {
	g := grouping{limit: limit, groups: map[groupKey]*Group{}}
	for found, err := range l.Records(ctx, g.skipped.Count(s)) {
		if err != nil {
			return Open{}, err
		}
		if next, _ := ledger.Reindex(found.Record, now); next.IsOpen() {
			g.add(Entry{Key: found.Key, Record: next})
		}
	}
	return g.list(), nil
}

type groupKey struct{ source, eventType, kind string }

// A grouping groups open events as they are read.
type grouping struct {
	source, eventType string
	limit             int

	mu      sync.Mutex // guards what follows
	groups  map[groupKey]*Group
	open    Open
	read    int
	skipped Skipped
}

// readPartition groups the entries of one partition.
func (g *grouping) readPartition(ctx context.Context, ix operate.Index, partition int) error {
	return eachOpenPage(ctx, ix, partition, g.source, g.eventType, func(found []Entry, read int) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, e := range found {
			g.add(e)
		}
		g.read += read
		full := g.read >= MaxOpen && read == openPage
		g.open.Partial = g.open.Partial || full
		return !full
	})
}

// eachOpenPage calls fn with the open events of each page of a partition, and with the number
// of entries that the page has, until fn wants no more. An entry whose record is not open, or
// has moved on, is left out.
func eachOpenPage(ctx context.Context, ix operate.Index, partition int, source, eventType string, fn func(found []Entry, read int) bool) error {
	var last ledger.OpenEntry
	for {
		page, err := ix.Open(ctx, partition, last, openPage)
		if err != nil {
			return err
		}
		var keys []string
		for _, entry := range page {
			if entry.Of(source, eventType) {
				keys = append(keys, entry.Key)
			}
		}
		records, err := ix.RecordsOf(ctx, keys)
		if err != nil {
			return err
		}
		var found []Entry
		for _, key := range keys {
			if e := (Entry{Key: key, Record: records[key]}); e.IsOpen() {
				found = append(found, e)
			}
		}
		if !fn(found, len(page)) || len(page) < openPage {
			return nil
		}
		last = page[len(page)-1]
	}
}

// add adds an open event to its group.
func (g *grouping) add(e Entry) {
	key := groupKey{e.Source(), e.Type, e.Kind}
	group := g.groups[key]
	if group == nil {
		group = &Group{Source: key.source, Type: key.eventType, Kind: key.kind, First: e.Since}
		g.groups[key] = group
	}
	group.Count++
	g.open.Count++
	if e.Since.Before(group.First) {
		group.First = e.Since
	}
	if e.Since.After(group.Last) {
		group.Last, group.Error = e.Since, ""
		if n := len(e.Tries); n > 0 {
			group.Error = e.Tries[n-1].Error
		}
	}
	if e.State == ledger.StateFailed {
		group.Failed++
		g.open.Failed++
	} else if next := e.NextTry(); group.NextTry.IsZero() || next.Before(group.NextTry) {
		group.NextTry = next
	}
	g.open.Entries = append(g.open.Entries, e)
	if len(g.open.Entries) >= 2*(g.limit+1) {
		g.cut()
	}
}

// cut keeps the entries that are open for the shortest time.
func (g *grouping) cut() {
	slices.SortFunc(g.open.Entries, func(a, b Entry) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Key, b.Key))
	})
	g.open.Entries = g.open.Entries[:min(g.limit, len(g.open.Entries))]
}

func (g *grouping) list() Open {
	g.cut()
	for _, group := range g.groups {
		g.open.Groups = append(g.open.Groups, *group)
	}
	slices.SortFunc(g.open.Groups, func(a, b Group) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Source, b.Source), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Kind, b.Kind))
	})
	g.open.Skipped = g.skipped
	return g.open
}

// NotInIndex returns how many dead letters have no entry in the index, of all that the
// queue holds: conflicts, letters that cannot be read or that SQS moved, further letters of
// one event, and what failed before there was an index.
func (o Open) NotInIndex(letters operate.QueueCounts) int { return max(letters.All()-o.Failed, 0) }

// Reindexed is the outcome of [Reindex].
type Reindexed struct {
	Records int // read
	Wrote   int // those of the Records that were put into the index, or taken out
	Skipped Skipped
}

// Reindex puts into the index of what is open what failed before there was one, and takes
// out what is completed. It reads the whole table, and writes only what differs.
func Reindex(ctx context.Context, l operate.Ledger, s ledger.Scan, now time.Time) (Reindexed, error) {
	var done Reindexed
	for found, err := range l.Records(ctx, done.Skipped.Count(s)) {
		if err != nil {
			return done, err
		}
		done.Records++
		if _, changed := ledger.Reindex(found.Record, now); !changed {
			continue
		}
		wrote, err := l.Reindex(ctx, found, now)
		if err != nil {
			return done, err
		}
		if wrote {
			done.Wrote++
		}
	}
	return done, nil
}
