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

// done is the data of an answer that tells what happened in a word.
type done struct {
	Status string `json:"status"`
}

// TypingIMessage shows the other party that you are typing, or not any more: [Start] or
// [Stop]. From may be empty.
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
		return refusal(op, "it has no recipient")
	}
	_, err := post[done](ctx, c, op, path, struct {
		To     string `json:"to"`
		From   string `json:"from,omitempty"`
		Action Action `json:"action"`
	}{chat.To, chat.From, action})
	return err
}

// ReadIMessage tells the other party that you have read the conversation. There is no
// such call for WhatsApp.
// API: POST /send/imessage/read.
func (c *Client) ReadIMessage(ctx context.Context, chat Chat) error {
	const op = "mark iMessage as read"
	if err := chat.check(op); err != nil {
		return err
	}
	_, err := post[done](ctx, c, op, "/send/imessage/read", struct {
		To   string `json:"to"`
		From string `json:"from"`
	}{chat.To, chat.From})
	return err
}

// A TextReaction is the name of a reaction to a text. iMessage has other names for the
// same ones.
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

// A ReactionToText is a reaction to be sent; it counts as a text.
type ReactionToText struct {
	MessageID string       `json:"message_id,omitempty"` // of the message; or To and Message
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
		return Sent{}, refusal(op, "give the message's id, or the recipient and the exact text")
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

// ReactToIMessage adds a reaction to an iMessage, or removes it. The message is named by
// its full text; of several the newest is taken.
// API: POST /send/imessage/reactions.
func (c *Client) ReactToIMessage(ctx context.Context, chat Chat, message string, tapback Tapback, action Action) error {
	const op = "react to iMessage"
	if err := chat.check(op); err != nil {
		return err
	}
	if message == "" {
		return refusal(op, "give the full text of the message")
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

// A ReactionToWhatsApp is a reaction to be sent.
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
		return refusal(op, "it has no recipient")
	}
	_, err := post[done](ctx, c, op, "/send/whatsapp/reactions", r)
	return err
}
