package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/reconcile"
)

// A lists is an account with watchlists, polled at noon.
type lists struct {
	fake
	polled  reconcile.Watchlists
	sent    []queue.Message
	refused map[string]error // by the id of the watchlist: what Send answers
}

// check has a watchlist checked minutes past noon, with these results.
func (l *lists) check(id string, minute int, results string) {
	at := noon.Add(time.Duration(minute) * time.Minute).Format(time.RFC3339)
	entry := fmt.Sprintf(`{"watchlist_id":%q,"name":"N","last_checked_at":%q,"last_results":%s}`, id, at, results)
	l.answers["/kyc/watchlists/"+id] = []answer{{body: `{"status":"success","data":` + entry + `}`}}
	l.list(append(l.listed(id), entry)...)
}

// listed returns the entries of the list without that of the id.
func (l *lists) listed(without string) (entries []string) {
	var got struct {
		Data struct {
			Watchlists []json.RawMessage `json:"watchlists"`
		} `json:"data"`
	}
	if a := l.answers["/kyc/watchlists"]; a != nil {
		_ = json.Unmarshal([]byte(a[0].body), &got)
	}
	for _, entry := range got.Data.Watchlists {
		if !strings.Contains(string(entry), `"`+without+`"`) {
			entries = append(entries, string(entry))
		}
	}
	return entries
}

func (l *lists) list(entries ...string) {
	l.answers["/kyc/watchlists"] = []answer{{body: `{"status":"success","data":{"watchlists":[` + strings.Join(entries, ",") + `]}}`}}
}

// poll polls minutes past noon, as another process does with what was kept as JSON.
func (l *lists) poll(t *testing.T, minute, limit int) (reconcile.PollReport, error) {
	t.Helper()
	text, err := json.Marshal(l.polled)
	if err != nil {
		t.Fatal(err)
	}
	l.polled = reconcile.Watchlists{}
	if err := json.Unmarshal(text, &l.polled); err != nil {
		t.Fatal(err)
	}
	client, err := kyc.NewClient(l.kycOptions())
	if err != nil {
		t.Fatal(err)
	}
	return l.polled.Poll(t.Context(), reconcile.WatchlistPoll{
		Client: client, Source: "kyc", Received: noon.Add(time.Duration(minute) * time.Minute), Limit: limit,
		Send: func(_ context.Context, m queue.Message) error {
			if err := l.refused[about(m)]; err != nil {
				return err
			}
			l.sent = append(l.sent, m)
			return nil
		},
	})
}

// about returns the id of a message's watchlist.
func about(m queue.Message) string {
	var body struct{ Data reconcile.WatchlistRun }
	_ = json.Unmarshal(m.Raw, &body)
	return body.Data.WatchlistID
}

func (l *lists) queued() (ids []string) {
	for _, m := range l.sent {
		ids = append(ids, about(m))
	}
	return ids
}

func newLists() *lists { return &lists{fake: fake{answers: map[string][]answer{}}} }

// expect fails unless a poll reported that, and the queue has the events of these
// watchlists, in that order.
func (l *lists) expect(t *testing.T, got, want reconcile.PollReport, queued ...string) {
	t.Helper()
	if got != want || !slices.Equal(l.queued(), queued) {
		t.Errorf("reported %+v, queued %q; want %+v and %q", got, l.queued(), want, queued)
	}
}

