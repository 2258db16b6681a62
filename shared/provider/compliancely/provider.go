package compliancely

import (
	"webhookintake/shared/webhook"
)

// Provider is Compliancely. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name returns "compliancely".
func (Provider) Name() string { return "compliancely" }

// Open unwraps the resource, derives the type from its fields, and the id from the raw body.
// It has no settings: the [webhook.Verifier] makes the type of a source with a product, and
// the id of one with a key or of a document with "$key".
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	r, err := parseResource(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	return webhook.Envelope{ID: webhook.Hasher{}.Body(body), Identity: webhook.BodyHash, Type: r.shape(), Data: r.raw}, nil
}

// Timeless says that events have no time: the dates in a resource may be those of a cached
// answer, so they do not show which of two events is newer.
func (Provider) Timeless() {}
