package contiguity

import (
	"encoding/json"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

// Provider is Contiguity. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name is "contiguity".
func (Provider) Name() string { return "contiguity" }

// Configure takes secrets and tolerance_s: the window of the signed time in seconds,
// both ways; 300 where it is not given, and 0 to leave the time unchecked.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if err := s.Check(webhook.FieldTolerance); err != nil {
		return nil, err
	}
	return &verifier{secrets: slices.Clone(s.Secrets), toleranceS: s.Tolerance()}, nil
}

// Open reads id, type, timestamp and data. Older type names come out as today's, and the
// error of an identity event, which may stand beside its data, as part of the data.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, envelope, err := webhook.ParseEnvelope(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	if strings.HasPrefix(envelope.Type, prefixVerificationSession) {
		envelope.Data = withError(envelope.Data, o.Get("error"))
	}
	envelope.Type = todaysType(envelope.Type, envelope.Data)
	envelope.Time = o.Seconds("timestamp")
	return envelope, nil
}

// todaysType resolves the type names of 2024 and 2025, which accounts may still send.
func todaysType(wireType string, data json.RawMessage) string {
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
	// Data of another shape has none; that it does not fit is for Type.Decode to say.
	_ = json.Unmarshal(data, &message)
	return len(message.Attachments) > 0
}
