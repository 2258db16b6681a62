package kyc

import (
	"webhookintake/shared/webhook"
)

// Provider is Legal Talent Compliance KYC. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name returns "kyc".
func (Provider) Name() string { return "kyc" }

// Open reads id, type, created and data. It returns unknown types, such as those of
// watchlist events, as they are.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, envelope, err := webhook.ParseEnvelope(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	envelope.Time = o.AnyTime("created")
	return envelope, nil
}
