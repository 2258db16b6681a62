package process

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// The times of probes: a retry comes within seconds, and the record is looked at within
// minutes. So it expires within a day.
const (
	probeWindow = time.Hour
	probeKeep   = 12 * time.Hour
)

// window returns how long m's id means the same event. It is measured between arrivals at
// ingest, so a copy that waited in a queue stays a duplicate.
func window(m queue.Message) time.Duration {
	if m.IsProbe() {
		return probeWindow
	}
	if m.Origin.Window > 0 {
		return m.Origin.Window
	}
	return m.Identity.Window()
}

// OriginOf returns what ingest knew about the event of rec, for a message that an operator
// sends: it must neither look like another body nor begin another window. The identity is a
// separate field of the message.
func OriginOf(rec ledger.Record) queue.Origin {
	o := queue.Origin{Digest: rec.Hash, Secret: rec.Secret}
	if rec.Hash != "" && !strings.Contains(rec.Hash, ":") {
		o.Digest = sha256Prefix + rec.Hash
	}
	if window := rec.DedupUntil.Sub(rec.Received); window > 0 {
		o.Window = min(window, queue.MaxWindow)
	}
	return o
}

// sha256Prefix begins the digests in messages that were made without a key.
const sha256Prefix = "sha256:"

// digest returns the digest by which another body under m's id is recognized. It is empty
// if the id covers only a part of the body, so that the rest may differ.
func digest(m queue.Message) string {
	switch {
	case m.Identity == webhook.KeyHash, m.NoBody:
		return ""
	case m.Origin.Digest != "":
		// Records have a sha256 without its prefix, as older versions wrote it: after a
		// rollback an older version compares them.
		return strings.TrimPrefix(m.Origin.Digest, sha256Prefix)
	}
	sum := sha256.Sum256(m.Raw) // an older version sent the message
	return hex.EncodeToString(sum[:])
}
