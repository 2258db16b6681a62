package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
)

// MaxSignatures is how many offered signatures of one request are tried. More are
// ignored, so that a long header cannot buy CPU time.
const MaxSignatures = 10

// MAC is the HMAC-SHA256 of the parts, one after another, under the secret's text.
func MAC(secret Secret, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// MatchMAC compares, in constant time, the MAC of the parts under every secret with
// every offered signature, up to [MaxSignatures]. It returns the index of the first
// secret that matches.
func MatchMAC(secrets []Secret, signatures [][]byte, parts ...[]byte) (secret int, ok bool) {
	signatures = signatures[:min(len(signatures), MaxSignatures)]
	for i, s := range secrets {
		want := MAC(s, parts...)
		for _, got := range signatures {
			if hmac.Equal(got, want) {
				return i, true
			}
		}
	}
	return 0, false
}
