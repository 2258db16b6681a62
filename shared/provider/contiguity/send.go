package contiguity

import (
	"context"
	"fmt"
)

// The most attachments that the API takes.
const (
	maxTextAttachments = 3  // 5 MB together
	maxAttachments     = 10 // 50 MB together
)

// An OutgoingText is a text to be sent.
type OutgoingText struct {
	To          string   `json:"to"`                    // E.164
	From        string   `json:"from,omitempty"`        // empty: any number of yours, as the provider likes
	Message     string   `json:"message,omitempty"`     // needed where there are no attachments
	Attachments []string `json:"attachments,omitempty"` // https URLs with a file extension; at most 3, of 5 MB together
	FastTrack   bool     `json:"fast_track,omitempty"`
}

// An OutgoingIMessage is an iMessage to be sent.
type OutgoingIMessage struct {
	To          string    `json:"to"`                    // E.164, or an address
	From        string    `json:"from,omitempty"`        // empty: any number of yours
	Message     string    `json:"message,omitempty"`     // needed where there are no attachments
	Attachments []string  `json:"attachments,omitempty"` // https URLs with a file extension; at most 10, of 50 MB together
	Fallback    *Fallback `json:"fallback,omitempty"`    // nil: none
	FastTrack   bool      `json:"fast_track,omitempty"`  // beyond one message a second; needs an entitlement
}

// An OutgoingWhatsApp is a WhatsApp message to be sent.
type OutgoingWhatsApp struct {
	To          string    `json:"to"`             // E.164
	From        string    `json:"from,omitempty"` // empty: any number of yours
	Message     string    `json:"message"`
	Attachments []string  `json:"attachments,omitempty"` // https URLs with a file extension; at most 10, of 50 MB together
	Fallback    *Fallback `json:"fallback,omitempty"`    // nil: none
}

// A Fallback has a message sent as a text where its own channel does not work.
type Fallback struct {
	When []FallbackWhen `json:"when"`
	From string         `json:"from,omitempty"` // the number for the text
}

// A FallbackWhen is a case in which a [Fallback] is taken.
type FallbackWhen string

// The cases that the API knows.
const (
	IMessageUnsupported FallbackWhen = "imessage_unsupported"
	IMessageFails       FallbackWhen = "imessage_fails"
	WhatsAppUnsupported FallbackWhen = "whatsapp_unsupported"
	WhatsAppFails       FallbackWhen = "whatsapp_fails"
)

// Sent is the provider's word that it took a message.
type Sent struct {
	MessageID string     // of the message; compare it whole, as its prefix differs between calls and events
	RequestID string     // of the call, for the provider's support
	At        UnixMillis // by the provider's clock
}

// SendText sends a text.
// API: POST /send/text.
func (c *Client) SendText(ctx context.Context, m OutgoingText) (Sent, error) {
	const op = "send text"
	if err := checkOutgoing(op, m.To, m.Message, m.Attachments, maxTextAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/text", m)
}

// SendIMessage sends an iMessage.
// API: POST /send/imessage.
func (c *Client) SendIMessage(ctx context.Context, m OutgoingIMessage) (Sent, error) {
	const op = "send iMessage"
	if err := checkOutgoing(op, m.To, m.Message, m.Attachments, maxAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/imessage", m)
}

// SendWhatsApp sends a WhatsApp message. It needs a text even with attachments.
// API: POST /send/whatsapp.
func (c *Client) SendWhatsApp(ctx context.Context, m OutgoingWhatsApp) (Sent, error) {
	const op = "send WhatsApp message"
	if m.Message == "" {
		return Sent{}, refusal(op, "it has no message, which WhatsApp needs")
	}
	if err := checkOutgoing(op, m.To, m.Message, m.Attachments, maxAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/whatsapp", m)
}

func checkOutgoing(op, to, message string, attachments []string, most int) error {
	switch {
	case to == "":
		return refusal(op, "it has no recipient")
	case message == "" && len(attachments) == 0:
		return refusal(op, "it has neither a message nor attachments")
	case len(attachments) > most:
		return refusal(op, fmt.Sprintf("it has %d attachments, at most %d are taken", len(attachments), most))
	}
	return nil
}

// send posts a message that gets an id.
func (c *Client) send(ctx context.Context, op, path string, m any) (Sent, error) {
	type sent struct {
		MessageID string `json:"message_id"`
	}
	answer, err := post[sent](ctx, c, op, path, m)
	if err != nil {
		return Sent{}, err
	}
	return Sent{MessageID: answer.Data.MessageID, RequestID: answer.ID, At: answer.Timestamp}, nil
}
