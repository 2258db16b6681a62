package contiguity

import (
	"encoding/json"
	"strings"

	"webhookintake/shared/webhook"
)

// Provider is Contiguity. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name returns "contiguity".
func (Provider) Name() string { return "contiguity" }

// Open reads id, type, timestamp and data. It replaces older type names by the current
// ones, and moves the error of an identity event, which may be next to its data, into the
// data.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, envelope, err := webhook.ParseEnvelope(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	if strings.HasPrefix(envelope.Type, prefixVerificationSession) {
		envelope.Data = withError(envelope.Data, o.Get("error"))
	}
	envelope.Type = currentType(envelope.Type, envelope.Data)
	envelope.Time = o.Seconds("timestamp")
	return envelope, nil
}

// currentType replaces the type names of 2024 and 2025, which accounts may still send.
func currentType(wireType string, data json.RawMessage) string {
	switch wireType {
	case "text.incoming":
		if hasAttachments(data) {
			return typeTextIncomingMMS
		}
		return typeTextIncomingSMS
	case "communications.incoming.sms":
		return typeTextIncomingSMS
	case "communications.incoming.mms":
		return typeTextIncomingMMS
	case "communications.incoming.imessage":
		return typeIMessageIncoming
	case "communications.incoming.whatsapp":
		return typeWhatsAppIncoming
	case "communications.incoming.email":
		return typeEmailIncoming
	}
	return wireType
}

// hasAttachments reports whether a message's data lists any attachment.
func hasAttachments(data json.RawMessage) bool {
	var message struct {
		Attachments []json.RawMessage `json:"attachments"`
	}
	// Data of another form has none; Type.Decode reports that it does not fit.
	_ = json.Unmarshal(data, &message)
	return len(message.Attachments) > 0
}
