package contiguity

import (
	"encoding/json"

	"webhookintake/shared/webhook"
)

// apiVersion is the newest version whose format this package knows.
const apiVersion = "v2026.8.2"

// Wrap returns a body for which Open returns e. It is for tests.
func (Provider) Wrap(e webhook.Envelope) ([]byte, error) {
	return json.Marshal(struct {
		ID         string          `json:"id"`
		Type       string          `json:"type"`
		Timestamp  int64           `json:"timestamp"`
		APIVersion string          `json:"api_version"`
		Data       json.RawMessage `json:"data"`
	}{e.ID, e.Type, e.Time.Unix(), apiVersion, e.Data})
}
