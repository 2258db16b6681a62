package contiguity

import (
	"encoding/json"
	"strconv"

	"webhookintake/shared/webhook"
)

// The typed events of format v1. They have the same wire names as those of v2, and separate
// handlers.
var (
	// V1TextIncomingSMS is a text that one of your numbers received, in the format v1.
	V1TextIncomingSMS = webhook.NewType[V1Message](V1{}, typeTextIncomingSMS)
	// V1WhatsAppIncoming is a WhatsApp message, in the format v1.
	V1WhatsAppIncoming = webhook.NewType[V1Message](V1{}, typeWhatsAppIncoming)
	// V1IMessageIncoming is an iMessage, in the format v1.
	V1IMessageIncoming = webhook.NewType[V1Message](V1{}, typeIMessageIncoming)
)

// V1Types returns the typed events of format v1.
func V1Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		V1TextIncomingSMS.Info("V1TextIncomingSMS"),
		V1WhatsAppIncoming.Info("V1WhatsAppIncoming"),
		V1IMessageIncoming.Info("V1IMessageIncoming"),
	}
}

// A V1Message is the whole body of a v1 webhook.
type V1Message struct {
	Message string   `json:"message"` // the text
	Crumbs  V1Crumbs `json:"crumbs"`
}

// V1Crumbs is the metadata of a v1 message.
type V1Crumbs struct {
	From      string      `json:"from"`      // the sender's number, E.164
	To        string      `json:"to"`        // your number that received it, without the plus sign
	Message   string      `json:"message"`   // the text again
	Timestamp UnixSeconds `json:"timestamp"` // read from a number or a string of digits
	Type      string      `json:"type"`      // "sms", "whatsapp" or "imessage"
}

// Text returns the message in the form of v2, for replies and for handlers of both formats.
func (m V1Message) Text() Text {
	body := m.Message
	if body == "" {
		body = m.Crumbs.Message
	}
	return Text{From: e164(m.Crumbs.From), To: e164(m.Crumbs.To), Body: body, Timestamp: m.Crumbs.Timestamp}
}

// IMessage is [V1Message.Text] for replies to iMessages.
func (m V1Message) IMessage() IMessage { return IMessage(m.Text()) }

// WhatsApp is [V1Message.Text] for replies to WhatsApp messages.
func (m V1Message) WhatsApp() WhatsApp { return WhatsApp(m.Text()) }

// e164 adds the plus sign to a number that consists of digits.
func e164(number string) string {
	if number == "" {
		return ""
	}
	for i := range len(number) {
		if number[i] < '0' || number[i] > '9' {
			return number
		}
	}
	return "+" + number
}

// UnmarshalJSON reads a timestamp that is a number, or a string of its digits.
func (c *V1Crumbs) UnmarshalJSON(data []byte) error {
	var wire struct {
		From      string          `json:"from"`
		To        string          `json:"to"`
		Message   string          `json:"message"`
		Timestamp json.RawMessage `json:"timestamp"`
		Type      string          `json:"type"`
	}
	if err := readObject[V1Crumbs](data, &wire); err != nil {
		return err
	}
	timestamp, err := v1Seconds(wire.Timestamp)
	if err != nil {
		return err
	}
	*c = V1Crumbs{From: wire.From, To: wire.To, Message: wire.Message, Timestamp: timestamp, Type: wire.Type}
	return nil
}

func v1Seconds(raw json.RawMessage) (UnixSeconds, error) {
	if presentOf(raw) == nil {
		return 0, nil
	}
	digits := string(raw)
	if raw[0] == '"' {
		digits = textOf(raw)
	}
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, &webhook.FieldError{Field: "crumbs.timestamp", Problem: "want Unix seconds, as a number or a string of digits"}
	}
	return UnixSeconds(seconds), nil
}
