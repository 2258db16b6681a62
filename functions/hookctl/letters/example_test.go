package letters_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"webhookintake/functions/hookctl/letters"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

func Example() {
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	dead := memory.New(memory.Options{Now: func() time.Time { return noon }})
	ctx := context.Background()
	err := dead.Send(ctx, queue.Message{
		Event:   webhook.Event{Source: "kyc", Provider: "kyc", ID: "evt_1", Type: "session.created", Received: noon, Raw: []byte("{}")},
		Failure: &queue.Failure{Reason: queue.ReasonPermanent, Error: "no such customer", At: noon.UnixMilli(), Attempts: 1, Fence: 1},
	}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	desk := letters.Desk{Dead: memoryNow{dead}}
	look, err := desk.Look(ctx, letters.Filter{Reasons: []queue.Reason{queue.ReasonPermanent}}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	look.Print(screen.New(os.Stdout, func(string) string { return "" }), noon.Add(time.Hour), 0)
	fmt.Println("visible again:", dead.Counts().Visible)
	// Output:
	// WHEN                  AGE  SOURCE  ID     TYPE             REASON     RUNS  ERROR
	// 2026-10-01 12:00:00Z  1h   kyc     evt_1  session.created  permanent  1     no such customer
	//
	// 1 dead letter
	//      1  permanent  kyc
	// visible again: 1
}

// memoryNow does not wait: its clock stands still.
type memoryNow struct{ *memory.Queue }

func (q memoryNow) Receive(ctx context.Context, limit int, _ time.Duration) ([]queue.Message, error) {
	return q.Queue.Receive(ctx, limit, 0)
}
