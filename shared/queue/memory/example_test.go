package memory_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

func Example() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	q := memory.New(memory.Options{Now: func() time.Time { return now }})
	ctx := context.Background()
	if err := q.Send(ctx, queue.Message{Event: webhook.Event{
		Source: "kyc", Provider: "kyc", ID: "evt_1", Type: "session.created", Received: now, Raw: []byte("{}"),
	}}, 0); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		received, err := q.Receive(ctx, queue.MaxBatch, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(received[0], "- receive", received[0].Wire.Receives, "-", q.Counts())
		now = now.Add(memory.DefaultVisibility) // nobody deleted it
	}
	// Output:
	// session.created evt_1 from kyc (2 bytes) - receive 1 - {0 1 0}
	// session.created evt_1 from kyc (2 bytes) - receive 2 - {0 1 0}
}
