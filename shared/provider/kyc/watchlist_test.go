package kyc_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// The answer to running a watchlist on request, in the documented form.
const run = `{"watchlist_id":"w-1","watchlist_name":"Suppliers","subjects_checked":12,"total_matches":3,"previous_matches":2,` +
	`"new_matches_count":1,"has_changes":true,"results_by_list":{"OFAC":{"checked":12,"matches":3}},"duration_ms":840,"checked_at":"2026-09-21T06:00:00Z"}`

// A watchlist event of a name that was seen.
var seen = webhook.NewType[kyc.MonitoringResult](kyc.Provider{}, "kyc.watchlist.match")

func TestMonitoringResult(t *testing.T) {
	t.Parallel()
	got, envelope, err := seen.Decode([]byte(`{"id":"evt_1","type":"kyc.watchlist.match","created":1790000000,"data":` + run + `}`))
	if err != nil {
		t.Fatal(err)
	}
	want := kyc.MonitoringResult{
		WatchlistID: "w-1", WatchlistName: "Suppliers", SubjectsChecked: 12, TotalMatches: 3, PreviousMatches: 2, NewMatches: 1,
		HasChanges: true, ResultsByList: map[string]kyc.ListResult{"OFAC": {Checked: 12, Matches: 3}}, DurationMS: 840,
		CheckedAt: at(2026, 9, 21, 6, 0, 0, 0), Raw: json.RawMessage(run),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
	if got.Entity() != "w-1" || envelope.Type != seen.Name() {
		t.Errorf("entity %q of %s", got.Entity(), envelope.Type)
	}
}

func TestMonitoringResultDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ data, field string }{
		{`{"session_id":"s"}`, "watchlist_id"},
		{`{"watchlist_id":""}`, "watchlist_id"},
		{`{"watchlist_id":7331}`, "watchlist_id"},
		{`{"watchlist_id":"w","total_matches":"7331"}`, "total_matches"},
		{`{"watchlist_id":"w","results_by_list":{"OFAC":{"matches":"7331"}}}`, "results_by_list"},
		{`{"watchlist_id":"w","checked_at":"7331"}`, "checked_at"},
		{`["7331"]`, "want"},
	} {
		var got kyc.MonitoringResult
		err := json.Unmarshal([]byte(tt.data), &got)
		if _, ok := errors.AsType[*webhook.FieldError](err); !ok || !strings.Contains(err.Error(), tt.field) || got.WatchlistID != "" {
			t.Errorf("%s: %v, want a fault in %s", tt.data, err, tt.field)
			continue
		}
		_, _, decodeErr := seen.Decode([]byte(`{"id":"e","type":"t","data":` + tt.data + `}`))
		if !errors.Is(decodeErr, webhook.ErrPayload) || strings.Contains(err.Error()+decodeErr.Error(), "7331") {
			t.Errorf("%s: %v, want ErrPayload without the value", tt.data, decodeErr)
		}
	}
}

func TestWatchlistStatus(t *testing.T) {
	t.Parallel()
	if !kyc.WatchlistStatus("Paused").Is(kyc.WatchlistPaused) || kyc.WatchlistActive.Is(kyc.WatchlistPaused) {
		t.Error("Is must ignore case and nothing else")
	}
	if got := kyc.UnixMillis(1790056800000).Time(); !got.Equal(at(2026, 9, 22, 6, 0, 0, 0).Time) {
		t.Errorf("Time = %v", got)
	}
	if got := (kyc.Watchlist{WatchlistID: "w"}).Entity(); got != "w" {
		t.Errorf("Entity = %q", got)
	}
}
