package webhook

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// A Hasher makes ids and digests from content. A hash of little content can be guessed
// back: a tax number in seconds. So a Hasher has a key, unless it is the zero Hasher,
// which makes plain hashes. It does not show its key when it is printed.
type Hasher struct {
	key  Secret
	name string // of the key: part of every hash, so that hashes of different keys are told apart
}

// hasherKeyLen is the length of a Hasher's key in bytes.
const hasherKeyLen = 32

// NewHasher returns the Hasher whose key is the base64 text, and reports whether that is
// 32 bytes in padded base64, and not all the same byte.
func NewHasher(key Secret) (Hasher, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(key.Reveal())
	if err != nil || len(raw) != hasherKeyLen || len(key.Reveal()) != base64.StdEncoding.EncodedLen(hasherKeyLen) {
		return Hasher{}, false
	}
	same := true
	for _, b := range raw {
		same = same && b == raw[0]
	}
	if same {
		return Hasher{}, false // nobody drew that at random
	}
	secret := NewSecret(string(raw))
	return Hasher{secret, hex.EncodeToString(MAC(secret, []byte("id")))[:6]}, true
}

// Keyed reports whether h has a key.
func (h Hasher) Keyed() bool { return h.name != "" }

// Body returns the hash of a whole body, as "sha256:<hex>" or "hmac-<key's name>:<hex>".
func (h Hasher) Body(body []byte) string { return h.hash("sha256:", "hmac-", body) }

// Values returns the hash of some values in a body, written as text, as "key:<hex>" or
// "hkey-<key's name>:<hex>".
func (h Hasher) Values(text []byte) string { return h.hash("key:", "hkey-", text) }

func (h Hasher) hash(plain, keyed string, text []byte) string {
	if !h.Keyed() {
		sum := sha256.Sum256(text)
		return plain + hex.EncodeToString(sum[:])
	}
	return keyed + h.name + ":" + hex.EncodeToString(MAC(h.key, text))
}
