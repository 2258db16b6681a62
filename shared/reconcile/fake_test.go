package reconcile_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// A fake is an API without a network, so that it can be asked in a bubble of synctest.
type fake struct {
	mu      sync.Mutex
	answers map[string][]answer // by path; the last one is given again
	asked   []string            // paths
}

// An answer is a status, or 0 for 200, with a body.
type answer struct {
	status int
	body   string
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := r.URL.EscapedPath()
	f.asked = append(f.asked, path)
	a := answer{status: http.StatusNotFound, body: `{"error":"not_found"}`}
	if list := f.answers[path]; len(list) > 0 {
		a = list[0]
		if len(list) > 1 {
			f.answers[path] = list[1:]
		}
	}
	w := httptest.NewRecorder()
	w.WriteHeader(max(a.status, http.StatusOK))
	_, _ = w.WriteString(a.body)
	return w.Result(), nil
}

func (f *fake) kyc(t *testing.T) *kyc.Client {
	t.Helper()
	c, err := kyc.NewClient(f.kycOptions())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (f *fake) kycOptions() kyc.ClientOptions {
	return kyc.ClientOptions{Token: webhook.NewSecret("sk_7331"), HTTP: &http.Client{Transport: f}}
}

func (f *fake) compliancely(t *testing.T) *compliancely.Client {
	t.Helper()
	c, err := compliancely.NewClient(compliancely.ClientOptions{Token: webhook.NewSecret("t-7331"), HTTP: &http.Client{Transport: f}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Answers in the documented form. The list names one that was checked lately, one that
// was not, and one that never was.
const (
	list = `{"status":"success","data":{"watchlists":[` +
		`{"watchlist_id":"w-1","name":"Suppliers","last_checked_at":"2026-10-01T06:00:00Z"},` +
		`{"watchlist_id":"w-old","name":"Old","last_checked_at":"2026-09-30T12:00:00Z"},` +
		`{"watchlist_id":"w-new","name":"New","last_checked_at":null}],"count":3}}`
	one = `{"status":"success","data":{"watchlist_id":"w-1","name":"Suppliers","last_checked_at":"2026-10-01T06:00:00.5Z",` +
		`"next_check_due":1790056800000,"last_results":{"b":1.10,"a":["<x>"]}},"meta":{"request_id":"r-1"}}`
	// the same, written in another order, with another due time
	oneAgain = `{"meta":{"request_id":"r-2"},"data":{"last_results":{ "a":["\u003cx>"], "b":1.10 },"name":"Suppliers","next_check_due":1790143200000,` +
		`"last_checked_at":"2026-10-01T08:00:00.5+02:00","watchlist_id":"w-1"},"status":"success"}`
	oneLater = `{"status":"success","data":{"watchlist_id":"w-1","name":"Suppliers","last_checked_at":"2026-10-01T07:00:00Z","last_results":null}}`

	session = `{"status":"success","data":{"session_id":"s-1","status":"APPROVED","final_decision":"flagged","metadata":{"b":1,"a":"x"},"updated_at":"2026-10-01T06:00:00Z"}}`
	// the same, looked at later
	sessionAgain = `{"status":"success","data":{"updated_at":"2026-10-01T07:00:00Z","session_id":"s-1","status":"APPROVED","final_decision":"flagged","metadata":{"a":"x", "b":1}}}`
	sessionOther = `{"status":"success","data":{"session_id":"s-1","status":"REJECTED","metadata":{"b":1,"a":"x"}}}`

	tin = `{"id":70001,"name":"Demo Bakery","tin":"000000000","status":"TIN Matched","irs_code":0}` + "\n"
	tax = `{"success_message":"ok","data":{"id":"tr-1","status":"Completed","consent":{}},"success":true}`
)
