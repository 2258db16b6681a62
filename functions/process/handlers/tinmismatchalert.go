package handlers

import (
	"context"
	"log/slog"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
)

// tinMismatchAlert tells the back office that a name and a tax number do not belong
// together. Neither of them goes into the log.
func tinMismatchAlert(ctx context.Context, e hook.Event[compliancely.TINResult]) error {
	if e.Data.Status != compliancely.TINDidNotMatch {
		return nil
	}
	slog.InfoContext(ctx, "would alert: name and tax number do not match", "id", e.ID, "request", e.Data.ID)
	return nil
}
