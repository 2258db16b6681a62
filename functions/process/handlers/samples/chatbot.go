package samples

import (
	"context"
	"log/slog"
	"unicode/utf8"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// A chatbot talks with people by text, iMessage and WhatsApp, in one conversation for each
// pair of numbers. It consists of two handlers: "chat" moves the conversation and returns
// what to say; "chat-reply" says it, at most once. So every message moves the conversation
// exactly once and gets its own answer, even if the answer is sent an hour later and the
// person has written again.
type chatbot struct {
	greeting string
	chats    hook.State[chat, answer]
	sample   bool // logs what it would send, and calls nobody
}

// An answer is what to say to one message.
type answer struct {
	Say string `json:"say,omitempty"` // empty: say nothing
}

// A message is a payload that can be answered. All of them have the same fields.
type message interface {
	contiguity.Text | contiguity.IMessage | contiguity.WhatsApp
}

// between returns the key of a message's conversation, which continues on whatever channel
// the next message comes.
func between[T message](m T) string {
	text := contiguity.Text(m)
	if text.From == "" || text.To == "" {
		return "" // nobody to talk to: a dead letter
	}
	return text.To + " " + text.From
}

// move is the handler "chat".
func move[T message](b chatbot) func(context.Context, hook.Event[T], chat) (chat, answer, error) {
	return func(ctx context.Context, e hook.Event[T], c chat) (chat, answer, error) {
		text := contiguity.Text(e.Data)
		why := mayLoop(text.From, text.To, text.Body, b.greeting)
		if why == "" && isShortCode(text.From) {
			why = "it comes from a short code"
		}
		if why != "" {
			slog.InfoContext(ctx, "not answered: it may be a program's", "id", e.ID, "because", why)
			return c, answer{}, nil
		}
		next, say := c.hear(text.Body, b.greeting)
		return next, answer{Say: say}, nil
	}
}

// reply is the handler "chat-reply", which answers with send.
func reply[T message](b chatbot, send func(context.Context, T, contiguity.Reply) (contiguity.Sent, error)) func(context.Context, hook.Event[T]) error {
	return func(ctx context.Context, e hook.Event[T]) error {
		a, err := b.chats.Result(ctx)
		if err != nil {
			return hook.NotSent(err)
		}
		if a.Say == "" {
			return nil
		}
		if b.sample {
			slog.InfoContext(ctx, "would answer the chat", "id", e.ID, "characters", utf8.RuneCountInString(a.Say))
			return nil
		}
		_, err = send(ctx, e.Data, contiguity.Reply{Message: a.Say})
		return err
	}
}
