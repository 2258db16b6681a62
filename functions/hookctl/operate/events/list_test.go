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

func TestSelect(t *testing.T) {
	t.Parallel()
	f := many(4)
	f.records["kyc#waits"] = ledger.Record{State: ledger.StateReleased, Received: noon}
	f.records["kyc#runs"] = ledger.Record{State: ledger.StateClaimed, Received: noon}
	f.records["kyc#failed"] = ledger.Record{State: ledger.StateFailed, Received: noon.Add(-time.Hour)}
	chosen, err := events.Select(t.Context(), f, ledger.Scan{})
	if err != nil || chosen.Left != 2 {
		t.Fatalf("%d left out, %v; want 2", chosen.Left, err)
	}
	if got, want := keysOf(chosen.Ended), []string{"kyc#failed", "kyc#0002", "kyc#0003", "kyc#0000", "kyc#0001"}; !slices.Equal(got, want) {
		t.Errorf("selected %q, want %q", got, want)
	}
	if _, err := events.Select(t.Context(), many(events.MaxSelected), ledger.Scan{}); err != nil {
		t.Errorf("of as many as may be: %v", err)
	}
	if _, err := events.Select(t.Context(), many(events.MaxSelected+1), ledger.Scan{}); !errors.Is(err, events.ErrTooMany) {
		t.Errorf("of one more: %v, want %v", err, events.ErrTooMany)
	}
}

// TestSkipped wants items that are not records counted, whatever reads the table.
func TestSkipped(t *testing.T) {
	t.Parallel()
	f := many(3)
	f.foreign = []error{errForeign, errAway}
	list, newest := events.Newest(t.Context(), f, ledger.Scan{}, 1)
	chosen, selected := events.Select(t.Context(), f, ledger.Scan{})
	kept, sessions := events.KeptSessions(t.Context(), f, ledger.Scan{})
	if err := errors.Join(newest, selected, sessions); err != nil {
		t.Fatal(err)
	}
	if list.Matched != 3 || len(chosen.Ended) != 3 || kept.Events != 3 {
		t.Errorf("%d, %d and %d events, want 3 of each", list.Matched, len(chosen.Ended), kept.Events)
	}
	for i, got := range []events.Skipped{list.Skipped, chosen.Skipped, kept.Skipped} {
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
	_, selected := events.Select(t.Context(), f, ledger.Scan{})
	_, kept := events.KeptSessions(t.Context(), f, ledger.Scan{})
	_, read := (&events.Replay{Ledger: f}).Read(t.Context(), []string{"kyc#1"})
	for i, err := range []error{newest, selected, kept, read} {
		if !errors.Is(err, errAway) {
			t.Errorf("%d: %v, want %v", i, err, errAway)
		}
	}
}
