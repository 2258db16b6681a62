// This file takes the place of handlers/register.go in the program that the tests
// build: its handlers do what an event's body says, in "do".

package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// Register enters the handlers.
func Register(r *hook.Registry, getenv func(string) string) error {
	if problem := getenv("REFUSE"); problem != "" {
		return errors.New(problem)
	}
	if table := getenv("EFFECTS_TABLE"); table != "" {
		count := counter{table: table}
		hook.OnWrites(r, contiguity.TextIncomingMMS, "count", count.handle)
		hook.OnWrites(r, contiguity.TextIncomingMMS, "count-again", count.handleAgain)
	}
	hook.On(r, contiguity.TextIncomingSMS, "obey", obey)
	hook.On(r, contiguity.TextIncomingSMS, "second", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	hook.On(r, contiguity.IMessageIncoming, "send-once", sendOnce, hook.AtMostOnce)
	hook.OnProvider(r, contiguity.Provider{}, "witness", func(context.Context, hook.Event[json.RawMessage]) error { return nil })
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

// counter adds 1 to an item for each event: what happened twice shows as 2.
type counter struct{ table string }

func (c counter) handle(_ context.Context, e hook.Event[contiguity.Text]) ([]webhook.Write, error) {
	if e.Data.Body == "fail-always" {
		return nil, hook.Permanent(errSecret)
	}
	return []webhook.Write{webhook.Add(c.table, webhook.Attributes{"pk": webhook.S(e.ID)}, "n", 1)}, nil
}

func (c counter) handleAgain(_ context.Context, e hook.Event[contiguity.Text]) ([]webhook.Write, error) {
	return []webhook.Write{webhook.Add(c.table, webhook.Attributes{"pk": webhook.S(e.ID + ":again")}, "n", 1)}, nil
}
