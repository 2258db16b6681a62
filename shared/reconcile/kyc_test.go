package reconcile_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/reconcile"
)

var query = reconcile.KYCQuery{Received: noon, Since: noon.Add(-24 * time.Hour), Sessions: []string{"s-1"}}

func paths(watchlist, session string) map[string][]answer {
	return map[string][]answer{
		"/kyc/watchlists": {{body: list}}, "/kyc/watchlists/w-1": {{body: watchlist}}, "/kyc/sessions/s-1": {{body: session}},
	}
}

// found asks an API that gives these answers, and fails if it is asked for something else.
func found(t *testing.T, watchlist, session string) []queue.Message {
	t.Helper()
	f := &fake{answers: paths(watchlist, session)}
	messages, err := reconcile.KYC(t.Context(), f.kyc(t), query)
	if err != nil || len(messages) != 2 {
		t.Fatalf("%v, %v; want a watchlist and a session", messages, err)
	}
	return messages
}

func TestKYC(t *testing.T) {
	t.Parallel()
	messages := found(t, one, session)
	var bodies []string
	for _, m := range messages {
		if _, err := queue.Encode(m); err != nil {
			t.Error(err)
		}
		if m.Source != "kyc" || m.Provider != "kyc" || !m.Received.Equal(noon) {
			t.Errorf("%v, want source and provider kyc, received at noon", m)
		}
		envelope, err := kyc.Provider{}.Open(m.Raw)
		if err != nil || envelope.ID != m.ID || envelope.Type != m.Type {
			t.Errorf("opened as %q %q, %v; want that of %v", envelope.ID, envelope.Type, err, m)
		}
		bodies = append(bodies, strings.Replace(string(m.Raw), m.ID, "ID", 1))
	}
	want := []string{
		`{"id":"ID","type":"kyc.watchlist.reconciled","created":1790834400,"data":{"watchlist_id":"w-1","name":"Suppliers",` +
			`"last_checked_at":"2026-10-01T06:00:00.5Z","last_results":{"a":["\u003cx\u003e"],"b":1.10}}}`,
		`{"id":"ID","type":"kyc.session.reconciled","data":{"session_id":"s-1","status":"APPROVED","final_decision":"flagged","metadata":{"a":"x","b":1}}}`,
	}
	if diff := cmp.Diff(want, bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

// TestKYCTwice wants the same ids and bodies of the same state, however it is written,
// and others of another state: one id with two bodies would be a conflict in the ledger.
func TestKYCTwice(t *testing.T) {
	t.Parallel()
	first, again := found(t, one, session), found(t, oneAgain, sessionAgain)
	if diff := cmp.Diff(raw(first), raw(again)); diff != "" {
		t.Errorf("a second run (-first +second):\n%s", diff)
	}
	for i, other := range found(t, oneLater, sessionOther) {
		if other.ID == first[i].ID {
			t.Errorf("%s: the same id for another state", other.Type)
		}
	}
	if first[0].ID == first[1].ID || !strings.HasPrefix(first[0].ID, "reconcile:") {
		t.Errorf("ids %q and %q", first[0].ID, first[1].ID)
	}
}

// raw returns the messages with their bodies, which they do not print.
func raw(messages []queue.Message) (all []string) {
	for _, m := range messages {
		all = append(all, m.ID+" "+string(m.Raw))
	}
	return all
}

// TestKYCNextToAnError wants the events that could be fetched, and the error by its name.
func TestKYCNextToAnError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path string
		answer     answer
		want       []string // types
		err        string
	}{
		{"no list", "/kyc/watchlists", answer{status: http.StatusForbidden}, []string{reconcile.TypeSession}, "ask for watchlists: kyc: list watchlists: status 403"},
		{"no watchlist", "/kyc/watchlists/w-1", answer{status: http.StatusNotFound}, []string{reconcile.TypeSession}, "ask for watchlist w-1: kyc: get watchlist: status 404"},
		{"no session", "/kyc/sessions/s-1", answer{status: http.StatusNotFound}, []string{reconcile.TypeWatchlist}, "ask for session s-1: kyc: get session: status 404"},
		{"another watchlist", "/kyc/watchlists/w-1", answer{body: strings.ReplaceAll(one, "w-1", "w-2")}, []string{reconcile.TypeSession}, "ask for watchlist w-1: watchlist_id"},
		{"another session", "/kyc/sessions/s-1", answer{body: strings.ReplaceAll(session, "s-1", "s-2")}, []string{reconcile.TypeWatchlist}, "ask for session s-1: session_id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answers: paths(one, session)}
			f.answers[tt.path] = []answer{tt.answer}
			messages, err := reconcile.KYC(t.Context(), f.kyc(t), query)
			var types []string
			for _, m := range messages {
				types = append(types, m.Type)
			}
			if !slices.Equal(types, tt.want) || err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q, %v; want %q, and %q in the error", types, err, tt.want, tt.err)
			}
		})
	}
}

// TestWatchlistRun holds the type that handlers bind to against the data.
func TestWatchlistRun(t *testing.T) {
	t.Parallel()
	envelope, err := kyc.Provider{}.Open(found(t, one, session)[0].Raw)
	if err != nil {
		t.Fatal(err)
	}
	var run reconcile.WatchlistRun
	if err := json.Unmarshal(envelope.Data, &run); err != nil {
		t.Fatal(err)
	}
	if run.Entity() != "w-1" || run.Name != "Suppliers" || envelope.Time.Unix() != run.LastCheckedAt.Unix() {
		t.Errorf("read %+v of %v", run, envelope.Time)
	}
}
