package process_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

// A worker handles an event that was queued twice, once.
func Example() {
	var handlers hook.Registry
	hook.On(&handlers, paid, "charge", func(_ context.Context, e hook.Event[order]) error {
		fmt.Println("charging", e.Data.Cents)
		return nil
	})
	store, events := &ledgermemory.Store{}, queuememory.New(queuememory.Options{})
	w := &process.Worker{
		Handlers: &handlers, Ledger: store, Entities: store, States: store,
		Queue: events, DeadLetters: queuememory.New(queuememory.Options{}),
	}
	for range 2 {
		_ = events.Send(context.Background(), queue.Message{Event: webhook.Event{
			Source: "shop", Provider: "shop", ID: "evt_1", Type: "order.paid",
			Received: time.Now(), Raw: []byte(`{"id":"o-1","cents":500}`),
		}}, 0)
	}
	batch, _ := events.Receive(context.Background(), queue.MaxBatch, 0)
	for _, r := range w.Batch(context.Background(), batch) {
		fmt.Println(r.Message.ID, r.Outcome)
	}
	// Output:
	// charging 500
	// evt_1 handled
	// evt_1 duplicate
}
