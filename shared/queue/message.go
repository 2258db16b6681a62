package queue

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"webhookintake/shared/webhook"
)

// A Message is one event on its way through a queue.
type Message struct {
	webhook.Event // Time is not carried: it is read from the body when that is opened

	// Failure says why the message is a dead letter, or was one before an operator
	// sent it back. Nil on its way from ingest.
	Failure *Failure

	// Wire is the message as it was received; the zero Wire on one that is yet to
	// be sent.
	Wire Wire

	// Unreadable says why Decode could not make an event of Wire; nil for what it
	// could. Sent on, such a message keeps the body it came with.
	Unreadable error
}

// A Wire is a message as SQS has it. It prints and logs without body and attributes.
type Wire struct {
	MessageID  string            // the queue's own id; new for each Send
	Receipt    string            // names this receive of the message
	Body       string            // as transported
	Attributes map[string]string // message attributes of type String
	Receives   int               // how often it was received, this time included; 0 if unknown
	Sent       time.Time         // when the queue took it; zero if unknown
}

// Format prints the message without its payload, whatever the verb.
func (w Wire) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, w.summary()) }

// LogValue logs the message without its payload.
func (w Wire) LogValue() slog.Value { return slog.StringValue(w.summary()) }

func (w Wire) summary() string {
	return fmt.Sprintf("message %q (%d bytes, receive %d)", w.MessageID, w.Size(), w.Receives)
}

// The message attributes. All are of type String.
const (
	AttrSource   = "source"
	AttrProvider = "provider"
	AttrID       = "id"
	AttrType     = "type"
	AttrReceived = "received" // unix milliseconds
	AttrEncoding = "encoding" // absent for a body that is plain
	AttrFailure  = "failure"  // JSON of Failure, on dead letters only
)
