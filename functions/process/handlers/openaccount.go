package handlers

import (
	"context"
	"errors"
	"log/slog"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/kyc"
)

// openAccount opens an account for a customer whom a compliance officer approved.
func openAccount(ctx context.Context, e hook.Event[kyc.Session]) error {
	if e.Data.SessionID == "" {
		return hook.Permanent(errors.New("the session has no id")) // no retry can add one
	}
	watch := e.Data.FinalDecision.Is(kyc.DecisionFlagged)
	// The key makes a second try harmless where the other side takes one.
	slog.InfoContext(ctx, "would open an account", "id", e.ID,
		"watch", watch, "idempotency_key", e.IdempotencyKey())
	return nil
}
