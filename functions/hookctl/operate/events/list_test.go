package events_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// many returns a table of n completed records, the newest first, two for each minute.
func many(n int) *table {
	f := &table{records: map[string]ledger.Record{}}
	for i := range n {
		f.records[fmt.Sprintf("kyc#%04d", i)] = ledger.Record{State: ledger.StateCompleted, Received: noon.Add(-time.Duration(i/2) * time.Minute)}
	}
	return f
}

func keysOf(entries []events.Entry) (keys []string) {
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys
}

func TestNewest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ there, limit, want int }{
		{0, 5, 0}, {3, 5, 3}, {5, 5, 5}, {6, 5, 5}, {1000, 5, 5}, {1000, 1, 1}, {9, 4, 4},
	} {
		f := many(tt.there)
		scan := ledger.Scan{Source: "kyc", Type: "t", State: ledger.StateCompleted}
		list, err := events.Newest(t.Context(), f, scan, tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range tt.want {
			want = append(want, fmt.Sprintf("kyc#%04d", i))
		}
		if got := keysOf(list.Entries); !slices.Equal(got, want) || list.Matched != tt.there {
			t.Errorf("%d of %d: %q of %d, want %q", tt.limit, tt.there, got, list.Matched, want)
		}
		if f.asked.Source != "kyc" || f.asked.Type != "t" || f.asked.State != ledger.StateCompleted {
			t.Errorf("asked for %+v", f.asked)
		}
	}
}

// TestNewestIsBounded bounds the memory of a list.
func TestNewestIsBounded(t *testing.T) {
	t.Parallel()
	list, err := events.Newest(t.Context(), many(5000), ledger.Scan{}, 10)
	if err != nil || cap(list.Entries) > 64 {
		t.Errorf("room for %d entries, %v; want about 20", cap(list.Entries), err)
	}
}

// TestSkipped wants items that are not records counted, whatever reads the table.
func TestSkipped(t *testing.T) {
	t.Parallel()
	f := many(3)
	f.foreign = []error{errForeign, errAway}
	list, newest := events.Newest(t.Context(), f, ledger.Scan{}, 1)
	kept, sessions := events.KeptSessions(t.Context(), f, ledger.Scan{})
	if err := errors.Join(newest, sessions); err != nil {
		t.Fatal(err)
	}
	if list.Matched != 3 || kept.Events != 3 {
		t.Errorf("%d and %d events, want 3 of each", list.Matched, kept.Events)
	}
	for i, got := range []events.Skipped{list.Skipped, kept.Skipped} {
		if got != (events.Skipped{Items: 2, First: errForeign}) {
			t.Errorf("%d: skipped %+v, want 2", i, got)
		}
	}
	for want, skipped := range map[string]events.Skipped{
		"": {},
		"Skipped 1 item that is not a record of an event: foreign":                   {Items: 1, First: errForeign},
		"Skipped 2 items that are not records of events, the first of them: foreign": {Items: 2, First: errForeign},
	} {
		if got := skipped.Text(); got != want {
			t.Errorf("%+v: %q, want %q", skipped, got, want)
		}
	}
}

func TestLedgerAway(t *testing.T) {
	t.Parallel()
	f := &table{err: errAway}
	_, newest := events.Newest(t.Context(), f, ledger.Scan{}, 1)
	_, kept := events.KeptSessions(t.Context(), f, ledger.Scan{})
	for i, err := range []error{newest, kept} {
		if !errors.Is(err, errAway) {
			t.Errorf("%d: %v, want %v", i, err, errAway)
		}
	}
}
