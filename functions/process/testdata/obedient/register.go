// Package handlers takes the place of functions/process/handlers in programs that tests build:
// its handlers do what an event's body says.
package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// Register enters the handlers.
func Register(r *hook.Registry, getenv func(string) string) error {
	switch problem := getenv("REFUSE"); problem {
	case "":
	case "after":
		hook.On(r, contiguity.TextIncomingSMS, "send", obey, hook.After("move"))
	case "timeout":
		hook.On(r, contiguity.TextIncomingSMS, "send", obey, hook.Timeout(time.Minute))
	default:
		return errors.New(problem)
	}
	if table := getenv("EFFECTS_TABLE"); table != "" {
		hook.OnWrites(r, contiguity.TextIncomingMMS, "count", count[contiguity.Text](table, ""))
		hook.OnWrites(r, contiguity.TextIncomingMMS, "count-again", count[contiguity.Text](table, ":again"))
		hook.OnWrites(r, kyc.SessionApproved, "count", count[kyc.Session](table, ""))
		hook.OnWrites(r, kyc.SessionApproved, "count-again", count[kyc.Session](table, ":again"))
		hook.OnWrites(r, compliancely.TINMatch, "count", count[compliancely.TINResult](table, ""))
		hook.OnWrites(r, compliancely.TINMatch, "count-again", count[compliancely.TINResult](table, ":again"))
		hook.OnWrites(r, contiguity.EmailIncoming, "sum", sum(table))
	}
	if table := getenv("SAID_TABLE"); table != "" {
		registerChat(r, table)
	}
	hook.On(r, contiguity.TextIncomingSMS, "obey", obey)
	hook.On(r, contiguity.TextIncomingSMS, "second", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	hook.On(r, contiguity.IMessageIncoming, "send-once", sendOnce, hook.AtMostOnce)
	hook.OnProvider(r, contiguity.Provider{}, "witness", witness)
	return nil
}

var errSecret = errors.New("no answer from +15005550001")

// obey does what the text says.
func obey(ctx context.Context, e hook.Event[contiguity.Text]) error {
	switch word, _, _ := strings.Cut(e.Data.Body, " "); word {
	case "fail":
		return errSecret
	case "fail-first":
		if e.Attempt == 1 {
			return errSecret
		}
	case "permanent":
		return hook.Permanent(errSecret)
	case "later":
		return hook.RetryAfter(time.Hour, errSecret)
	case "panic":
		panic("+15005550001")
	case "panic-aside":
		hook.Go(ctx, func() { panic("+15005550001") })
	case "exit":
		os.Exit(3)
	case "hang":
		select {} // whatever the context says
	case "wait":
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// witness sees every event of the provider, and logs as handlers do.
func witness(ctx context.Context, e hook.Event[json.RawMessage]) error {
	slog.InfoContext(ctx, "seen", "id", e.ID)
	return nil
}

// sendOnce fails as the text says, with and without knowing that nothing was sent.
func sendOnce(_ context.Context, e hook.Event[contiguity.IMessage]) error {
	switch e.Data.Body {
	case "unknown":
		return errSecret
	case "not-sent":
		return hook.NotSent(errSecret)
	case "exit":
		os.Exit(3)
	}
	return nil
}

// count adds 1 to an item for each event: what happened twice shows as 2.
func count[T any](table, suffix string) func(context.Context, hook.Event[T]) ([]webhook.Write, error) {
	return func(_ context.Context, e hook.Event[T]) ([]webhook.Write, error) {
		if text, ok := any(e.Data).(contiguity.Text); ok {
			if word, _, _ := strings.Cut(text.Body, " "); word == "permanent" {
				return nil, hook.Permanent(errSecret)
			}
		}
		key := webhook.Attributes{"pk": webhook.S(e.Key() + suffix)}
		return []webhook.Write{webhook.Add(table, key, "n", 1)}, nil
	}
}

// sum writes the SHA-256 of each e-mail as the handler saw it.
func sum(table string) func(context.Context, hook.Event[contiguity.Email]) ([]webhook.Write, error) {
	return func(_ context.Context, e hook.Event[contiguity.Email]) ([]webhook.Write, error) {
		text := fmt.Sprintf("%x of %d attachments", sha256.Sum256(e.Raw), len(e.Data.Attachments))
		key := webhook.Attributes{"pk": webhook.S(e.Key())}
		return []webhook.Write{webhook.Put(table, key, webhook.Attributes{"n": webhook.S(text)}).IfAbsent()}, nil
	}
}

// A conversation is a state: the events that moved it, in the order in which they did.
type conversation struct{ Moves []string }

// registerChat registers a handler that moves the conversation which the text's second
// word names, and one that notes in the table which move of it that was.
func registerChat(r *hook.Registry, table string) {
	chats := hook.NewState[conversation, int]("chat")
	name := func(t contiguity.Text) string {
		_, name, _ := strings.Cut(t.Body, " ")
		return name
	}
	hook.OnState(r, contiguity.TextIncomingMMS, "move", chats, name,
		func(_ context.Context, e hook.Event[contiguity.Text], c conversation) (conversation, int, error) {
			if strings.HasPrefix(e.Data.Body, "permanent") {
				return c, 0, hook.Permanent(errSecret)
			}
			c.Moves = append(c.Moves, e.ID)
			return c, len(c.Moves), nil
		})
	hook.OnWrites(r, contiguity.TextIncomingMMS, "say", func(ctx context.Context, e hook.Event[contiguity.Text]) ([]webhook.Write, error) {
		n, err := chats.Result(ctx)
		if err != nil {
			return nil, err
		}
		key := webhook.Attributes{"pk": webhook.S(e.ID + ":said")}
		return []webhook.Write{webhook.Put(table, key, webhook.Attributes{"n": webhook.N(int64(n))}).IfAbsent()}, nil
	}, hook.After("move"))
}
