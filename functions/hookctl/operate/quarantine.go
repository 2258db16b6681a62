package operate

import (
	"context"
	"fmt"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/vault/quarantine"
)

// A Quarantine has the requests that ingest refused for their signature and kept, in the
// vault.
type Quarantine interface {
	Vault
	// Verify decides as ingest does, with the sources that are in use now and as of r.At,
	// whether r comes from its source's provider, and returns the message that ingest would
	// have sent then. Its error is a [webhook.Code]: that of the refusal,
	// [webhook.ErrUnknownSource], or [webhook.ErrSourcesUnavailable] with the cause.
	Verify(ctx context.Context, r quarantine.Request) (queue.Message, error)
}

// NewQuarantine returns the quarantine in a vault, whose requests are verified with these
// sources.
func NewQuarantine(kept Vault, sources *source.Sources) Quarantine {
	return keptRequests{kept, sources}
}

type keptRequests struct {
	Vault
	sources *source.Sources
}

// Verify implements [Quarantine].
func (k keptRequests) Verify(ctx context.Context, r quarantine.Request) (queue.Message, error) {
	src, verified, err := k.sources.Verify(ctx, r.Source, r.Request)
	if err != nil {
		return queue.Message{}, fmt.Errorf("verify: %w", err)
	}
	return ingest.NewMessage(src, verified, r.Request)
}
