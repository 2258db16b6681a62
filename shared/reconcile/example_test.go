package reconcile_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/queue/memory"
	"webhookintake/shared/reconcile"
)

// What was found goes into the queue. Doing so again does no harm: the ids are the same.
func Example() {
	ctx := context.Background()
	client := (&fake{answers: paths(one, session)}).kyc() // an API that answers like the provider's
	messages, err := reconcile.KYC(ctx, client, reconcile.KYCQuery{Received: noon, Since: noon.Add(-24 * time.Hour)})
	if err != nil {
		fmt.Println(err) // some may have been found all the same
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
