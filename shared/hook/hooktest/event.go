package hooktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// Start is when a [Webhook] happens and arrives.
var Start = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// Event returns the first try of an event of type t with the payload data, for calling a
// handler. Its fields may be changed before the handler gets it. Raw holds only data,
// without an envelope: for [Run] make a [Webhook]. It panics if data cannot be encoded as
// JSON.
func Event[T any](t webhook.Type[T], data T) hook.Event[T] {
	now := time.Now().Truncate(time.Millisecond)
	return hook.Event[T]{
		Event: webhook.Event{
			Source: t.Provider().Name(), Provider: t.Provider().Name(),
			ID: "evt_test", Type: t.Name(),
			Time: now, Received: now, Raw: marshal(t, data),
		},
		Attempt: 1,
		Data:    data,
	}
}

// A wrapper is a provider whose body is more than the payload. Wrap is the reverse of
// Open: it writes the body that says what e does.
type wrapper interface {
	Wrap(e webhook.Envelope) ([]byte, error)
}

// Webhook returns an event of type t as it arrives: with the whole body that the provider
// sends for data, at [Start]. If the provider's ids are made from the body, id is ignored.
// It panics if data cannot be encoded as JSON, or if the provider's own code cannot open
// the body.
func Webhook[T any](t webhook.Type[T], id string, data T) webhook.Event {
	return WebhookAt(t, id, data, Start)
}

// WebhookAt is a [Webhook] that happens and arrives at the given time. Change Received to
// make it arrive later than it happened.
func WebhookAt[T any](t webhook.Type[T], id string, data T, at time.Time) webhook.Event {
	p, body := t.Provider(), marshal(t, data)
	if w, ok := p.(wrapper); ok {
		var err error
		if body, err = w.Wrap(webhook.Envelope{ID: id, Type: t.Name(), Time: at, Data: body}); err != nil {
			panic(fmt.Sprintf("hooktest: write the body of %s: %v", t.Name(), err))
		}
	}
	_, envelope, err := t.Decode(body)
	if err != nil {
		panic(fmt.Sprintf("hooktest: %s would not take this as %s: %v", p.Name(), t.Name(), err))
	}
	return webhook.Event{
		Source: p.Name(), Provider: p.Name(),
		ID: cmp.Or(envelope.ID, id), Identity: envelope.Identity, Type: t.Name(),
		Time: envelope.Time, Received: at, Raw: body,
	}
}

func marshal[T any](t webhook.Type[T], data T) []byte {
	body, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("hooktest: payload of %s: %v", t.Name(), err))
	}
	return body
}
