package operate

import (
	"context"
	"fmt"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
)

// A Quarantine has the requests that ingest refused for their signature and kept. The errors
// of its first three methods are those of [vault.Vault].
type Quarantine interface {
	// List returns the kept objects whose key comes after the key given, oldest first, at
	// most limit (1 to [vault.MaxList]). Fewer than limit means that there are no more.
	List(ctx context.Context, after string, limit int) ([]vault.Object, error)
	// Get returns the body of an object.
	Get(ctx context.Context, key string) ([]byte, error)
	// Delete removes an object for good. It is not an error if there is none.
	Delete(ctx context.Context, key string) error
	// Verify decides as ingest does, with the sources that are in use now and as of r.At,
	// whether r comes from its source's provider, and returns the message that ingest would
	// have sent then. Its error is a [webhook.Code]: that of the refusal,
	// [webhook.ErrUnknownSource], or [webhook.ErrSourcesUnavailable] with the cause.
	Verify(ctx context.Context, r quarantine.Request) (queue.Message, error)
}

// NewQuarantine returns the quarantine in a vault, whose requests are verified with these
// sources.
func NewQuarantine(kept vault.Vault, sources *source.Sources) Quarantine {
	return keptRequests{kept, sources}
}

type keptRequests struct {
	vault   vault.Vault
	sources *source.Sources
}

// List implements [Quarantine].
func (k keptRequests) List(ctx context.Context, after string, limit int) ([]vault.Object, error) {
	return k.vault.List(ctx, vault.Quarantine, after, limit)
}

// Get implements [Quarantine].
func (k keptRequests) Get(ctx context.Context, key string) ([]byte, error) {
	return k.vault.Get(ctx, key)
}

// Delete implements [Quarantine].
func (k keptRequests) Delete(ctx context.Context, key string) error {
	return k.vault.Delete(ctx, key)
}

// Verify implements [Quarantine].
func (k keptRequests) Verify(ctx context.Context, r quarantine.Request) (queue.Message, error) {
	src, verified, err := k.sources.Verify(ctx, r.Source, r.Request)
	if err != nil {
		return queue.Message{}, fmt.Errorf("verify: %w", err)
	}
	return ingest.NewMessage(src, verified, r.Request)
}
