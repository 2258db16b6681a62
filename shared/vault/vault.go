package vault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The prefixes of keys.
const (
	Bodies     = "bodies/"     // of verified webhooks whose body does not fit the queue
	Spill      = "spill/"      // verified webhooks that the queue did not take
	Quarantine = "quarantine/" // requests that were refused for their signature
)

// MaxSize is the size of the largest object in bytes: a body of 6 MiB, the most that Lambda
// takes, with what is known about it, and room to spare.
const MaxSize = 8 << 20

// MaxList is the most that one List returns, as in S3.
const MaxList = 1000

// Errors of a [Vault]. Any other error means that the outcome is unknown.
var (
	// ErrNotFound says that there is no object of this key.
	ErrNotFound = errors.New("not in the vault")
	// ErrNoBucket says that the vault itself does not exist. Check VAULT_BUCKET.
	ErrNoBucket = errors.New("the vault's bucket does not exist")
	// ErrDenied says that the caller has no right to do this.
	ErrDenied = errors.New("the vault denies access")
	// ErrInvalid says that a key, a prefix or a size is not valid, which is a bug of the
	// caller. Nothing was done.
	ErrInvalid = errors.New("not valid for the vault")
)

// A Vault keeps objects under keys.
//
// A call makes one attempt: it neither retries nor waits longer than its context. If a
// method returns nil, its effect is durable. An error not named below means that the
// outcome is unknown: the call may have taken effect. All methods may be called
// concurrently.
type Vault interface {
	// Put stores body under key, in place of what was there. A reader sees the old
	// object or the new one, never a mix. It returns ErrInvalid for a key that
	// CheckKey refuses or a body over MaxSize.
	Put(ctx context.Context, key string, body []byte) error

	// Get returns the object's body. It returns ErrNotFound if there is no object, and
	// an error if the object is larger than MaxSize or was read in part.
	Get(ctx context.Context, key string) ([]byte, error)

	// List returns the objects whose key has the prefix and comes after the key given
	// (empty: from the first), in the order of the keys' bytes, at most limit (1 to
	// MaxList). Fewer than limit means that there are no more. It contains every object
	// that was put before the call and is not deleted.
	List(ctx context.Context, prefix, after string, limit int) ([]Object, error)

	// Delete removes the object for good. It is not an error if there is none.
	Delete(ctx context.Context, key string) error
}

// An Object is the entry of an object in a list.
type Object struct {
	Key  string
	Size int64     // in bytes
	Put  time.Time // when it was put, to the second
}

// CheckKey returns ErrInvalid unless the key is one of the prefixes and a name of 1 to 200
// lower-case letters, digits, hyphens and dots.
func CheckKey(key string) error {
	for _, prefix := range []string{Bodies, Spill, Quarantine} {
		if name, ok := strings.CutPrefix(key, prefix); ok && isName(name) {
			return nil
		}
	}
	return fmt.Errorf("%w: a key is %s, %s or %s and a name of at most 200 characters: a-z, 0-9, hyphen, dot", ErrInvalid, Bodies, Spill, Quarantine)
}

func isName(name string) bool {
	if name == "" || len(name) > 200 {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != "." && name != ".." // a client may take them for folders
}

// CheckPut returns ErrInvalid for what Put refuses.
func CheckPut(key string, body []byte) error {
	if len(body) > MaxSize {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(body), MaxSize)
	}
	return CheckKey(key)
}

// CheckList returns ErrInvalid for what List refuses.
func CheckList(prefix string, limit int) error {
	known := prefix == Bodies || prefix == Spill || prefix == Quarantine
	if !known || limit < 1 || limit > MaxList {
		return fmt.Errorf("%w: list one of the prefixes, 1 to %d at a time", ErrInvalid, MaxList)
	}
	return nil
}
