package samples

import (
	"context"
	"fmt"
	"log/slog"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
)

// tinMismatchAlert tells the back office that a name and a tax number do not match. It
// names the request, but neither of them. It runs at least once, as watchlistAlert does.
//
// A webhook of Compliancely has no signed time, so anybody who saw one can send it again.
// With credentials for the API it therefore asks again before it alerts; without, the alert
// says that the webhook may be an old one.
type tinMismatchAlert struct {
	alert   func(ctx context.Context, text string) error
	confirm func(ctx context.Context, r compliancely.TINResult) (compliancely.TINResult, error) // nil: no credentials
	sample  bool                                                                                // logs that it would alert, and calls nobody
}

func (t tinMismatchAlert) handle(ctx context.Context, e hook.Event[compliancely.TINResult]) error {
	if e.Data.Status != compliancely.TINDidNotMatch {
		return nil
	}
	if t.sample {
		slog.InfoContext(ctx, "would alert: name and tax number do not match", "id", e.ID, "request", e.Data.ID)
		return nil
	}
	text := fmt.Sprintf("Compliancely: name and tax number do not match (request %d).", e.Data.ID)
	switch {
	case t.confirm != nil:
		now, err := t.confirm(ctx, e.Data)
		if err != nil {
			return fmt.Errorf("confirm the request: %w", err)
		}
		if now.Status != compliancely.TINDidNotMatch {
			return nil // the webhook is outdated, or was sent by somebody else
		}
	case !e.Earlier().IsZero():
		text += " The same webhook came before, on " + e.Earlier().Format("2006-01-02 15:04 MST") + ": look whether it is still so."
	}
	return t.alert(ctx, text)
}
