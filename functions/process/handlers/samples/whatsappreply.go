package samples

import (
	"context"
	"log/slog"
	"unicode/utf8"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// whatsappReply answers a WhatsApp message. It runs at most once, as autoReply does.
type whatsappReply struct {
	client *contiguity.Client
	text   string
	sample bool // logs what it would send, and calls nobody
}

func (w whatsappReply) handle(ctx context.Context, e hook.Event[contiguity.WhatsApp]) error {
	if why := mayLoop(e.Data.From, e.Data.To, e.Data.Body, w.text); why != "" {
		slog.InfoContext(ctx, "not answered: it may be a program's", "id", e.ID, "because", why)
		return nil
	}
	if w.sample {
		slog.InfoContext(ctx, "would reply to the WhatsApp message", "id", e.ID, "characters", utf8.RuneCountInString(w.text))
		return nil
	}
	_, err := w.client.ReplyWhatsApp(ctx, e.Data, contiguity.Reply{Message: w.text})
	return err
}
