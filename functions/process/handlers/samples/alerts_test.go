package samples

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

var errDown = errors.New("the channel is down")

// A channel records the alerts that it gets, and returns err.
type channel struct {
	texts []string
	err   error
}

func (c *channel) alert(_ context.Context, text string) error {
	c.texts = append(c.texts, text)
	return c.err
}

// ofKYC returns an event of any type, as hook.OnTypes passes it.
func ofKYC(typ, data string) hook.Event[json.RawMessage] {
	return hooktest.Event(webhook.NewType[json.RawMessage](kyc.Provider{}, typ), json.RawMessage(data))
}

func TestWatchlistAlert(t *testing.T) {
	t.Parallel()
	const look = "). Look at it in the KYC console."
	for _, tt := range []struct {
		name, typ, data string
		want            []string
	}{
		{"watchlist", "kyc.watchlist.match", `{"watchlist_id":"w-1","subject":{"full_name":"Jane Doe"}}`,
			[]string{"Legal Talent KYC: kyc.watchlist.match (event evt_test, watchlist w-1" + look}},
		{"by another name", "watchlist.new_match", `{}`, []string{"Legal Talent KYC: watchlist.new_match (event evt_test" + look}},
		{"of another shape", "watchlist.new_match", `{"watchlist_id":7}`, []string{"Legal Talent KYC: watchlist.new_match (event evt_test" + look}},
		{"no object", "watchlist.new_match", `"Jane Doe"`, []string{"Legal Talent KYC: watchlist.new_match (event evt_test" + look}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c channel
			if err := (watchlistAlert{alert: c.alert}).handle(t.Context(), ofKYC(tt.typ, tt.data)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.texts); diff != "" {
				t.Errorf("alerts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTINMismatchAlert(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status compliancely.TINStatus
		want   []string
	}{
		{compliancely.TINMatched, nil},
		{compliancely.TINPending, nil},
		{compliancely.TINInReview, nil},
		{compliancely.TINDidNotMatch, []string{"Compliancely: name and tax number do not match (request 7)."}},
	} {
		t.Run(string(tt.status), func(t *testing.T) {
			t.Parallel()
			var c channel
			if err := (tinMismatchAlert{alert: c.alert}).handle(t.Context(), mismatch(tt.status)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.texts); diff != "" {
				t.Errorf("alerts (-want +got):\n%s", diff)
			}
		})
	}
}

// With credentials, the provider is asked again before an alert; without, an alert says
// that the webhook may be an old one.
func TestTINMismatchAlertConfirms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		now  compliancely.TINStatus
		err  error
		want []string
	}{
		{"still so", compliancely.TINDidNotMatch, nil, []string{"Compliancely: name and tax number do not match (request 7)."}},
		{"no longer", compliancely.TINMatched, nil, nil},
		{"not answered", "", errDown, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c channel
			h := tinMismatchAlert{alert: c.alert, confirm: func(_ context.Context, r compliancely.TINResult) (compliancely.TINResult, error) {
				r.Status = tt.now
				return r, tt.err
			}}
			if err := h.handle(t.Context(), mismatch(compliancely.TINDidNotMatch)); !errors.Is(err, tt.err) {
				t.Errorf("error = %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, c.texts); diff != "" {
				t.Errorf("alerts (-want +got):\n%s", diff)
			}
		})
	}
}

// Without credentials, the alert says if the webhook came before.
func TestTINMismatchAlertTellsOfRepetition(t *testing.T) {
	t.Parallel()
	var c channel
	first := hooktest.Webhook(compliancely.TINMatch, "", compliancely.TINResult{ID: 7, TIN: "000000000", Status: compliancely.TINDidNotMatch})
	again := first
	again.Received = first.Received.Add(2 * time.Hour)
	hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, compliancely.TINMatch, "tin-mismatch-alert", tinMismatchAlert{alert: c.alert}.handle)
	}, []webhook.Event{first, again})
	const text = "Compliancely: name and tax number do not match (request 7)."
	want := []string{text, text + " The same webhook came before, on 2026-01-02 12:00 UTC: look whether it is still so."}
	if diff := cmp.Diff(want, c.texts); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

func mismatch(status compliancely.TINStatus) hook.Event[compliancely.TINResult] {
	return hooktest.Event(compliancely.TINMatch,
		compliancely.TINResult{ID: 7, Name: "Jane Doe", TIN: "000000000", Status: status})
}

// An alert that was not sent must be retried.
func TestAlertsFail(t *testing.T) {
	t.Parallel()
	c := channel{err: errDown}
	if err := (watchlistAlert{alert: c.alert}).handle(t.Context(), ofKYC("watchlist.match", `{}`)); !errors.Is(err, errDown) {
		t.Errorf("watchlist alert = %v, want %v", err, errDown)
	}
	if err := (tinMismatchAlert{alert: c.alert}).handle(t.Context(), mismatch(compliancely.TINDidNotMatch)); !errors.Is(err, errDown) {
		t.Errorf("TIN alert = %v, want %v", err, errDown)
	}
}
