package contiguity

import (
	"cmp"
	"encoding/json"
	"time"

	"webhookintake/shared/webhook"
)

// Today's wire names, as far as the code needs them by name.
const (
	typeTextIncomingSMS       = "text.incoming.sms"
	typeTextIncomingMMS       = "text.incoming.mms"
	typeTextDeliveryConfirmed = "text.delivery.confirmed"
	typeTextDeliveryFailed    = "text.delivery.failed"
	typeIMessageIncoming      = "imessage.incoming"
	typeWhatsAppIncoming      = "whatsapp.incoming"
	typeEmailIncoming         = "email.incoming"

	prefixVerificationSession = "identity.verification_session."
)

// The typed events.
var (
	// TextIncomingSMS is a text that one of your numbers received.
	TextIncomingSMS = webhook.NewType[Text](Provider{}, typeTextIncomingSMS)
	// TextIncomingMMS is a text with attachments that one of your numbers received.
	TextIncomingMMS = webhook.NewType[Text](Provider{}, typeTextIncomingMMS)
	// IMessageIncoming is an iMessage that one of your numbers received.
	IMessageIncoming = webhook.NewType[IMessage](Provider{}, typeIMessageIncoming)
	// TextDeliveryConfirmed is the carrier's word that a text you sent arrived.
	TextDeliveryConfirmed = webhook.NewType[Delivery](Provider{}, typeTextDeliveryConfirmed)
	// TextDeliveryFailed says that a text you sent failed, or that nobody knows.
	TextDeliveryFailed = webhook.NewType[Delivery](Provider{}, typeTextDeliveryFailed)
	// WhatsAppIncoming is a WhatsApp message that one of your numbers received. The
	// documentation of today does not list it; that of 2025 did.
	WhatsAppIncoming = webhook.NewType[WhatsApp](Provider{}, typeWhatsAppIncoming)
	// NumbersSubstitution says that a message went out from another number than asked.
	NumbersSubstitution = webhook.NewType[Substitution](Provider{}, "numbers.substitution")
	// OTPReverseVerified says that a user proved a phone number by texting from it.
	OTPReverseVerified = webhook.NewType[ReverseOTP](Provider{}, "otp.reverse.verified")
)

// UnixSeconds is a time as Contiguity's webhooks write it: Unix seconds. Its REST API
// writes milliseconds, which are no UnixSeconds.
type UnixSeconds int64

// Time is the same instant as a time.Time, in UTC.
func (s UnixSeconds) Time() time.Time { return time.Unix(int64(s), 0).UTC() }

// A Text is an SMS or MMS that came in.
type Text struct {
	From        string       `json:"from"` // the sender's number, E.164
	To          string       `json:"to"`   // your number that received it, E.164; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"` // MMS
}

// An IMessage is an iMessage that came in. It has a type of its own because the answer
// goes another way than a [Text]'s.
type IMessage struct {
	From        string       `json:"from"` // the sender's number or address
	To          string       `json:"to"`   // your number that received it; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// A WhatsApp is a WhatsApp message that came in.
type WhatsApp struct {
	From        string       `json:"from"` // the sender's number
	To          string       `json:"to"`   // your number that received it; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// An Attachment is a file that came with a message. Any of its fields may be empty.
type Attachment struct {
	URL      string `json:"url,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// A Delivery is what became of a text that you sent.
type Delivery struct {
	From      string      `json:"from"` // your number
	To        string      `json:"to"`   // the recipient's number
	MessageID string      `json:"message_id"`
	Timestamp UnixSeconds `json:"timestamp"`
	Error     string      `json:"error,omitempty"` // the provider's words; empty where it arrived
}

// Entity is the message that was delivered or not.
func (d Delivery) Entity() string { return d.MessageID }

// A Substitution is a message that went out from another number than you asked for.
type Substitution struct {
	OriginalNumber string      `json:"original_number"` // the one you asked for
	UsedNumber     string      `json:"used_number"`     // the one it went out from
	Reason         string      `json:"reason"`          // as "requested_unavailable_random_used"
	MessageID      string      `json:"message_id"`
	Timestamp      UnixSeconds `json:"timestamp"`
}

// Entity is the message that was sent.
func (s Substitution) Entity() string { return s.MessageID }

// A ReverseOTP is a phone number that its user proved to own.
type ReverseOTP struct {
	OTPID  string `json:"otp_id"`
	Number string `json:"number"`
	Status string `json:"status"` // "verified"
}

// Entity is the verification that the user was asked for.
func (o ReverseOTP) Entity() string { return o.OTPID }

// UnmarshalJSON reads a text of today, or of before September 2025.
func (t *Text) UnmarshalJSON(data []byte) (err error) {
	*t, err = readMessage(data)
	return err
}

// UnmarshalJSON reads an iMessage of today, or of before September 2025.
func (m *IMessage) UnmarshalJSON(data []byte) error {
	message, err := readMessage(data)
	*m = IMessage(message)
	return err
}

// UnmarshalJSON reads a WhatsApp message of either form.
func (w *WhatsApp) UnmarshalJSON(data []byte) error {
	message, err := readMessage(data)
	*w = WhatsApp(message)
	return err
}

// readMessage reads data.message where there is no data.body: before September 2025
// the text stood there.
func readMessage(data []byte) (Text, error) {
	var wire struct {
		From        string       `json:"from"`
		To          string       `json:"to"`
		Body        *string      `json:"body"`
		Message     string       `json:"message"`
		Timestamp   UnixSeconds  `json:"timestamp"`
		Attachments []Attachment `json:"attachments"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return Text{}, err
	}
	body := wire.Message
	if wire.Body != nil {
		body = *wire.Body
	}
	return Text{
		From: wire.From, To: wire.To, Body: body,
		Timestamp: wire.Timestamp, Attachments: wire.Attachments,
	}, nil
}

// UnmarshalJSON reads an attachment of today, or of before September 2025, when its
// MIME type was called type.
func (a *Attachment) UnmarshalJSON(data []byte) error {
	var wire struct {
		URL      string `json:"url"`
		MIME     string `json:"mime"`
		Type     string `json:"type"`
		Filename string `json:"filename"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*a = Attachment{URL: wire.URL, MIME: cmp.Or(wire.MIME, wire.Type), Filename: wire.Filename}
	return nil
}
