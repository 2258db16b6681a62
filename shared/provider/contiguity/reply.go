package contiguity

import "context"

// A Chat names both ends of a conversation, as seen from you.
type Chat struct {
	To   string // the other party
	From string // your number
}

// Chat returns the way back to the sender.
func (t Text) Chat() Chat { return Chat{To: t.From, From: t.To} }

// Chat returns the way back to the sender.
func (m IMessage) Chat() Chat { return Chat{To: m.From, From: m.To} }

// Chat returns the way back to the sender.
func (w WhatsApp) Chat() Chat { return Chat{To: w.From, From: w.To} }

// checkChat refuses a chat that lacks an end. Without From the provider would choose any
// of your numbers, and the answer would come from a stranger.
func (c *Client) checkChat(op string, chat Chat) error {
	switch {
	case chat.To == "":
		return c.api.Invalid(op, "to", "the event does not say who sent it")
	case chat.From == "":
		return c.api.Invalid(op, "from", "the event does not say to which number it came")
	}
	return nil
}

// A Reply is the answer to an incoming message.
type Reply struct {
	Message     string   // required for WhatsApp, and if there are no attachments
	Attachments []string // https URLs with a file extension
}

// ReplyText answers a text, from the number that received it.
func (c *Client) ReplyText(ctx context.Context, incoming Text, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := c.checkChat("reply to text", chat); err != nil {
		return Sent{}, err
	}
	return c.SendText(ctx, OutgoingText{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}

// ReplyIMessage answers an iMessage, from the number that received it.
func (c *Client) ReplyIMessage(ctx context.Context, incoming IMessage, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := c.checkChat("reply to iMessage", chat); err != nil {
		return Sent{}, err
	}
	return c.SendIMessage(ctx, OutgoingIMessage{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}

// ReplyWhatsApp answers a WhatsApp message, from the number that received it.
func (c *Client) ReplyWhatsApp(ctx context.Context, incoming WhatsApp, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := c.checkChat("reply to WhatsApp message", chat); err != nil {
		return Sent{}, err
	}
	return c.SendWhatsApp(ctx, OutgoingWhatsApp{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}
