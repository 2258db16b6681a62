package ledger_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
)

// An event arrives twice. The first copy is claimed, handled and ended; the second is a
// duplicate.
func Example() {
	ctx := context.Background()
	var store ledger.Store = new(memory.Store)
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	request := ledger.Request{
		Key: "contiguity#evt_1", Owner: "6f2a1c0d9e8b7a69", Type: "text.incoming.sms",
		At: noon, Lease: noon.Add(time.Minute),
		Received: noon, DedupUntil: noon.Add(30 * 24 * time.Hour),
	}

	answer := store.Claim(ctx, []ledger.Request{request})[0]
	fmt.Println(answer.Status, "with fence", answer.Claim.Fence)

	// The handler runs here.

	errs := store.End(ctx, []ledger.End{{
		Claim: answer.Claim, At: noon.Add(time.Second),
		State: ledger.StateCompleted, Done: []string{"auto-reply"},
	}})
	fmt.Println("ended:", errs[0])

	request.Owner = "0b1e5d7c3a2f4e68"
	fmt.Println(store.Claim(ctx, []ledger.Request{request})[0].Status)

	// Output:
	// Claimed with fence 1
	// ended: <nil>
	// Duplicate
}
