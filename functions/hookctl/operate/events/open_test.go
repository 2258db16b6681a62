package events_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
)

// failed lets an event fail at a time, and come again at another unless that is zero.
func failed(t *testing.T, s *memory.Store, key, eventType, kind string, at, again time.Time) ledger.Claim {
	t.Helper()
	a := s.Claim(t.Context(), []ledger.Request{{
		Key: key, Owner: rand(), Type: eventType, At: at, Lease: at.Add(time.Minute), Received: noon, DedupUntil: noon.Add(time.Hour),
	}})[0]
	if a.Status != ledger.Claimed {
		t.Fatalf("claim %s: %v", key, a.Status)
	}
	e := ledger.End{Claim: a.Claim, At: at, State: ledger.StateReleased, NotBefore: again, Ran: true, Counted: true, Kind: kind}
	if again.IsZero() {
		e.State, e.Reason = ledger.StateFailed, "permanent"
	}
	if err := s.End(t.Context(), []ledger.End{e})[0]; err != nil {
		t.Fatal(err)
	}
	return a.Claim
}

func rand() string { return fmt.Sprint(time.Now().UnixNano()) }

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// filled has two groups of kyc, one event of another source, one that was completed by a
// version that does not know the index, and one that never failed.
func filled(t *testing.T) *memory.Store {
	t.Helper()
	s := &memory.Store{}
	for n, made := 0, 0; made < 300; n++ { // several pages of one partition
		if key := fmt.Sprintf("kyc#a%d", n); ledger.OpenPartition(key) == 3 {
			failed(t, s, key, "approved", "open-account: *bank.Error", at(made), time.Time{})
			made++
		}
	}
	failed(t, s, "kyc#b1", "approved", "mail: *net.OpError", at(1), at(9))
	failed(t, s, "kyc#b2", "approved", "mail: *net.OpError", at(2), at(8))
	failed(t, s, "contiguity#c1", "sms", "reply: *api.Error", at(3), at(4))
	c := s.Claim(t.Context(), []ledger.Request{{Key: "kyc#good", Owner: "o", Type: "approved", Received: noon, DedupUntil: at(60)}})[0].Claim
	if err := s.End(t.Context(), []ledger.End{{Claim: c, At: noon, State: ledger.StateCompleted, Ran: true}})[0]; err != nil {
		t.Fatal(err)
	}
	return s
}

// stale also has an entry of a completed event in its index.
type stale struct{ *memory.Reader }

func (s stale) Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	page, err := s.Reader.Open(ctx, partition, after, limit)
	if partition == ledger.OpenPartition("kyc#good") && after.Key == "" {
		page = append([]ledger.OpenEntry{{Key: "kyc#good", Since: noon, Type: "approved"}, {Key: "kyc#gone", Since: noon}}, page...)
		page = page[:min(len(page), limit)]
	}
	return page, err
}

var wantGroups = []events.Group{
	{Source: "kyc", Type: "approved", Kind: "open-account: *bank.Error", Count: 300, Failed: 300, First: at(0), Last: at(299)},
	{Source: "kyc", Type: "approved", Kind: "mail: *net.OpError", Count: 2, First: at(1), Last: at(2), NextTry: at(8)},
	{Source: "contiguity", Type: "sms", Kind: "reply: *api.Error", Count: 1, First: at(3), Last: at(3), NextTry: at(4)},
}

