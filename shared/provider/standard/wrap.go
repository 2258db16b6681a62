package standard

import (
	"encoding/json"
	"time"

	"webhookintake/shared/webhook"
)

// Wrap returns a body for which Open returns e without its id, which is in a header. It is
// for tests.
func (Provider) Wrap(e webhook.Envelope) ([]byte, error) {
	return json.Marshal(struct {
		Type      string          `json:"type"`
		Timestamp time.Time       `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}{e.Type, e.Time.UTC(), e.Data})
}
