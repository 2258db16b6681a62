package contiguity

import (
	"cmp"
	"encoding/json"
	"time"

	"webhookintake/shared/webhook"
)

// The current wire names that the code uses.
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
	// TextDeliveryConfirmed says that the carrier confirmed the delivery of your text.
	TextDeliveryConfirmed = webhook.NewType[Delivery](Provider{}, typeTextDeliveryConfirmed)
	// TextDeliveryFailed says that your text failed, or that its delivery is unknown.
	TextDeliveryFailed = webhook.NewType[Delivery](Provider{}, typeTextDeliveryFailed)
	// WhatsAppIncoming is a WhatsApp message that one of your numbers received. The
	// documentation of 2025 listed it; the current one does not.
	WhatsAppIncoming = webhook.NewType[WhatsApp](Provider{}, typeWhatsAppIncoming)
	// NumbersSubstitution says that a message was sent from another number than requested.
	NumbersSubstitution = webhook.NewType[Substitution](Provider{}, "numbers.substitution")
	// OTPReverseVerified says that a user proved to own a phone number by texting from it.
	OTPReverseVerified = webhook.NewType[ReverseOTP](Provider{}, "otp.reverse.verified")
)

// UnixSeconds is a time as Contiguity's webhooks write it: Unix seconds. The REST API has
// milliseconds, which are [UnixMillis].
type UnixSeconds int64

// Time returns the same instant as a time.Time, in UTC.
func (s UnixSeconds) Time() time.Time { return time.Unix(int64(s), 0).UTC() }

// A Text is an incoming SMS or MMS.
type Text struct {
	From        string       `json:"from"` // the sender's number, E.164
	To          string       `json:"to"`   // your number that received it, E.164; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"` // MMS
}

// An IMessage is an incoming iMessage. It is a separate type because the answer is sent by
// another call than that to a [Text].
type IMessage struct {
	From        string       `json:"from"` // the sender's number or address
	To          string       `json:"to"`   // your number that received it; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// A WhatsApp is an incoming WhatsApp message.
type WhatsApp struct {
	From        string       `json:"from"` // the sender's number
	To          string       `json:"to"`   // your number that received it; answer from it
	Body        string       `json:"body"`
	Timestamp   UnixSeconds  `json:"timestamp"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// An Attachment is a file in a message. Any of its fields may be empty.
type Attachment struct {
	URL      string `json:"url,omitempty"`
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// A Delivery is the outcome of a text that you sent.
type Delivery struct {
	From      string      `json:"from"` // your number
	To        string      `json:"to"`   // the recipient's number
	MessageID string      `json:"message_id"`
	Timestamp UnixSeconds `json:"timestamp"`
	Error     string      `json:"error,omitempty"` // the provider's text; empty if the text arrived
}

// Entity returns the id of the message.
func (d Delivery) Entity() string { return d.MessageID }

// A Substitution is a message that was sent from another number than you requested.
type Substitution struct {
	OriginalNumber string      `json:"original_number"` // the requested one
	UsedNumber     string      `json:"used_number"`     // the one that was used
	Reason         string      `json:"reason"`          // as "requested_unavailable_random_used"
	MessageID      string      `json:"message_id"`
	Timestamp      UnixSeconds `json:"timestamp"`
}

// Entity returns the id of the message.
func (s Substitution) Entity() string { return s.MessageID }

// A ReverseOTP is a phone number that its user proved to own.
type ReverseOTP struct {
	OTPID  string `json:"otp_id"`
	Number string `json:"number"`
	Status string `json:"status"` // "verified"
}

// Entity returns the id of the verification.
func (o ReverseOTP) Entity() string { return o.OTPID }

// UnmarshalJSON reads the current form, or that before September 2025.
func (t *Text) UnmarshalJSON(data []byte) (err error) {
	*t, err = readMessage(data)
	return err
}

// UnmarshalJSON reads the current form, or that before September 2025.
func (m *IMessage) UnmarshalJSON(data []byte) error {
	message, err := readMessage(data)
	*m = IMessage(message)
	return err
}

// UnmarshalJSON reads the current form, or that before September 2025.
func (w *WhatsApp) UnmarshalJSON(data []byte) error {
	message, err := readMessage(data)
	*w = WhatsApp(message)
	return err
}

// readMessage reads data.message, which held the text before September 2025, if there is no
// data.body.
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

// UnmarshalJSON reads the current form, or that before September 2025, in which the MIME
// type was called type.
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

// Types returns the typed events, with the older names that reach the same handlers.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		TextIncomingSMS.Info("TextIncomingSMS", "text.incoming", "communications.incoming.sms"),
		TextIncomingMMS.Info("TextIncomingMMS", "text.incoming", "communications.incoming.mms"),
		TextDeliveryConfirmed.Info("TextDeliveryConfirmed"),
		TextDeliveryFailed.Info("TextDeliveryFailed"),
		IMessageIncoming.Info("IMessageIncoming", "communications.incoming.imessage"),
		WhatsAppIncoming.Info("WhatsAppIncoming", "communications.incoming.whatsapp"),
		EmailIncoming.Info("EmailIncoming", "communications.incoming.email"),
		NumbersSubstitution.Info("NumbersSubstitution"),
		OTPReverseVerified.Info("OTPReverseVerified"),
		VerificationSessionStarted.Info("VerificationSessionStarted"),
		VerificationSessionProcessing.Info("VerificationSessionProcessing"),
		VerificationSessionVerified.Info("VerificationSessionVerified"),
		VerificationSessionFailed.Info("VerificationSessionFailed"),
		VerificationSessionRequiresInput.Info("VerificationSessionRequiresInput"),
		VerificationSessionManuallyApproved.Info("VerificationSessionManuallyApproved"),
		VerificationSessionManuallyDenied.Info("VerificationSessionManuallyDenied"),
		VerificationReportGenerated.Info("VerificationReportGenerated"),
	}
}