// The first poll finds what was checked within a day, and later ones what changed since,
// each once.
func TestWatchlistsPoll(t *testing.T) {
	t.Parallel()
	l := newLists()
	l.check("w-day", -23*60, `{"n":1}`)
	l.check("w-older", -25*60, `{"n":1}`)
	l.list(append(l.listed(""), `{"watchlist_id":"w-never","last_checked_at":null}`)...)
	steps := []struct {
		name   string
		change func()
		want   reconcile.PollReport
		queued []string // in all
	}{
		{"first", func() {}, reconcile.PollReport{Queued: 1}, []string{"w-day"}},
		{"nothing new", func() {}, reconcile.PollReport{}, []string{"w-day"}},
		{"checked again, same results", func() { l.check("w-day", 1, ` { "n" : 1 } `) }, reconcile.PollReport{Unchanged: 1}, []string{"w-day"}},
		{"checked again, other results", func() { l.check("w-day", 2, `{"n":2}`) }, reconcile.PollReport{Queued: 1}, []string{"w-day", "w-day"}},
		{"the older one at last", func() { l.check("w-older", 3, `{"n":1}`) }, reconcile.PollReport{Queued: 1}, []string{"w-day", "w-day", "w-older"}},
		{"a new one, checked before another", func() { l.check("w-late", 1, `null`) }, reconcile.PollReport{Queued: 1}, []string{"w-day", "w-day", "w-older", "w-late"}},
		{"gone from the list, and there again", func() {
			kept := l.listed("")
			l.list()
			if _, err := l.poll(t, 4, 9); err != nil {
				t.Fatal(err)
			}
			l.list(kept...)
		}, reconcile.PollReport{Queued: 3}, []string{"w-day", "w-day", "w-older", "w-late", "w-day", "w-older", "w-late"}},
	}
	for i, step := range steps {
		step.change()
		got, err := l.poll(t, 4, 9)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got != step.want || len(l.sent) != len(step.queued) {
			t.Fatalf("step %d, %s: reported %+v, queued %q; want %+v, %q", i, step.name, got, l.queued(), step.want, step.queued)
		}
		for _, id := range step.queued {
			if !slices.Contains(l.queued(), id) {
				t.Fatalf("%s: queued %q, want %q", step.name, l.queued(), step.queued)
			}
		}
	}
	// What was forgotten and found again is the same event, which the ledger drops.
	again := map[string]int{}
	for _, m := range l.sent {
		again[m.ID+string(m.Raw)]++
	}
	if len(again) != 4 {
		t.Errorf("%d different events, want 4: two of w-day, one of each other", len(again))
	}
}

// What was forgotten is found again only while the ledger remembers its id.
func TestWatchlistsForgotten(t *testing.T) {
	t.Parallel()
	l := newLists()
	l.check("w-1", -1, `{}`)
	if _, err := l.poll(t, 0, 9); err != nil {
		t.Fatal(err)
	}
	clear(l.polled.Seen)
	const month = 30 * 24 * 60
	if got, err := l.poll(t, month, 9); err != nil || got != (reconcile.PollReport{}) {
		t.Errorf("after 30 days: %+v, %v", got, err)
	}
}

// What a wrong clock wrote does not hide what is checked until then.
func TestWatchlistsOfAWrongClock(t *testing.T) {
	t.Parallel()
	l := newLists()
	l.list()
	const year = 365 * 24 * 60
	if _, err := l.poll(t, year, 9); err != nil {
		t.Fatal(err)
	}
	l.check("w-1", 1, `{}`)
	if got, err := l.poll(t, 2, 9); err != nil || got.Queued != 1 {
		t.Errorf("Poll = %+v, %v, want the one that was checked", got, err)
	}
}

