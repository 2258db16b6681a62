package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// An Event is one webhook as a handler gets it. Like webhook.Event, it is printed and
// logged without its payload.
type Event[T any] struct {
	webhook.Event
	Attempt int // every run of the event's handlers, including this one; receives do not count
	Data    T   // the payload

	handler    string
	dedupUntil time.Time
	earlier    time.Time
}

// Earlier returns when the same id was received before, outside of the window in which this
// event would have been a duplicate, or the zero time if that is not known. The ledger
// remembers it for 60 days after the window, or 29 where there is no vault.
//
// From a provider that signs no time (Compliancely, Contiguity's format v1) such an event
// may be a replay by anybody who saw one request. A handler that moves money or opens an
// account then asks the provider, for example with compliancely.Confirm.
func (e Event[T]) Earlier() time.Time { return e.earlier }

// IdempotencyKey identifies this event for this handler: 32 hexadecimal digits that are the
// same at every try. They differ for another handler, and for an event that arrives again
// after the window in which it would have been a duplicate. Pass it to APIs that take such
// a key.
func (e Event[T]) IdempotencyKey() string {
	h := sha256.New()
	for _, part := range []string{e.Key(), e.handler} {
		fmt.Fprintf(h, "%d:%s,", len(part), part)
	}
	fmt.Fprint(h, e.dedupUntil.UnixMilli())
	return hex.EncodeToString(h.Sum(nil)[:16])
}
