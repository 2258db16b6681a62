package contiguity

import "context"

// A Chat is the two ends of a conversation as the API wants them: from you to the other.
type Chat struct {
	To   string // the other party
	From string // your number
}

// Chat is the way back to the sender.
func (t Text) Chat() Chat { return Chat{To: t.From, From: t.To} }

// Chat is the way back to the sender.
func (m IMessage) Chat() Chat { return Chat{To: m.From, From: m.To} }

// Chat is the way back to the sender.
func (w WhatsApp) Chat() Chat { return Chat{To: w.From, From: w.To} }

// check refuses a chat that lacks an end. Without From the provider would take any
// number of yours, and the answer would come from a stranger.
func (c Chat) check(op string) error {
	if c.To == "" || c.From == "" {
		return refusal(op, "the event does not say both from whom and to which number it came")
	}
	return nil
}

// A Reply is the answer to an incoming message.
type Reply struct {
	Message     string   // needed for WhatsApp, and where there are no attachments
	Attachments []string // https URLs with a file extension
}

// ReplyText answers a text, from the number that received it.
func (c *Client) ReplyText(ctx context.Context, incoming Text, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := chat.check("reply to text"); err != nil {
		return Sent{}, err
	}
	return c.SendText(ctx, OutgoingText{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}

// ReplyIMessage answers an iMessage, from the number that received it.
func (c *Client) ReplyIMessage(ctx context.Context, incoming IMessage, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := chat.check("reply to iMessage"); err != nil {
		return Sent{}, err
	}
	return c.SendIMessage(ctx, OutgoingIMessage{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}

// ReplyWhatsApp answers a WhatsApp message, from the number that received it.
func (c *Client) ReplyWhatsApp(ctx context.Context, incoming WhatsApp, r Reply) (Sent, error) {
	chat := incoming.Chat()
	if err := chat.check("reply to WhatsApp message"); err != nil {
		return Sent{}, err
	}
	return c.SendWhatsApp(ctx, OutgoingWhatsApp{To: chat.To, From: chat.From, Message: r.Message, Attachments: r.Attachments})
}
