package handlers

import (
	"cmp"
	"context"
	"log/slog"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// autoReply answers a text. Sending takes no idempotency key, so a second try would be
// a second message: it is registered hook.AtMostOnce.
type autoReply struct{ text string }

func (a autoReply) handle(ctx context.Context, e hook.Event[contiguity.Text]) error {
	text := cmp.Or(a.text, "Thanks, we got your message.")
	// It says what it would do. The answer goes from e.Data.To to e.Data.From.
	slog.InfoContext(ctx, "would reply to the text", "id", e.ID, "characters", len(text))
	return nil
}