func TestOpenEvents(t *testing.T) {
	t.Parallel()
	l := stale{memory.NewReader(filled(t))}
	all, err := events.OpenEvents(t.Context(), l, "", "", 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantGroups, all.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if all.Count != 303 || all.Failed != 300 || all.Partial {
		t.Errorf("%d events, %d failed, partial: %v", all.Count, all.Failed, all.Partial)
	}
	var since []time.Time
	for _, e := range all.Entries {
		since = append(since, e.Since)
	}
	if diff := cmp.Diff([]time.Time{at(299), at(298), at(297)}, since); diff != "" {
		t.Errorf("newest (-want +got):\n%s", diff)
	}
	for letters, want := range map[int]int{300: 0, 307: 7, 10: 0} {
		if got := all.NotInIndex(operate.QueueCounts{Waiting: letters}); got != want {
			t.Errorf("of %d letters, %d are not in the index, want %d", letters, got, want)
		}
	}
	for _, tt := range []struct {
		source, eventType string
		want              []events.Group
	}{{"contiguity", "", wantGroups[2:]}, {"kyc", "approved", wantGroups[:2]}, {"kyc", "sms", nil}, {"ky", "", nil}} {
		some, err := events.OpenEvents(t.Context(), l, tt.source, tt.eventType, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, some.Groups); diff != "" || len(some.Entries) > 0 {
			t.Errorf("%s %s (-want +got):\n%s", tt.source, tt.eventType, diff)
		}
	}
}

// broken fails to read one partition.
type broken struct{ *memory.Reader }

func (b broken) Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	if partition == 5 {
		return nil, fmt.Errorf("query: %w", ledger.ErrNoIndex)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return b.Reader.Open(ctx, partition, after, limit)
}

// If a part cannot be read, nothing is taken for the whole.
func TestOpenEventsFails(t *testing.T) {
	t.Parallel()
	got, err := events.OpenEvents(t.Context(), broken{memory.NewReader(filled(t))}, "", "", 3)
	if !errors.Is(err, ledger.ErrNoIndex) || got.Count > 0 {
		t.Errorf("%d events, %v", got.Count, err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := events.OpenEvents(ended, broken{memory.NewReader(new(memory.Store))}, "", "", 3); err == nil {
		t.Error("an ended context is not an error")
	}
}

// Without an index the whole table says the same, as far as records say it.
func TestOpenByScan(t *testing.T) {
	t.Parallel()
	got, err := events.OpenByScan(t.Context(), memory.NewReader(filled(t)), ledger.Scan{}, 3, at(400))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantGroups, got.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

// Reindexing finds what a version before the index has left, and the second time nothing.
func TestReindex(t *testing.T) {
	t.Parallel()
	s := &memory.Store{}
	c := s.Claim(t.Context(), []ledger.Request{{Key: "kyc#1", Owner: "o", Type: "t", At: noon, Lease: at(1), Received: noon, DedupUntil: at(60)}})[0].Claim
	failed(t, s, "kyc#2", "t", "h: *bank.Error", at(1), time.Time{})
	l := memory.NewReader(s)
	for _, want := range []int{1, 0} {
		done, err := events.Reindex(t.Context(), l, ledger.Scan{}, at(2))
		if err != nil || done.Records != 2 || done.Wrote != want {
			t.Errorf("%+v, %v; want %d written", done, err, want)
		}
	}
	open, err := events.OpenEvents(t.Context(), l, "", "", 9)
	if err != nil || open.Count != 2 {
		t.Errorf("%d open events, %v", open.Count, err)
	}
	if rec, _ := s.Record(c.Key); rec.Kind != ledger.OutcomeDied || rec.State != ledger.StateClaimed {
		t.Errorf("record %+v", rec)
	}
}

// A counting index counts its requests.
type counting struct {
	operate.Index
	queries, gets, records atomic.Int32
}

func (c *counting) Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	c.queries.Add(1)
	return c.Index.Open(ctx, partition, after, limit)
}

func (c *counting) RecordsOf(ctx context.Context, keys []string) (map[string]ledger.Record, error) {
	if len(keys) > 0 {
		c.gets.Add(1)
		c.records.Add(int32(len(keys)))
	}
	return c.Index.RecordsOf(ctx, keys)
}

// What is open is found with one request for each partition, and one for the records in it,
// however many events are handled.
func TestOpenEventsRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, bad := w.register([]handler{{name: "a"}}), w.register([]handler{{name: "a", err: errHandler}})
	for i := range 100 {
		w.receive(approved(fmt.Sprintf("good_%d", i)))
		w.work(good)
	}
	for i := range 12 {
		w.receive(approved(fmt.Sprintf("bad_%d", i)))
		w.work(bad)
	}
	c := &counting{Index: memory.NewReader(w.store)}
	found, err := events.OpenEvents(t.Context(), c, "", "", 50)
	if err != nil || found.Count != 12 || found.Failed != 12 {
		t.Fatalf("%+v, %v", found, err)
	}
	if c.queries.Load() != ledger.OpenPartitions || c.gets.Load() > 12 || c.records.Load() != 12 {
		t.Errorf("%d queries, %d requests for %d records", c.queries.Load(), c.gets.Load(), c.records.Load())
	}
}

// Whoever has seen enough ends the reading, also in the middle of a partition of many pages.
func TestEachEnds(t *testing.T) {
	t.Parallel()
	s := &memory.Store{}
	for n, found := 0, 0; found < 150; n++ {
		if key := fmt.Sprint("kyc#", n); ledger.OpenPartition(key) == 0 {
			failed(t, s, key, "t", "k", at(n), time.Time{})
			found++
		}
	}
	seen := 0
	for _, err := range events.Each(memory.NewReader(s), &events.Match{Open: true, Ended: true}, noon)(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen++; seen == 2 {
			break // a reading that went on would panic
		}
	}
}
