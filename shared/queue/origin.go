package queue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// An Origin is what ingest knows about an event besides its id and type, the JSON of the
// attribute "origin". A message that an older version sent has none.
type Origin struct {
	// Digest is what another body under the event's id would differ in. It is empty if
	// the id stands for a part of the body only, and in messages of an older version.
	Digest string
	Window time.Duration // in which another arrival is a duplicate; 0: that of the event's Identity
	Secret *int          // index of the secret that matched; nil if unknown
	Signed string        // which of several ways to sign held; empty where there is one
	Stored *Stored       // where the body is if it does not fit the queue; nil: in the message
}

// A Stored says where the body of a message is kept, because it does not fit the queue.
type Stored struct {
	Key    string `json:"key"`    // in the vault
	SHA256 string `json:"sha256"` // of the body there, in 64 hexadecimal digits
}

func (s Stored) valid() bool {
	sum, err := hex.DecodeString(s.SHA256)
	return err == nil && len(sum) == sha256.Size && s.SHA256 == strings.ToLower(s.SHA256) &&
		webhook.ValidName(s.Key) && len(s.Key) <= maxKeyLen
}

// reference begins a text that stands in place of a body. A verified body is a JSON object,
// so none begins so.
const reference = "vault "

// Reference returns a text to keep in place of the body, which says where the body is.
func (s Stored) Reference() []byte { return []byte(reference + s.Key + " " + s.SHA256) }

// ParseReference returns what a text of [Stored.Reference] says. It returns false for any
// other text, such as a body.
func ParseReference(text []byte) (Stored, bool) {
	rest, ok := bytes.CutPrefix(text, []byte(reference))
	key, sum, _ := bytes.Cut(rest, []byte(" "))
	s := Stored{Key: string(key), SHA256: string(sum)}
	return s, ok && s.valid()
}

// The longest texts of an Origin: a digest is a prefix and 64 hexadecimal digits, and
// nobody names a way to sign at such length.
const (
	maxDigestLen = 100
	maxSignedLen = 40
	maxKeyLen    = 100 // "bodies/" and 64 hexadecimal digits
)

// MaxWindow is the longest window of an Origin: that of an id which the sender gave.
const MaxWindow = webhook.GivenWindow

// originJSON is an Origin as it is sent. What says nothing is left out.
type originJSON struct {
	Identity webhook.Identity `json:"identity,omitempty"`
	Digest   string           `json:"digest,omitempty"`
	WindowS  int64            `json:"window_s,omitempty"`
	Secret   *int             `json:"secret,omitempty"`
	Signed   string           `json:"signed,omitempty"`
	At       *Stored          `json:"at,omitempty"`
}

// valid reports whether process can rely on each field, however the message was made.
func (o originJSON) valid() bool {
	return o.Identity.Valid() &&
		(o.Digest == "" || webhook.ValidName(o.Digest) && len(o.Digest) <= maxDigestLen) &&
		o.WindowS >= 0 && o.WindowS <= int64(MaxWindow/time.Second) &&
		(o.Secret == nil || *o.Secret >= 0) &&
		(o.Signed == "" || webhook.ValidName(o.Signed) && len(o.Signed) <= maxSignedLen) &&
		(o.At == nil || o.At.valid())
}

// encodeOrigin returns the value of the attribute; empty if there is nothing to say.
func encodeOrigin(m Message) (string, error) {
	o := originJSON{
		Identity: m.Identity, Digest: m.Origin.Digest, WindowS: int64(m.Origin.Window / time.Second),
		Secret: m.Origin.Secret, Signed: m.Origin.Signed, At: m.Origin.Stored,
	}
	if o == (originJSON{}) {
		return "", nil
	}
	if !o.valid() {
		return "", fmt.Errorf("%w: %s: identity, digest, window_s, secret, signed or at is malformed", ErrInvalid, AttrOrigin)
	}
	text, err := json.Marshal(o)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", ErrInvalid, AttrOrigin, err)
	}
	return string(text), nil
}

// decodeOrigin reads the attribute into m, whose other attributes have been read. Fields
// that are not known are those of a later version, and skipped.
func decodeOrigin(m *Message, attributes map[string]string) error {
	text, ok := attributes[AttrOrigin]
	stored := attributes[AttrEncoding] == encodingVault
	if !ok {
		if stored {
			return errNowhere
		}
		m.Identity = LegacyIdentity(m.Provider, m.ID)
		return nil
	}
	var o originJSON
	if err := json.Unmarshal([]byte(text), &o); err != nil || !o.valid() {
		return errors.New("attribute origin is malformed")
	}
	m.Identity = o.Identity
	m.Origin = Origin{
		Digest: o.Digest, Window: time.Duration(o.WindowS) * time.Second, Secret: o.Secret, Signed: o.Signed, Stored: o.At,
	}
	if stored != (o.At != nil) {
		return errNowhere
	}
	return nil
}

// errNowhere is the fault of a message that has two bodies or none.
var errNowhere = errors.New("attributes encoding and origin disagree on where the body is")

// LegacyIdentity tells how an id was made by a version that did not write it down. All
// ids of the providers compliancely and contiguity-v1 are ours, and their prefix says
// which; those of other providers are the sender's, whatever they look like.
func LegacyIdentity(provider, id string) webhook.Identity {
	if !slices.Contains([]string{"compliancely", "contiguity-v1"}, provider) {
		return webhook.Given
	}
	switch kind, _, _ := strings.Cut(id, ":"); {
	case kind == "sha256", strings.HasPrefix(kind, "hmac-"):
		return webhook.BodyHash
	case kind == "key", strings.HasPrefix(kind, "hkey-"):
		return webhook.KeyHash
	}
	return webhook.Given
}
