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
