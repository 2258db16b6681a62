package webhook

import (
	"fmt"
	"log/slog"
	"time"
)

// An Event is one verified webhook.
//
// It is printed and logged without Raw, which may hold messages, phone numbers and tax
// numbers.
type Event struct {
	Source   string    // the configured source's name, the last part of the webhook URL
	Provider string    // the provider's name
	ID       string    // the provider's id of the event, or a hash; unique within the source
	Identity Identity  // how the id was made
	Type     string    // the current name of the type
	Time     time.Time // the event's own time; zero if unknown, and before the body is opened
	Received time.Time // when ingest received it, to the millisecond
	Raw      []byte    // the request body, byte for byte
}

// Key returns the dedup key: events with the same Key are the same event.
func (e Event) Key() string { return e.Source + "#" + e.ID }

// Format implements [fmt.Formatter]. It omits the payload, whatever the verb. The
// exceptions are %p and %w, for which fmt calls no method; vet reports them.
func (e Event) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s %s from %s (%d bytes)", e.Type, e.ID, e.Source, len(e.Raw))
}

// LogValue implements [slog.LogValuer]. It omits the payload.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("source", e.Source),
		slog.String("type", e.Type),
		slog.String("id", e.ID),
	)
}
