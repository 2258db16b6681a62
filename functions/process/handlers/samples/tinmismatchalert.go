package samples

import (
	"context"
	"fmt"
	"log/slog"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
)

// tinMismatchAlert tells the back office that a name and a tax number do not belong
// together. It names the request and neither of them. At least once, as watchlistAlert.
type tinMismatchAlert struct {
	alert  func(ctx context.Context, text string) error
	sample bool // says that it would alert, and calls nobody
}

func (t tinMismatchAlert) handle(ctx context.Context, e hook.Event[compliancely.TINResult]) error {
	if e.Data.Status != compliancely.TINDidNotMatch {
		return nil
	}
	if t.sample {
		slog.InfoContext(ctx, "would alert: name and tax number do not match", "id", e.ID, "request", e.Data.ID)
		return nil
	}
	return t.alert(ctx, fmt.Sprintf("Compliancely: name and tax number do not match (request %d).", e.Data.ID))
}
