package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// SpillTime is the part of [Budget] that is kept for the vault where it takes what the
// queue does not.
const SpillTime = 2 * time.Second

// A Putter is the part of [vault.Vault] that stores bytes. If it returns nil, they are
// durable; it neither retries nor runs longer than its context.
type Putter interface {
	Put(ctx context.Context, key string, body []byte) error
}

// store keeps m's body in the vault, and says where. The key depends on the event and the
// body alone, so the sender's retries do not add up.
func (h *Handler) store(ctx context.Context, m queue.Message) (*queue.Stored, error) {
	sum := sha256.Sum256(m.Raw)
	stored := &queue.Stored{SHA256: hex.EncodeToString(sum[:])}
	stored.Key = vault.BodyKey(m.Key(), stored.SHA256)
	err := try(ctx, func(ctx context.Context) error { return h.Vault.Put(ctx, stored.Key, m.Raw) })
	if err != nil {
		return nil, fmt.Errorf("store the body: %w", err)
	}
	return stored, nil
}

// spill keeps the whole message in the vault, from where upkeep sends it. Each arrival has
// an object of its own: one that replaced another could be deleted with it.
func (h *Handler) spill(ctx context.Context, m *outgoing) error {
	data, err := queue.Pack(m.Message, m.hash)
	if err != nil {
		return err
	}
	key := vault.SpillKey(m.Received)
	return h.again(ctx, func(ctx context.Context) error {
		err := try(ctx, func(ctx context.Context) error { return h.Vault.Put(ctx, key, data) })
		if errors.Is(err, vault.ErrInvalid) {
			return &finalError{err}
		}
		return err
	})
}
