package queue

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"webhookintake/shared/webhook"
)

// A Message is one event in a queue.
type Message struct {
	webhook.Event // without Time, which is read when the body is opened

	// Origin is what ingest knows of the event besides. The zero Origin says nothing.
	Origin Origin

	// Failure says why the message is a dead letter, or was one before an operator
	// sent it back, or what an operator asks for. It is nil for a message from ingest.
	Failure *Failure

	// NoBody says that the message carries no body, and no handler may run for it.
	NoBody bool

	// Wire is the message as it was received. It is zero for a message that is not
	// sent yet.
	Wire Wire

	// Unreadable says why Decode could not read an event from Wire, or is nil. Such a
	// message keeps its body when it is sent again.
	Unreadable error
}

// NeverRuns reports whether no handler may run for m, whatever the ledger says: it cancels
// its event, or has no body.
func (m Message) NeverRuns() bool {
	return m.NoBody || m.Failure != nil && m.Failure.Reason == ReasonCancel
}

// A Wire is a message as SQS has it. It is printed and logged without body and attributes.
type Wire struct {
	MessageID  string            // the queue's id; new for each Send
	Receipt    string            // identifies this receive of the message
	Body       string            // as transported
	Attributes map[string]string // message attributes of type String
	Receives   int               // the number of receives, including this one; 0 if unknown
	Sent       time.Time         // when the queue accepted it; zero if unknown
}

// Format implements [fmt.Formatter]. It omits the payload, whatever the verb.
func (w Wire) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, w.summary()) }

// LogValue implements [slog.LogValuer]. It omits the payload.
func (w Wire) LogValue() slog.Value { return slog.StringValue(w.summary()) }

func (w Wire) summary() string {
	return fmt.Sprintf("message %q (%d bytes, receive %d)", w.MessageID, w.Size(), w.Receives)
}

// The names of message attributes. All have the type String.
const (
	AttrSource   = "source"
	AttrProvider = "provider"
	AttrID       = "id"
	AttrType     = "type"
	AttrReceived = "received" // unix milliseconds
	AttrEncoding = "encoding" // absent for a plain body
	AttrOrigin   = "origin"   // JSON of the event's Identity and of Origin; absent from an older version's
	AttrFailure  = "failure"  // JSON of Failure, on dead letters and on what operators send
)
