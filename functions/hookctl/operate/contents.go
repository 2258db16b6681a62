package operate

import (
	"context"
	"time"

	"webhookintake/shared/ledger"
)

// Contents are what a ledger keeps of payloads, in records, beside them, and as states.
type Contents interface {
	// Payloads returns what is kept of the bodies of the keys' events. A key of which nothing
	// is kept is not in the result.
	Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error)
	// Erase removes the content of the found event: from its record, as ledger.Erase decides,
	// and the payload beside it. It reports false, and has removed nothing, if the event has
	// not ended, or was claimed or ended since.
	Erase(ctx context.Context, found ledger.Found, now time.Time) (erased bool, err error)
	// State returns the state with that id; its version is 0 if there is none.
	State(ctx context.Context, id string) (ledger.StateValue, error)
	// EraseState removes the state with that id. It reports false, and has removed nothing, if
	// the state has another version by now.
	EraseState(ctx context.Context, id string, version int64) (erased bool, err error)
}
