package samples

import (
	"context"
	"log/slog"
	"unicode/utf8"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// imessageReply answers an iMessage with a text and a file. Contiguity fetches the file
// from its https URL, so it needs access to that. It runs at most once, as autoReply does.
type imessageReply struct {
	client     *contiguity.Client
	text       string
	attachment string // an https URL with a file extension
	sample     bool   // logs what it would send, and calls nobody
}

func (i imessageReply) handle(ctx context.Context, e hook.Event[contiguity.IMessage]) error {
	if why := mayLoop(e.Data.From, e.Data.To, e.Data.Body, i.text); why != "" {
		slog.InfoContext(ctx, "not answered: it may be a program's", "id", e.ID, "because", why)
		return nil
	}
	if i.sample {
		slog.InfoContext(ctx, "would reply to the iMessage", "id", e.ID,
			"characters", utf8.RuneCountInString(i.text), "attachments", 1)
		return nil
	}
	_, err := i.client.ReplyIMessage(ctx, e.Data, contiguity.Reply{
		Message: i.text, Attachments: []string{i.attachment},
	})
	return err
}
