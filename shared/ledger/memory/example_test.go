package memory_test

import (
	"context"
	"errors"
	"fmt"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
)

// A claim's reply is lost. The claim was applied, and asking again under the same owner
// finds it.
func ExampleStore_fault() {
	lost := true
	store := &memory.Store{Fault: func(op, _ string) (bool, error) {
		if op == memory.OpClaim && lost {
			lost = false
			return true, errors.New("connection reset")
		}
		return true, nil
	}}
	requests := []ledger.Request{{Key: "kyc#1", Owner: "worker-1"}}
	for range 2 {
		answer := store.Claim(context.Background(), requests)[0]
		fmt.Println(answer.Status, answer.Err)
	}
	// Output:
	// Unknown claim kyc#1: connection reset
	// Claimed <nil>
}
