package process

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// The windows in which a second arrival of an id is a duplicate. They are measured
// between arrivals at ingest, so a copy that waited in a queue stays a duplicate.
const (
	eventWindow = 30 * 24 * time.Hour // of an id that the provider gave
	// hashWindow is for ids made from the content: a status that returns to an older
	// value, A, B, A, must not be swallowed for long.
	hashWindow = time.Hour
)

// Prefixes of ids that are made from the content, of the whole body and of a part.
const (
	bodyHashPrefix = "sha256:"
	keyHashPrefix  = "key:"
)

// window is the time in which e's id means the same event.
func window(e webhook.Event) time.Duration {
	if strings.HasPrefix(e.ID, bodyHashPrefix) || strings.HasPrefix(e.ID, keyHashPrefix) {
		return hashWindow
	}
	return eventWindow
}

// bodyHash is what another body under e's id would differ in. It is empty where the id
// stands for a part of the body only, and the rest may differ.
func bodyHash(e webhook.Event) string {
	if strings.HasPrefix(e.ID, keyHashPrefix) {
		return ""
	}
	sum := sha256.Sum256(e.Raw)
	return hex.EncodeToString(sum[:])
}
