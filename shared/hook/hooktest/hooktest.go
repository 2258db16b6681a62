// Package hooktest makes events for the tests of handlers.
//
// It promises events that differ from real ones in nothing that a handler can see but
// their made-up id. It never signs, queues or stores anything.
package hooktest

import (
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// Event is a first try of an event of type t with the payload data. Its fields may be
// changed freely before the handler gets it. Raw holds data alone, without an
// envelope. It panics if data cannot be written as JSON.
func Event[T any](t webhook.Type[T], data T) hook.Event[T] {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("hooktest: payload of %s: %v", t.Name(), err))
	}
	now := time.Now().Truncate(time.Millisecond)
	return hook.Event[T]{
		Event: webhook.Event{
			Source: t.Provider().Name(), Provider: t.Provider().Name(),
			ID: "evt_test", Type: t.Name(),
			Time: now, Received: now, Raw: raw,
		},
		Attempt: 1,
		Data:    data,
	}
}
