package kyc

import (
	"encoding/json"

	"webhookintake/shared/webhook"
)

// Wrap returns a body for which Open returns e. It is for tests.
func (Provider) Wrap(e webhook.Envelope) ([]byte, error) {
	return json.Marshal(struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Created int64           `json:"created"`
		Data    json.RawMessage `json:"data"`
	}{e.ID, e.Type, e.Time.Unix(), e.Data})
}
