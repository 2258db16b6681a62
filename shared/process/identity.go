package process

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// window is the time in which m's id means the same event. It is measured between
// arrivals at ingest, so a copy that waited in a queue stays a duplicate.
func window(m queue.Message) time.Duration {
	if m.Origin.Window > 0 {
		return m.Origin.Window
	}
	return m.Identity.Window()
}

// digest is what another body under m's id would differ in. It is empty if the id stands
// for a part of the body only, and the rest may differ.
func digest(m queue.Message) string {
	switch {
	case m.Identity == webhook.KeyHash:
		return ""
	case m.Origin.Digest != "":
		// Records have a sha256 without its prefix, as before there were other digests:
		// a version that was rolled back compares them.
		return strings.TrimPrefix(m.Origin.Digest, "sha256:")
	}
	sum := sha256.Sum256(m.Raw) // an older version sent the message
	return hex.EncodeToString(sum[:])
}
