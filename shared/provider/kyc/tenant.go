package kyc

import (
	"bytes"
	"encoding/json"

	"webhookintake/shared/webhook"
)

// A Tenant is the account that a token belongs to. What it looks like is not documented
// but for the notification channels, which are looked for in "notification_config",
// there or in an object "tenant" within.
type Tenant struct {
	Channels *Channels       // nil where there are none, or not where they are looked for
	Raw      json.RawMessage // all that is known, as it came
}

// Channels are where the provider sends its notices. All types of events go to all of
// them.
type Channels struct {
	WebhookURL   string         // empty: no webhooks
	MaskedSecret string         // the last characters of the webhook secret; the rest is masked
	Emails       []string       // who gets e-mails
	Slack        webhook.Secret // an incoming webhook of Slack's, with which anyone can post; empty: none
	Batch        bool           // whether batches of checks notify too
}

// channelsJSON are the names on the wire.
type channelsJSON struct {
	WebhookURL    string      `json:"webhook_url"`
	WebhookSecret string      `json:"webhook_secret"`
	Emails        []string    `json:"notification_emails"`
	Slack         *secretText `json:"slack_webhook_url"`
	Batch         bool        `json:"batch_notifications_enabled"`
}

// secretText reads a text that is a secret; its errors do not quote it.
type secretText struct{ webhook.Secret }

// UnmarshalJSON reads a text.
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

// UnmarshalJSON keeps the whole, and looks for the channels.
func (t *Tenant) UnmarshalJSON(data []byte) error {
	outer, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	inner, _ := outer.Object("tenant") // an error leaves none
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

// A ChannelChange says what to set. Zero fields stay as they are.
type ChannelChange struct {
	WebhookURL    string // HTTPS in production
	WebhookSecret webhook.Secret
	Emails        []string // in place of those that are there; empty and not nil: nobody
	// Slack is an incoming webhook's URL. The documentation shows this one and Batch in
	// answers only; that they can be set likewise is derived from that.
	Slack webhook.Secret
	Batch *bool // nil: as it is
}

// body is the request's: the fields to set alone.
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
