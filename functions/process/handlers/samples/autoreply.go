package samples

import (
	"context"
	"log/slog"
	"unicode/utf8"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// autoReply answers a text, with or without attachments, with another, from the number that
// received it. Sending takes no idempotency key, so a second try could be a second message:
// it is registered hook.AtMostOnce. It does not answer a message that it recognizes as a
// program's; mayLoop says which it cannot recognize.
type autoReply struct {
	client *contiguity.Client
	text   string
	sample bool // logs what it would send, and calls nobody
}

func (a autoReply) handle(ctx context.Context, e hook.Event[contiguity.Text]) error {
	why := mayLoop(e.Data.From, e.Data.To, e.Data.Body, a.text)
	if why == "" && isShortCode(e.Data.From) {
		why = "it comes from a short code"
	}
	if why != "" {
		slog.InfoContext(ctx, "not answered: it may be a program's", "id", e.ID, "because", why)
		return nil
	}
	if a.sample {
		slog.InfoContext(ctx, "would reply to the text", "id", e.ID, "characters", utf8.RuneCountInString(a.text))
		return nil
	}
	_, err := a.client.ReplyText(ctx, e.Data, contiguity.Reply{Message: a.text})
	return err // it says whether a retry may help, and whether it is harmless
}
