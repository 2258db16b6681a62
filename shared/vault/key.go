package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// BodyKey is the key of a body that does not fit the queue. It is the same for the same
// event and digest, so that the sender's retries do not add up. It does not contain the id.
func BodyKey(dedupKey, digest string) string {
	sum := sha256.Sum256([]byte(dedupKey + "\n" + digest)) // a dedup key has no line break
	return Bodies + hex.EncodeToString(sum[:])
}

// SpillKey is a new key for an event that the queue did not take. No two arrivals have the
// same, and keys are in the order of arrival.
func SpillKey(received time.Time) string { return Spill + stamp(received) + "-" + random() }

// stamp is the time in milliseconds, in 13 digits, so that names are in order of time until
// the year 2286.
func stamp(t time.Time) string { return fmt.Sprintf("%013d", max(t.UnixMilli(), 0)) }

// random returns 128 random bits in 26 characters.
func random() string { return strings.ToLower(rand.Text()) }
