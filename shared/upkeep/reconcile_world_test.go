package upkeep_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/kyc"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/upkeep"
)

// An account is the API of Legal Talent KYC, with watchlists.
type account struct {
	mu      sync.Mutex
	lists   map[string]string // by id, the results of the latest check
	checked map[string]time.Time
	asked   int
	token   string // of the last request
	fault   func(path string, r *http.Request) *http.Response
}

func (a *account) check(id, results string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lists[id], a.checked[id] = results, time.Now()
}

// RoundTrip implements [http.RoundTripper].
func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.asked++
	a.token = r.Header.Get("Authorization")
	a.mu.Unlock()
	if a.fault != nil {
		if response := a.fault(r.URL.Path, r); response != nil {
			return response, nil
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	one := func(id string) string {
		return fmt.Sprintf(`{"watchlist_id":%q,"last_checked_at":%q,"last_results":%s}`, id, a.checked[id].UTC().Format(time.RFC3339Nano), a.lists[id])
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/kyc/watchlists/"); ok {
		return answered(http.StatusOK, `{"status":"success","data":`+one(id)+`}`), nil
	}
	var all []string
	for id := range a.lists {
		all = append(all, one(id))
	}
	return answered(http.StatusOK, `{"status":"success","data":{"watchlists":[`+strings.Join(all, ",")+`]}}`), nil
}

func answered(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// A bureau runs the task over engines in memory, and handles what is in the queue.
type bureau struct {
	account
	upkeep.Reconcile
	settings map[string]string
	notes    *ledgermemory.Store
	queue    *queuememory.Queue
	worker   process.Worker
	handled  []string // the watchlist of each run of the handler
}

func newBureau() *bureau {
	b := &bureau{
		account:  account{lists: map[string]string{}, checked: map[string]time.Time{}},
		settings: map[string]string{"KYC_TOKEN": "sk_7331"},
		notes:    &ledgermemory.Store{}, queue: queuememory.New(queuememory.Options{}),
	}
	b.Reconcile = upkeep.Reconcile{
		Settings: func(context.Context) (func(string) string, error) {
			return func(name string) string { return b.settings[name] }, nil
		},
		Notes: b.notes, Queue: b.queue, HTTP: &http.Client{Transport: &b.account}, Now: time.Now,
	}
	var handlers hook.Registry
	hook.OnProvider(&handlers, kyc.Provider{}, "note", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		var about struct {
			WatchlistID string `json:"watchlist_id"`
		}
		err := json.Unmarshal(e.Data, &about)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.handled = append(b.handled, about.WatchlistID)
		return err
	})
	b.worker = process.Worker{
		Handlers: &handlers, Ledger: b.notes, Queue: b.queue, DeadLetters: queuememory.New(queuememory.Options{}), Timing: process.DefaultTiming,
	}
	return b
}

// run runs the task once, as the runner does. The summary is without what each ends with.
func (b *bureau) run(t *testing.T) (string, error) {
	t.Helper()
	task := b.Task()
	ctx, cancel := context.WithTimeout(t.Context(), task.Time)
	defer cancel()
	summary, err := task.Run(ctx)
	summary, ok := strings.CutSuffix(summary, upkeep.NotListed)
	if !ok {
		t.Errorf("summary %q does not say what is not asked for", summary)
	}
	return summary, err
}

// handle handles all messages, and returns how many there were.
func (b *bureau) handle(t *testing.T) (messages int) {
	t.Helper()
	for {
		ms, err := b.queue.Receive(t.Context(), 10, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) == 0 {
			return messages
		}
		for _, r := range b.worker.Batch(t.Context(), ms) {
			if !r.Acked {
				t.Errorf("%s: %+v", r.Message.Type, r)
			}
			messages++
		}
		for _, m := range ms {
			for _, err := range b.queue.Delete(t.Context(), []string{m.Wire.Receipt}) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// bubble runs a test by a fake clock.
func bubble(t *testing.T, run func(*testing.T, *bureau)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { run(t, newBureau()) })
}
