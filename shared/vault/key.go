package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// BodyKey returns the key of a body that does not fit the queue, of the event with this
// dedup key and of this SHA-256. The sender's retries have the same, so they do not add up;
// another body under the same id has another. It does not contain the id.
func BodyKey(dedupKey, sum string) string {
	name := sha256.Sum256([]byte(dedupKey + "\n" + sum)) // a dedup key has no line break
	return Bodies + hex.EncodeToString(name[:])
}

// A Putter is the part of [Vault] that stores.
type Putter interface {
	Put(ctx context.Context, key string, body []byte) error
}

// PutBody stores a body that does not fit the queue, and returns its key and its SHA-256 in
// hexadecimal digits.
func PutBody(ctx context.Context, v Putter, dedupKey string, body []byte) (key, sum string, err error) {
	hash := sha256.Sum256(body)
	sum = hex.EncodeToString(hash[:])
	key = BodyKey(dedupKey, sum)
	if err := v.Put(ctx, key, body); err != nil {
		return "", "", fmt.Errorf("store the body: %w", err)
	}
	return key, sum, nil
}

// A Getter is the part of [Vault] that reads.
type Getter interface {
	Get(ctx context.Context, key string) ([]byte, error)
}

// ErrOtherBody says that an object is not the body that was stored under its key.
var ErrOtherBody = errors.New("the vault has another body than the one that was verified")

// CheckBody returns [ErrOtherBody] unless the body has this SHA-256.
func CheckBody(body []byte, sum string) error {
	if hash := sha256.Sum256(body); hex.EncodeToString(hash[:]) != sum {
		return ErrOtherBody
	}
	return nil
}

// SpillKey returns a new key for an event that the queue did not take. No two arrivals have
// the same, and keys are in the order of arrival.
func SpillKey(received time.Time) string { return Spill + stamp(received) + "-" + random() }

// QuarantineKey returns a new key for a refused request that arrived then. The name is part
// of it, so that a list shows it. Keys are in the order of arrival.
func QuarantineKey(at time.Time, name string) string {
	return QuarantineFrom(at) + "-" + name + "-" + random()
}

// QuarantineFrom returns what comes before the keys of all requests that were refused then or
// later, and after all others.
func QuarantineFrom(at time.Time) string { return Quarantine + stamp(at) }

// stamp returns the time in milliseconds, in 13 digits, so that names are in order of time
// until the year 2286.
func stamp(t time.Time) string { return fmt.Sprintf("%013d", max(t.UnixMilli(), 0)) }

// random returns 128 random bits in 26 characters.
func random() string { return strings.ToLower(rand.Text()) }
