package memory

import (
	"context"
	"time"

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

// Erase removes the content of the found event: from its record, as [ledger.Erase] decides,
// and the payload beside it. It reports false, and has removed nothing, if the event has not
// ended, or was claimed or ended since.
func (r *Reader) Erase(_ context.Context, found ledger.Found, now time.Time) (erased bool, err error) {
	next, _ := ledger.Erase(found.Record, now)
	if next.State != ledger.StateCompleted && next.State != ledger.StateFailed || !r.write(found, next) {
		return false, nil
	}
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	delete(r.store.payloads, found.Key)
	return true, nil
}

// State returns the state with that id; its version is 0 if there is none.
func (r *Reader) State(ctx context.Context, id string) (ledger.StateValue, error) {
	return r.store.GetState(ctx, id)
}

// EraseState removes the state with that id. It reports false, and has removed nothing, if
// the state has another version by now.
func (r *Reader) EraseState(_ context.Context, id string, version int64) (erased bool, err error) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if found, ok := r.store.states[id]; !ok || found.Version != version {
		return false, nil
	}
	delete(r.store.states, id)
	return true, nil
}
