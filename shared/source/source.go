package source

import "webhookintake/shared/webhook"

// A Source is one configured sender of webhooks.
type Source struct {
	Name     string // the last part of the webhook URL
	Provider webhook.Provider
	Settings webhook.Settings
	Verifier webhook.Verifier // the provider's, for these settings
}

// A Set holds sources by name.
type Set map[string]Source

// verify is [Sources.Verify] for a set that does not change.
func (s Set) verify(name string, r webhook.Request) (Source, webhook.Verified, error) {
	src, ok := s[name]
	if !ok {
		return Source{}, webhook.Verified{}, webhook.ErrUnknownSource
	}
	verified, err := src.Verifier.Verify(r)
	return src, verified, err
}
