package kyc

import (
	"encoding/json"

	"webhookintake/shared/webhook"
)

// Wrap writes the body that says what e does, for tests: Open gives e for it.
func (Provider) Wrap(e webhook.Envelope) ([]byte, error) {
	return json.Marshal(struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Created int64           `json:"created"`
		Data    json.RawMessage `json:"data"`
	}{e.ID, e.Type, e.Time.Unix(), e.Data})
}
