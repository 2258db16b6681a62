package webhook

import "time"

// An Identity says how an event's id was made. The provider that makes the id sets it. It
// is never read from the id's text: a sender may give ids that look like ours.
type Identity string

// The identities, as messages and records write them.
const (
	Given    Identity = ""     // the sender gave the id
	BodyHash Identity = "body" // the id is a hash of the whole body
	KeyHash  Identity = "key"  // the id is a hash of some values in the body; the rest may differ
)

// The windows in which a second arrival of an id is a duplicate.
const (
	GivenWindow = 30 * 24 * time.Hour
	// HashWindow is short because a status that returns to an older value (A, B, A) makes
	// the same id, and the second A must not be dropped.
	HashWindow = time.Hour
)

// Window returns the window in which a second arrival of an id is a duplicate, unless the
// source sets another.
func (i Identity) Window() time.Duration {
	if i == Given {
		return GivenWindow
	}
	return HashWindow
}

// Valid reports whether i is one of the identities.
func (i Identity) Valid() bool { return i == Given || i == BodyHash || i == KeyHash }
