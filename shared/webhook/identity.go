package webhook

// An Identity says how an event's id was made. The provider that makes the id sets it. It
// is never read from the id's text: a sender may give ids that look like ours.
type Identity string

// The identities, as messages and records write them.
const (
	Given    Identity = ""     // the sender gave the id
	BodyHash Identity = "body" // the id is a hash of the whole body
	KeyHash  Identity = "key"  // the id is a hash of some values in the body; the rest may differ
)

// Valid reports whether i is one of the identities.
func (i Identity) Valid() bool { return i == Given || i == BodyHash || i == KeyHash }
