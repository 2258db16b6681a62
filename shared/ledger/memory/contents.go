package memory

import (
	"context"

	"webhookintake/shared/ledger"
)

// Payloads returns what is kept of the bodies of the keys' events. A key of which nothing is
// kept is not in the result.
func (r *Reader) Payloads(_ context.Context, keys []string) (map[string]ledger.Kept, error) {
	kept := map[string]ledger.Kept{}
	for _, key := range keys {
		if body, ok := r.store.Payload(key); ok {
			kept[key] = ledger.Kept{Body: body}
		}
	}
	return kept, nil
}
