package contiguity

import (
	"encoding/json"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

// defaultToleranceS is the window that the provider's documentation suggests.
const defaultToleranceS = 300

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
	v := &verifier{secrets: slices.Clone(s.Secrets), toleranceS: defaultToleranceS}
	if s.ToleranceS != nil {
		v.toleranceS = *s.ToleranceS
	}
	return v, nil
}

// Open reads id, type, timestamp and data. Older type names come out as today's, and the
// error of an identity event, which may stand beside its data, as part of the data.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	id, err := o.ID("id")
	if err != nil {
		return webhook.Envelope{}, err
	}
	wireType, err := o.Type("type")
	if err != nil {
		return webhook.Envelope{}, err
	}
	data := o.Get("data")
	if strings.HasPrefix(wireType, prefixVerificationSession) {
		data = withError(data, o.Get("error"))
	}
	return webhook.Envelope{
		ID: id, Type: todaysType(wireType, data), Time: o.Seconds("timestamp"), Data: data,
	}, nil
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
