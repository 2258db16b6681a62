package kyc

import (
	"bytes"
	"encoding/json"

	"webhookintake/shared/webhook"
)

// A Tenant is the account that a token belongs to. Only its notification channels are
// documented. They are read from "notification_config", at the top or in an object "tenant".
type Tenant struct {
	Channels *Channels       // nil if they were not found
	Raw      json.RawMessage // the whole answer as received
}

// Channels are the destinations of notifications. All types of events go to all of them.
type Channels struct {
	WebhookURL   string         // empty means no webhooks
	MaskedSecret string         // the last characters of the webhook secret; the rest is masked
	Emails       []string       // the recipients of e-mails
	Slack        webhook.Secret // the URL of a Slack webhook, with which anyone can post; empty means none
	Batch        bool           // batches of checks send notifications too
}

// channelsJSON has the names on the wire.
type channelsJSON struct {
	WebhookURL    string      `json:"webhook_url"`
	WebhookSecret string      `json:"webhook_secret"`
	Emails        []string    `json:"notification_emails"`
	Slack         *secretText `json:"slack_webhook_url"`
	Batch         bool        `json:"batch_notifications_enabled"`
}

// secretText is a secret in JSON; its errors do not quote it.
type secretText struct{ webhook.Secret }

// UnmarshalJSON reads a string.
func (s *secretText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		return &webhook.FieldError{Field: "slack_webhook_url", Problem: "want a string"}
	}
	s.Secret = webhook.NewSecret(text)
	return nil
}

// UnmarshalJSON reads the channels as the provider writes them.
func (c *Channels) UnmarshalJSON(data []byte) error {
	var wire channelsJSON
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*c = Channels{WebhookURL: wire.WebhookURL, MaskedSecret: wire.WebhookSecret, Emails: wire.Emails, Batch: wire.Batch}
	if wire.Slack != nil {
		c.Slack = wire.Slack.Secret
	}
	return nil
}

// UnmarshalJSON keeps the whole answer and finds the channels.
func (t *Tenant) UnmarshalJSON(data []byte) error {
	outer, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	inner, _ := outer.Object("tenant") // an error leaves it empty
	read := Tenant{Raw: bytes.Clone(data)}
	if config := (fields{outer, inner}).raw("notification_config"); config != nil {
		read.Channels = new(Channels)
		if err := json.Unmarshal(config, read.Channels); err != nil {
			return withoutValue(err)
		}
	}
	*t = read
	return nil
}

// A ChannelChange has the channels to set. Zero fields do not change anything.
type ChannelChange struct {
	WebhookURL    string // HTTPS in production
	WebhookSecret webhook.Secret
	Emails        []string // replaces the current ones; empty but not nil means no recipients
	// Slack is the URL of a Slack webhook. The documentation shows Slack and Batch only in
	// answers; that they can be set is an assumption.
	Slack webhook.Secret
	Batch *bool // nil means no change
}

// body is the body of the request: only the fields to set.
func (c ChannelChange) body() map[string]any {
	body := map[string]any{}
	if c.WebhookURL != "" {
		body["webhook_url"] = c.WebhookURL
	}
	if !c.WebhookSecret.IsEmpty() {
		body["webhook_secret"] = c.WebhookSecret.Reveal()
	}
	if c.Emails != nil {
		body["notification_emails"] = c.Emails
	}
	if !c.Slack.IsEmpty() {
		body["slack_webhook_url"] = c.Slack.Reveal()
	}
	if c.Batch != nil {
		body["batch_notifications_enabled"] = *c.Batch
	}
	return body
}
