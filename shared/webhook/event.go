package webhook

import (
	"fmt"
	"log/slog"
	"time"
)

// An Event is one verified webhook on its way to the handlers.
//
// It prints and logs without Raw: the payload may hold messages, phone numbers and
// tax numbers.
type Event struct {
	Source   string    // the configured source's name, the last part of the webhook URL
	Provider string    // the provider's name
	ID       string    // what the provider calls the event, or a hash; unique within the source
	Type     string    // today's name of the type
	Time     time.Time // the event's own time; zero where unknown, and before it is opened
	Received time.Time // when ingest took it, to the millisecond
	Raw      []byte    // the request body, byte for byte
}

// Key is the dedup key: events with the same Key are the same event.
func (e Event) Key() string { return e.Source + "#" + e.ID }

// Format prints the event without its payload, whatever the verb. Only for %p and %w,
// which are for pointers and errors, fmt does not ask it; vet refuses those.
func (e Event) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s %s from %s (%d bytes)", e.Type, e.ID, e.Source, len(e.Raw))
}

// LogValue logs the event without its payload.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("source", e.Source),
		slog.String("type", e.Type),
		slog.String("id", e.ID),
	)
}
