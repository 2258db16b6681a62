package dead_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

func Example() {
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	letters := memory.New(memory.Options{Now: func() time.Time { return noon }})
	ctx := context.Background()
	err := letters.Send(ctx, queue.Message{
		Event:   webhook.Event{Source: "kyc", Provider: "kyc", ID: "evt_1", Type: "session.created", Received: noon, Raw: []byte("{}")},
		Failure: &queue.Failure{Reason: queue.ReasonPermanent, Error: "no such customer", At: noon.UnixMilli(), Attempts: 1, Fence: 1},
	}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	client := dead.Client{Dead: memoryNow{letters}}
	found, err := client.List(ctx, dead.Filter{Reasons: []queue.Reason{queue.ReasonPermanent}}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range found.Letters {
		fmt.Println(l.At().Format(time.RFC3339), l.Source, l.ID, l.Reason(), l.Cause())
	}
	fmt.Println("visible again:", letters.Counts().Visible)
	// Output:
	// 2026-10-01T12:00:00Z kyc evt_1 permanent no such customer
	// visible again: 1
}

// memoryNow does not wait: its clock stands still.
type memoryNow struct{ *memory.Queue }

func (q memoryNow) Receive(ctx context.Context, limit int, _ time.Duration) ([]queue.Message, error) {
	return q.Queue.Receive(ctx, limit, 0)
}
