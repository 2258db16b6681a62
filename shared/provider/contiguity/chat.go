package contiguity

import "context"

// An Action starts or stops typing, or adds or removes a reaction.
type Action string

// The actions that the API knows.
const (
	Start  Action = "start"
	Stop   Action = "stop"
	Add    Action = "add"
	Remove Action = "remove"
)

// done is the data of an answer that confirms a call.
type done struct {
	Status string `json:"status"`
}

// TypingIMessage shows the other party that you are typing ([Start]), or no longer
// ([Stop]). From may be empty.
// API: POST /send/imessage/typing.
func (c *Client) TypingIMessage(ctx context.Context, chat Chat, action Action) error {
	return c.typing(ctx, "type iMessage", "/send/imessage/typing", chat, action)
}

// TypingWhatsApp is [Client.TypingIMessage] for WhatsApp.
// API: POST /send/whatsapp/typing.
func (c *Client) TypingWhatsApp(ctx context.Context, chat Chat, action Action) error {
	return c.typing(ctx, "type WhatsApp message", "/send/whatsapp/typing", chat, action)
}

func (c *Client) typing(ctx context.Context, op, path string, chat Chat, action Action) error {
	if chat.To == "" {
		return c.api.Invalid(op, "to", "give the recipient")
	}
	_, err := post[done](ctx, c, op, path, struct {
		To     string `json:"to"`
		From   string `json:"from,omitempty"`
		Action Action `json:"action"`
	}{chat.To, chat.From, action})
	return err
}

// ReadIMessage marks the conversation as read. WhatsApp has no such call.
// API: POST /send/imessage/read.
func (c *Client) ReadIMessage(ctx context.Context, chat Chat) error {
	const op = "mark iMessage as read"
	if err := c.checkChat(op, chat); err != nil {
		return err
	}
	_, err := post[done](ctx, c, op, "/send/imessage/read", struct {
		To   string `json:"to"`
		From string `json:"from"`
	}{chat.To, chat.From})
	return err
}

// A TextReaction is the name of a reaction to a text. iMessage names them differently.
type TextReaction string

// The reactions to a text.
const (
	TextLove       TextReaction = "love"
	TextThumbsUp   TextReaction = "thumbsup"
	TextThumbsDown TextReaction = "thumbsdown"
	TextHaha       TextReaction = "haha"
	TextEmphasized TextReaction = "emphasized"
	TextQuestioned TextReaction = "questioned"
)

// A ReactionToText is a reaction to send; it is billed as a text.
type ReactionToText struct {
	MessageID string       `json:"message_id,omitempty"` // of the message; alternatively give To and Message
	To        string       `json:"to,omitempty"`
	From      string       `json:"from,omitempty"`
	Message   string       `json:"message,omitempty"` // the exact text of the message
	Reaction  TextReaction `json:"reaction"`
	Action    Action       `json:"action"` // Add or Remove
}

// ReactToText reacts to a text.
// API: POST /send/text/reactions.
func (c *Client) ReactToText(ctx context.Context, r ReactionToText) (Sent, error) {
	const op = "react to text"
	if r.MessageID == "" && (r.To == "" || r.Message == "") {
		return Sent{}, c.api.Invalid(op, "message_id", "give the id of the message, or the recipient and the exact text")
	}
	return c.send(ctx, op, "/send/text/reactions", r)
}

// A Tapback is the name of a reaction to an iMessage.
type Tapback string

// The reactions to an iMessage.
const (
	TapbackLove      Tapback = "love"
	TapbackLike      Tapback = "like"
	TapbackDislike   Tapback = "dislike"
	TapbackLaugh     Tapback = "laugh"
	TapbackEmphasize Tapback = "emphasize"
	TapbackQuestion  Tapback = "question"
)

// ReactToIMessage adds a reaction to an iMessage, or removes it. Message is the full text
// of the iMessage; if several have that text, the newest is meant.
// API: POST /send/imessage/reactions.
func (c *Client) ReactToIMessage(ctx context.Context, chat Chat, message string, tapback Tapback, action Action) error {
	const op = "react to iMessage"
	if err := c.checkChat(op, chat); err != nil {
		return err
	}
	if message == "" {
		return c.api.Invalid(op, "message", "give the full text of the message")
	}
	_, err := post[done](ctx, c, op, "/send/imessage/reactions", struct {
		To      string  `json:"to"`
		From    string  `json:"from"`
		Action  Action  `json:"action"`
		Tapback Tapback `json:"tapback"`
		Message string  `json:"message"`
	}{chat.To, chat.From, action, tapback, message})
	return err
}

// A ReactionToWhatsApp is a reaction to send.
type ReactionToWhatsApp struct {
	To       string `json:"to"`
	Action   Action `json:"action"`             // Add or Remove
	Reaction string `json:"reaction,omitempty"` // an emoji, or its :name:
	Message  string `json:"message,omitempty"`  // the message's id or full text
}

// ReactToWhatsApp reacts to a WhatsApp message.
// API: POST /send/whatsapp/reactions.
func (c *Client) ReactToWhatsApp(ctx context.Context, r ReactionToWhatsApp) error {
	const op = "react to WhatsApp message"
	if r.To == "" {
		return c.api.Invalid(op, "to", "give the recipient")
	}
	_, err := post[done](ctx, c, op, "/send/whatsapp/reactions", r)
	return err
}
