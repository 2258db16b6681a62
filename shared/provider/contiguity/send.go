package contiguity

import (
	"context"
	"fmt"
)

// The numbers of attachments that the API accepts.
const (
	maxTextAttachments = 3  // 5 MB together
	maxAttachments     = 10 // 50 MB together
)

// An OutgoingText is a text to send.
type OutgoingText struct {
	To          string   `json:"to"`                    // E.164
	From        string   `json:"from,omitempty"`        // empty means that the provider chooses one of your numbers
	Message     string   `json:"message,omitempty"`     // required if there are no attachments
	Attachments []string `json:"attachments,omitempty"` // https URLs with a file extension; at most 3, of 5 MB together
	FastTrack   bool     `json:"fast_track,omitempty"`
}

// An OutgoingIMessage is an iMessage to send.
type OutgoingIMessage struct {
	To          string    `json:"to"`                    // E.164, or an address
	From        string    `json:"from,omitempty"`        // empty means that the provider chooses
	Message     string    `json:"message,omitempty"`     // required if there are no attachments
	Attachments []string  `json:"attachments,omitempty"` // https URLs with a file extension; at most 10, of 50 MB together
	Fallback    *Fallback `json:"fallback,omitempty"`    // nil means none
	FastTrack   bool      `json:"fast_track,omitempty"`  // more than one message a second; requires an entitlement
}

// An OutgoingWhatsApp is a WhatsApp message to send.
type OutgoingWhatsApp struct {
	To          string    `json:"to"`             // E.164
	From        string    `json:"from,omitempty"` // empty means that the provider chooses
	Message     string    `json:"message"`
	Attachments []string  `json:"attachments,omitempty"` // https URLs with a file extension; at most 10, of 50 MB together
	Fallback    *Fallback `json:"fallback,omitempty"`    // nil means none
}

// A Fallback sends a message as a text if its own channel does not work.
type Fallback struct {
	When []FallbackWhen `json:"when"`
	From string         `json:"from,omitempty"` // the number for the text
}

// A FallbackWhen is a condition for a [Fallback].
type FallbackWhen string

// The conditions that the API defines.
const (
	IMessageUnsupported FallbackWhen = "imessage_unsupported"
	IMessageFails       FallbackWhen = "imessage_fails"
	WhatsAppUnsupported FallbackWhen = "whatsapp_unsupported"
	WhatsAppFails       FallbackWhen = "whatsapp_fails"
)

// Sent is the provider's confirmation that it accepted a message.
type Sent struct {
	MessageID string     // of the message; its prefix differs between calls and events
	RequestID string     // of the call, for the provider's support
	At        UnixMillis // by the provider's clock
}

// SendText sends a text.
// API: POST /send/text.
func (c *Client) SendText(ctx context.Context, m OutgoingText) (Sent, error) {
	const op = "send text"
	if err := c.checkOutgoing(op, m.To, m.Message, m.Attachments, maxTextAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/text", m)
}

// SendIMessage sends an iMessage.
// API: POST /send/imessage.
func (c *Client) SendIMessage(ctx context.Context, m OutgoingIMessage) (Sent, error) {
	const op = "send iMessage"
	if err := c.checkOutgoing(op, m.To, m.Message, m.Attachments, maxAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/imessage", m)
}

// SendWhatsApp sends a WhatsApp message. It requires a text even with attachments.
// API: POST /send/whatsapp.
func (c *Client) SendWhatsApp(ctx context.Context, m OutgoingWhatsApp) (Sent, error) {
	const op = "send WhatsApp message"
	if m.Message == "" {
		return Sent{}, c.api.Invalid(op, "message", "give a text, which WhatsApp requires")
	}
	if err := c.checkOutgoing(op, m.To, m.Message, m.Attachments, maxAttachments); err != nil {
		return Sent{}, err
	}
	return c.send(ctx, op, "/send/whatsapp", m)
}

func (c *Client) checkOutgoing(op, to, message string, attachments []string, most int) error {
	switch {
	case to == "":
		return c.api.Invalid(op, "to", "give the recipient")
	case message == "" && len(attachments) == 0:
		return c.api.Invalid(op, "message", "give a text or attachments")
	case len(attachments) > most:
		return c.api.Invalid(op, "attachments", fmt.Sprintf("give at most %d", most))
	}
	return nil
}

// send posts something that gets a message id.
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
