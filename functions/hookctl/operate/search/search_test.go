package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// A watched ledger notes how many payloads are asked for at once.
type watched struct {
	operate.Ledger
	omitted string // the key of a payload that was too large
	err     error  // of Payloads
	asked   []int
}

func (w *watched) Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error) {
	w.asked = append(w.asked, len(keys))
	kept, err := w.Ledger.Payloads(ctx, keys)
	if w.omitted != "" && slices.Contains(keys, w.omitted) {
		kept[w.omitted] = ledger.Kept{Omitted: true}
	}
	return kept, errors.Join(err, w.err)
}

// newLedger has n events of kyc, of which every fifth has no kept payload.
func newLedger(t *testing.T, n int) *watched {
	t.Helper()
	store := &memory.Store{}
	for i := range n {
		r := ledger.Request{Key: fmt.Sprintf("kyc#%03d", i), Owner: "o", Type: fmt.Sprint("t", i%2), At: noon, Received: noon, Lease: noon.Add(time.Minute)}
		if i%5 > 0 {
			r.Payload = fmt.Appendf(nil, `{"person":"p-%d"}`, i%3)
		}
		if a := store.Claim(t.Context(), []ledger.Request{r})[0]; a.Err != nil {
			t.Fatal(a.Err)
		}
	}
	return &watched{Ledger: memory.NewReader(store)}
}

func keys(t *testing.T, s *search.Search, scan ledger.Scan) []string {
	t.Helper()
	var all []string
	for found, err := range s.All(t.Context(), scan) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found.Key)
	}
	return all
}

func TestSearch(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 100)
	l.omitted = "kyc#001" // of person p-1
	s := &search.Search{Ledger: l, Match: search.Match{Contains: `"p-1"`}}
	got := keys(t, s, ledger.Scan{Type: "t1"})
	var want []string
	for i := range 100 {
		if i%2 == 1 && i%5 > 0 && i%3 == 1 && i != 1 {
			want = append(want, fmt.Sprintf("kyc#%03d", i))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(search.Searched{Events: 50, Matched: len(want), NotKept: 10, Omitted: 1}, s.Searched); diff != "" {
		t.Errorf("searched (-want +got):\n%s", diff)
	}
	if len(l.asked) != 2 || slices.Max(l.asked) > 32 {
		t.Errorf("asked for %v payloads at once, want 32 at most", l.asked)
	}
}

// Without a value to look for, no payload is read, and an event without one is found too.
func TestSearchWithoutPayloads(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 40)
	s := &search.Search{Ledger: l}
	if got := keys(t, s, ledger.Scan{}); len(got) != 40 || l.asked != nil {
		t.Errorf("found %d, asked for payloads %v", len(got), l.asked)
	}
	s = &search.Search{Ledger: l, Bodies: true}
	kept := 0
	for found, err := range s.All(t.Context(), ledger.Scan{}) {
		if err != nil {
			t.Fatal(err)
		}
		if found.Payload != nil {
			kept++
		}
	}
	if kept != 32 || s.Searched.NotKept != 8 || s.Searched.Matched != 40 {
		t.Errorf("%d payloads, %+v", kept, s.Searched)
	}
}

// It ends with the first error, and when nobody wants more.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	errAway := errors.New("the table is away")
	l := newLedger(t, 100)
	l.err = errAway
	s := &search.Search{Ledger: l, Match: search.Match{Contains: "p"}}
	n := 0
	for _, err := range s.Records(t.Context(), ledger.Scan{}) {
		if n++; !errors.Is(err, errAway) {
			t.Fatalf("record %d: %v, want %v", n, err, errAway)
		}
	}
	if n != 1 {
		t.Errorf("%d results, want the error alone", n)
	}
	l.err = nil
	for range s.Records(t.Context(), ledger.Scan{}) {
		break
	}
}
