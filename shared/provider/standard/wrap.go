package standard

import (
	"encoding/json"
	"time"

	"webhookintake/shared/webhook"
)

// Wrap writes the body that says what e does, for tests: Open gives e for it, but for the
// id, which goes into a header.
func (Provider) Wrap(e webhook.Envelope) ([]byte, error) {
	return json.Marshal(struct {
		Type      string          `json:"type"`
		Timestamp time.Time       `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}{e.Type, e.Time.UTC(), e.Data})
}
