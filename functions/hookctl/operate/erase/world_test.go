package erase_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/erase"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// person is what the events say and nobody may find afterwards.
const person = "+15005550001"

// A world is an intake in memory, whose handler fails as the body says.
type world struct {
	*testing.T
	store       *ledgermemory.Store
	queue, dead *queuememory.Queue
	worker      *process.Worker
	ledger      operate.Ledger
}

// inBubble runs a test on a world that keeps payloads or not, without waiting for letters in
// real time.
func inBubble(t *testing.T, keep bool, run func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { run(t, newWorld(t, keep)) })
}

func newWorld(t *testing.T, keep bool) *world {
	clock := func() time.Time { return noon }
	w := &world{T: t, store: &ledgermemory.Store{Keep: process.DefaultTiming.Keep()}}
	w.queue = queuememory.New(queuememory.Options{Visibility: 360 * time.Second, Retention: process.DefaultTiming.QueueRetention, Now: clock})
	w.dead = queuememory.New(queuememory.Options{Retention: process.DefaultTiming.DeadLetterRetention})
	w.ledger = ledgermemory.NewReader(w.store)
	r := &hook.Registry{}
	state := hook.NewState[string, string]("last")
	hook.OnState(r, kyc.SessionApproved, "remember", state, func(s kyc.Session) string { return s.SessionID },
		func(_ context.Context, e hook.Event[kyc.Session], _ string) (string, string, error) {
			return string(e.Raw), person, nil
		})
	hook.OnProvider(r, kyc.Provider{}, "open", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		switch {
		case strings.Contains(string(e.Raw), "never"):
			return hook.Permanent(fmt.Errorf("refused: %s", person))
		case strings.Contains(string(e.Raw), "later"):
			return fmt.Errorf("not yet: %s", person)
		}
		return nil
	})
	w.worker = &process.Worker{
		Handlers: r, Ledger: w.store, Entities: w.store, States: w.store, Queue: w.queue, DeadLetters: w.dead, KeepPayload: func(string) bool { return keep }, Now: clock,
	}
	return w
}

// handle handles an event of a person whose handler fails "never", "later", or not.
func (w *world) handle(id, fails, who string) webhook.Event {
	w.Helper()
	e := webhook.Event{
		Source: "kyc", Provider: "kyc", ID: id, Type: kyc.SessionApproved.Name(), Received: noon, Identity: webhook.Given,
		Raw: fmt.Appendf(nil, `{"id":%q,"type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1","status":%q,"phone":%q}}`, id, fails, who),
	}
	w.send(e)
	return e
}

func (w *world) send(e webhook.Event) process.Result {
	w.Helper()
	if err := w.queue.Send(w.Context(), queue.Message{Event: e}, 0); err != nil {
		w.Fatal(err)
	}
	ms, err := w.queue.Receive(w.Context(), 1, 0)
	if err != nil || len(ms) != 1 {
		w.Fatalf("received %d, %v", len(ms), err)
	}
	r := w.worker.Batch(w.Context(), ms)[0]
	if r.Acked {
		w.queue.Delete(w.Context(), []string{ms[0].Wire.Receipt})
	}
	return r
}

func (w *world) eraser() erase.Eraser {
	return erase.Eraser{Ledger: w.ledger, Dead: dead.Client{Dead: w.dead}, Now: func() time.Time { return noon }}
}

// find plans to erase what is about the person.
func (w *world) find(x erase.Eraser) erase.Plan {
	w.Helper()
	plan, err := x.Find(w.Context(), search.Match{Contains: person}, ledger.Scan{})
	if err != nil {
		w.Fatal(err)
	}
	return plan
}

func names(plan erase.Plan) (items, notEnded []string) {
	for _, item := range plan.Items {
		items = append(items, fmt.Sprint(item.Key, " ", len(item.Letters)))
	}
	for _, e := range plan.NotEnded {
		notEnded = append(notEnded, e.Key)
	}
	return items, notEnded
}

func (w *world) equal(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// said returns everything that the intake still says, as one text.
func (w *world) said() string {
	w.Helper()
	table, err := w.store.Snapshot()
	if err != nil {
		w.Fatal(err)
	}
	letters, err := w.dead.Snapshot()
	if err != nil {
		w.Fatal(err)
	}
	var text strings.Builder
	for key := range w.store.Records() {
		if body, ok := w.store.Payload(key); ok {
			text.Write(body)
		}
	}
	return text.String() + string(table) + string(letters)
}
