package ledgertest

import (
	"context"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A Harness is a store under test, fresh and empty, with the access that the suite needs.
type Harness struct {
	Store interface {
		ledger.Store
		ledger.Entities
		ledger.States
		ledger.Notes
	}
	Keep time.Duration // the store's option

	// Record and Payload return what is kept under a key, and whether it exists.
	Record  func(t *testing.T, key string) (ledger.Record, bool)
	Payload func(t *testing.T, key string) ([]byte, bool)
	// Index reads the index of what is open, and records by their keys.
	Index interface {
		Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error)
		RecordsOf(ctx context.Context, keys []string) (map[string]ledger.Record, error)
	}
	// Drop removes a state, as a table does some time after it has expired.
	Drop func(t *testing.T, stateID string)

	// Table is a user's table, whose key is the string attribute id. Item returns one of
	// its items, including the key, or nil.
	Table string
	Item  func(t *testing.T, id string) webhook.Attributes

	// Lose makes the store lose one of the messages that it sends from now on: a request to
	// its engine, or a step in memory. Stop ends that and reports whether a message was
	// lost.
	Lose func(l Loss) (stop func() (lost bool))
}

// A Loss says which message is lost.
type Loss struct {
	After int  // how many messages succeed before it
	Reply bool // the reply is lost, so the request was applied; otherwise the request is lost
}

// A testCase proves one promise, which quotes the contract word for word.
type testCase struct {
	name, promise string
	run           func(b *bench)
}

func cases() []testCase {
	return slices.Concat(
		claimCases(), rowCases(), holdCases(), commitCases(), entityCases(), stateCases(), noteCases(), conditionCases(), endCases(), triesCases(), openCases(),
		batchCases(), lossCases(), concurrencyCases(),
	)
}

// Run tests the stores that fresh makes, one for each case.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("broken promise: %s", c.promise)
				}
			})
			c.run(&bench{T: t, Harness: fresh(t)})
		})
	}
}
