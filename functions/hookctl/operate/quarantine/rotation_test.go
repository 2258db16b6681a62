package quarantine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/hook"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	queuememory "webhookintake/shared/queue/memory"
)

// TestRotationInTheWrongOrder: the provider signs with a new secret, which the sources get
// later. Of what comes in between at up to one request a second nothing is lost, and each
// event is handled once, though the provider sends the last ones again. Of a higher rate the
// list says how many were refused and how many of them are kept.
func TestRotationInTheWrongOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		every           time.Duration
		refused, unkept int
		uncounted       int // the most that came after the last one that was kept
	}{
		{"one a second for ten minutes", time.Second, 600, 0, 0},
		{"the first hundred at once", 0, 100, 0, 0},
		{"five a second", 200 * time.Millisecond, 1000, 1000 - (100 + 199), 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wrong)
			for n := range tt.refused {
				if status := w.postEvent(n); status != http.StatusUnauthorized {
					t.Fatalf("event %d: status %d, want 401", n, status)
				}
				w.now = w.now.Add(tt.every)
			}
			w.document = right
			w.now = w.now.Add(time.Minute) // ingest's copy of the sources is too old to refuse by
			for n := tt.refused - 10; n < tt.refused+10; n++ {
				if status := w.postEvent(n); status != http.StatusOK {
					t.Errorf("event %d: status %d with the right secret, want 200", n, status)
				}
			}
			list := w.find(quarantine.Filter{})
			if len(list.Counts) != 1 || list.Counts[0].Refused() > tt.refused || list.Counts[0].Refused() < tt.refused-tt.uncounted ||
				list.Counts[0].Kept < tt.refused-tt.unkept || list.Counts[0].Kept != len(list.Entries) {
				t.Errorf("%d are kept, and the list counts %+v, want %d refused and %d kept",
					len(list.Entries), list.Counts, tt.refused, tt.refused-tt.unkept)
			}
			for _, r := range w.release(w.releaser()) {
				if r.Outcome != quarantine.Released {
					t.Errorf("released: %+v", r)
				}
			}
			runs := w.handle()
			for id, n := range runs {
				if n != 1 {
					t.Errorf("%s is handled %d times", id, n)
				}
			}
			if lost := tt.refused + 10 - len(runs); lost > tt.unkept || w.left() != 0 {
				t.Errorf("%d events are lost, want at most %d; %d are left", lost, tt.unkept, w.left())
			}
		})
	}
}

// postEvent sends an event of that number, signed with the right secret.
func (w *world) postEvent(n int) int {
	w.Helper()
	body := strings.Replace(event, "evt_1", fmt.Sprint("evt_", n), 1)
	return w.post("contiguity", w.signed(right, "contiguity", "", []byte(body)))
}

// handle processes all that is queued, and returns how often each event was handled.
func (w *world) handle() map[string]int {
	w.Helper()
	runs := map[string]int{}
	var handlers hook.Registry
	hook.OnProvider(&handlers, contiguity.Provider{}, "count", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		runs[e.ID]++
		return nil
	})
	clock := func() time.Time { return w.now }
	worker := &process.Worker{
		Handlers: &handlers, Ledger: &ledgermemory.Store{}, Queue: w.queue, Now: clock,
		DeadLetters: queuememory.New(queuememory.Options{Now: clock}),
	}
	for {
		ms, err := w.queue.Receive(w.Context(), 1, 0)
		if err != nil {
			w.Fatal(err)
		}
		if len(ms) == 0 {
			return runs
		}
		for _, r := range worker.Batch(w.Context(), ms) {
			if !r.Acked {
				w.Fatalf("%s is not acknowledged: %s, %v", r.Message.ID, r.Outcome, r.Err)
			}
			w.queue.Delete(w.Context(), []string{r.Message.Wire.Receipt})
		}
	}
}
