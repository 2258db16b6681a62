package ingest

import (
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// origin is what process must know about the event besides its id. The window of an id that
// the sender gave is not written: it is the longest there is.
func origin(s webhook.Settings, v webhook.Verified, body []byte) queue.Origin {
	o := queue.Origin{Secret: new(v.Secret), Signed: v.Signed}
	switch v.Identity {
	case webhook.BodyHash:
		o.Digest, o.Window = v.ID, s.Window(v.Identity) // the id is the body's digest
	case webhook.KeyHash:
		o.Window = s.Window(v.Identity)
	default:
		o.Digest = s.Hash.Body(body)
	}
	return o
}