// A poll fetches as many as it may, and the next one goes on.
func TestWatchlistsLimit(t *testing.T) {
	t.Parallel()
	l := newLists()
	for i := range 5 {
		l.check(fmt.Sprint("w-", i), -1, `{}`) // all at the same time
	}
	for i, want := range []reconcile.PollReport{{Queued: 2, Left: 3}, {Queued: 2, Left: 1}, {Queued: 1}, {}} {
		if got, err := l.poll(t, 0, 2); err != nil || got != want {
			t.Errorf("poll %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
	if got := l.queued(); len(slices.Compact(slices.Sorted(slices.Values(got)))) != 5 || len(got) != 5 {
		t.Errorf("queued %q, want each once", got)
	}
}

// What fails is found by the next poll; what was sent before is not sent again.
func TestWatchlistsFail(t *testing.T) {
	t.Parallel()
	errDown := errors.New("down")
	for _, tt := range []struct {
		name   string
		status int   // of w-1
		send   error // of w-1
		want   reconcile.PollReport
		stops  bool // w-2 is not asked for
	}{
		{"not found", http.StatusNotFound, nil, reconcile.PollReport{Queued: 2, Left: 1}, false},
		{"no right to read", http.StatusForbidden, nil, reconcile.PollReport{Queued: 1, Left: 2}, true},
		{"token refused", http.StatusUnauthorized, nil, reconcile.PollReport{Queued: 1, Left: 2}, true},
		{"API down", http.StatusServiceUnavailable, nil, reconcile.PollReport{Queued: 1, Left: 2}, true},
		{"queue down", 0, errDown, reconcile.PollReport{Queued: 1, Left: 2}, true},
		{"too large", 0, fmt.Errorf("send: %w", queue.ErrTooLarge), reconcile.PollReport{Queued: 2, Left: 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLists()
				for i := range 3 {
					l.check(fmt.Sprint("w-", i), -1, `{"who":"Example Person 7331"}`)
				}
				works := l.answers["/kyc/watchlists/w-1"]
				if tt.status != 0 {
					l.answers["/kyc/watchlists/w-1"] = []answer{{status: tt.status}}
				}
				l.refused = map[string]error{"w-1": tt.send}
				got, err := l.poll(t, 0, 9)
				if err == nil || strings.Contains(err.Error(), "7331") || strings.Contains(err.Error(), "w-1") {
					t.Errorf("Poll = %v, want an error without ids and payloads", err)
				}
				refused, ok := errors.AsType[*kyc.Error](err)
				if ok != (tt.status != 0) || ok && refused.Status != tt.status || tt.send != nil && !errors.Is(err, tt.send) {
					t.Errorf("Poll = %v", err)
				}
				l.expect(t, got, tt.want, []string{"w-0", "w-2"}[:tt.want.Queued]...)
				if asked := slices.Contains(l.asked, "/kyc/watchlists/w-2"); asked == tt.stops {
					t.Errorf("asked %q", l.asked)
				}
				l.answers["/kyc/watchlists/w-1"], l.refused = works, nil
				got, err = l.poll(t, 1, 9)
				if sent := slices.Sorted(slices.Values(l.queued())); err != nil || got.Left != 0 || !slices.Equal(sent, []string{"w-0", "w-1", "w-2"}) {
					t.Errorf("the next poll: %+v, %v, queued %q", got, err, l.queued())
				}
			})
		})
	}
}

// A list that cannot be read changes nothing.
func TestWatchlistsList(t *testing.T) {
	t.Parallel()
	l := newLists()
	l.answers["/kyc/watchlists"] = []answer{{status: http.StatusForbidden}}
	if got, err := l.poll(t, 0, 9); err == nil || got != (reconcile.PollReport{}) || l.polled.Since != 0 {
		t.Errorf("Poll = %+v, %v, remembers %+v", got, err, l.polled)
	}
}

// Watchlists that always fail, more than a poll fetches, do not hold up the others: each poll
// begins where the one before stopped.
func TestWatchlistsThatAlwaysFail(t *testing.T) {
	t.Parallel()
	l := newLists()
	for i := range 9 {
		l.check(fmt.Sprint("w-", i), -1, `{}`)
	}
	for i := range 5 {
		delete(l.answers, fmt.Sprint("/kyc/watchlists/w-", i)) // 404
	}
	for i, want := range []reconcile.PollReport{{Left: 9}, {Queued: 1, Left: 8}, {Queued: 3, Left: 5}, {Left: 5}, {Left: 5}} {
		if got, err := l.poll(t, 0, 3); got != want {
			t.Errorf("poll %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
	l.check("w-8", 1, `{"n":2}`)
	for range 2 { // each of the six that are left gets its turn
		_, _ = l.poll(t, 2, 3)
	}
	l.expect(t, reconcile.PollReport{}, reconcile.PollReport{}, "w-5", "w-6", "w-7", "w-8", "w-8")
}
