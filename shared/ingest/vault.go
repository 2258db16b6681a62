package ingest

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// SpillTime is the part of [Budget] that is reserved for the vault, if it accepts what the
// queue does not.
const SpillTime = 2 * time.Second

// store keeps m's body in the vault, and says where.
func (h *Handler) store(ctx context.Context, m queue.Message) (*queue.Stored, error) {
	var stored queue.Stored
	err := try(ctx, func(ctx context.Context) (err error) {
		stored.Key, stored.SHA256, err = vault.PutBody(ctx, h.Vault, m.Key(), m.Raw)
		return err
	})
	return &stored, err
}

// spill keeps the whole message in the vault, from where upkeep sends it. Each arrival has
// its own object: one that replaced another could be deleted with it.
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
