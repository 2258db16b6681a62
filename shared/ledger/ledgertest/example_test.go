package ledgertest_test

import (
	"testing"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/ledgertest"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/webhook"
)

// An implementation's test gives the suite fresh stores, and access to what they keep.
func ExampleRun() {
	_ = func(t *testing.T) {
		ledgertest.Run(t, func(*testing.T) ledgertest.Harness {
			store := new(memory.Store)
			return ledgertest.Harness{
				Store:   store,
				Record:  func(_ *testing.T, key string) (ledger.Record, bool) { return store.Record(key) },
				Payload: func(_ *testing.T, key string) ([]byte, bool) { return store.Payload(key) },
				Drop:    func(_ *testing.T, id string) { store.DropState(id) },
				Table:   "users",
				Item: func(_ *testing.T, id string) webhook.Attributes {
					item, _ := store.Item("users", webhook.Attributes{"id": webhook.S(id)})
					return item
				},
				// Lose: inject the store's faults.
			}
		})
	}
	// Output:
}
