package records_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
)

// many is a table of n completed records, each received a minute before the one before;
// two share each minute.
func many(n int) *table {
	f := &table{records: map[string]ledger.Record{}}
	for i := range n {
		f.records[fmt.Sprintf("kyc#%04d", i)] = ledger.Record{State: ledger.StateCompleted, Received: noon.Add(-time.Duration(i/2) * time.Minute)}
	}
	return f
}

func keysOf(entries []records.Entry) (keys []string) {
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
		scan := dynamo.Scan{Source: "kyc", Type: "t", State: ledger.StateCompleted}
		list, err := records.Newest(t.Context(), f, scan, tt.limit)
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

// TestNewestIsBounded holds the memory that a list keeps.
func TestNewestIsBounded(t *testing.T) {
	t.Parallel()
	list, err := records.Newest(t.Context(), many(5000), dynamo.Scan{}, 10)
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
	ended, left, err := records.Select(t.Context(), f, dynamo.Scan{})
	if err != nil || left != 2 {
		t.Fatalf("%d left out, %v; want 2", left, err)
	}
	if got, want := keysOf(ended), []string{"kyc#failed", "kyc#0002", "kyc#0003", "kyc#0000", "kyc#0001"}; !slices.Equal(got, want) {
		t.Errorf("selected %q, want %q", got, want)
	}
	if _, _, err := records.Select(t.Context(), many(records.MaxSelected), dynamo.Scan{}); err != nil {
		t.Errorf("of as many as may be: %v", err)
	}
	if _, _, err := records.Select(t.Context(), many(records.MaxSelected+1), dynamo.Scan{}); !errors.Is(err, records.ErrTooMany) {
		t.Errorf("of one more: %v, want %v", err, records.ErrTooMany)
	}
}

func TestLedgerAway(t *testing.T) {
	t.Parallel()
	f := &table{err: errAway}
	_, newest := records.Newest(t.Context(), f, dynamo.Scan{}, 1)
	_, _, selected := records.Select(t.Context(), f, dynamo.Scan{})
	_, kept := records.KeptSessions(t.Context(), f, dynamo.Scan{})
	_, read := (&records.Replay{Ledger: f}).Read(t.Context(), []string{"kyc#1"})
	for i, err := range []error{newest, selected, kept, read} {
		if !errors.Is(err, errAway) {
			t.Errorf("%d: %v, want %v", i, err, errAway)
		}
	}
}

// Each state is there once, newest first.
var states = records.List{Matched: 7, Entries: []records.Entry{
	{Key: "kyc#evt_1", Record: ledger.Record{State: ledger.StateCompleted, Type: "kyc.session.approved", Received: noon, Attempts: 1, Done: []string{"open-account", "slack"}}},
	{Key: "kyc#evt_22", Record: ledger.Record{State: ledger.StateCompleted, Reason: "unhandled", Type: "kyc.session.created", Received: noon.Add(-time.Minute), Attempts: 1}},
	{Key: "contiguity#a#b", Record: ledger.Record{State: ledger.StateReleased, Type: "text.incoming.sms", Received: noon.Add(-time.Hour), Attempts: 3, NotBefore: noon.Add(45 * time.Second)}},
	{Key: "contiguity#c", Record: ledger.Record{State: ledger.StateClaimed, Type: "text.incoming.sms", Received: noon.Add(-2 * time.Hour), Attempts: 2, Lease: noon.Add(time.Minute)}},
	{Key: "contiguity#d", Record: ledger.Record{State: ledger.StateFailed, Reason: "permanent", Type: "text.incoming.sms", Received: noon.Add(-24 * time.Hour), Attempts: 12, Done: []string{strings.Repeat("x", 60)}}},
}}

func TestListPrint(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	states.Print(screen.New(&out, func(string) string { return "" }), noon.In(time.FixedZone("CEST", 2*3600)))
	want := `RECEIVED             SOURCE      ID      TYPE                  STATE                  ATTEMPTS  DONE                                              NEXT TRY
2026-10-01 14:00:00  kyc         evt_1   kyc.session.approved  completed              1         open-account,slack                                -
2026-10-01 13:59:00  kyc         evt_22  kyc.session.created   completed (unhandled)  1         -                                                 -
2026-10-01 13:00:00  contiguity  a#b     text.incoming.sms     released               3         -                                                 2026-10-01 14:00:45
2026-10-01 12:00:00  contiguity  c       text.incoming.sms     claimed                2         -                                                 lease until 2026-10-01 14:01:00
2026-09-30 14:00:00  contiguity  d       text.incoming.sms     failed (permanent)     12        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  -
The newest 5 of 7 events that match; --limit shows more.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestListPrintSums(t *testing.T) {
	t.Parallel()
	for want, list := range map[string]records.List{
		"No event matches.": {},
		"1 event matched.":  {Matched: 1, Entries: states.Entries[:1]},
		"2 events matched.": {Matched: 2, Entries: states.Entries[:2]},
		"The newest 1 of 2 events that match; --limit shows more.": {Matched: 2, Entries: states.Entries[:1]},
	} {
		var out bytes.Buffer
		list.Print(screen.New(&out, func(string) string { return "" }), noon)
		wantLines(t, out.String(), want)
	}
}

func TestListJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := states.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := `{"source":"contiguity","id":"a#b","type":"text.incoming.sms","state":"RELEASED","attempts":3,"done":[],"started":[],` +
		`"received":"2026-10-01T11:00:00Z","not_before":"2026-10-01T12:00:45Z","fence":0}`
	if len(lines) != len(states.Entries) || lines[2] != want {
		t.Errorf("%d lines, the third\n%s, want\n%s", len(lines), lines[2], want)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}
