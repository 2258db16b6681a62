package operate

import (
	"context"

	"webhookintake/shared/ledger"
)

// Contents are what a ledger keeps beside the records of events.
type Contents interface {
	// Payloads returns what is kept of the bodies of the keys' events. A key of which nothing
	// is kept is not in the result.
	Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error)
}
