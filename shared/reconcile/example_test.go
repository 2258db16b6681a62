package reconcile_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/reconcile"
)

// What was found goes into the queue. Doing it twice is harmless: the ids are the same.
func Example() {
	ctx := context.Background()
	api := &fake{answers: paths(one, session)} // it answers like the provider's
	client, err := kyc.NewClient(api.kycOptions())
	if err != nil {
		fmt.Println(err)
		return
	}
	messages, err := reconcile.KYC(ctx, client, reconcile.KYCQuery{Received: noon, Since: noon.Add(-24 * time.Hour)})
	if err != nil {
		fmt.Println(err) // what was found comes with the error
	}
	q := memory.New(memory.Options{})
	for _, m := range messages {
		if err := q.Send(ctx, m, 0); err != nil {
			fmt.Println(err)
		}
	}
	for _, m := range q.Messages() {
		fmt.Println(m.Type, m.ID[:16]+"…")
	}
	// Output: kyc.watchlist.reconciled reconcile:f3a7f8…
}
