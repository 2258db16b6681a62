package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
)

// MaxSignatures is the number of offered signatures of one request that are tried. More
// are ignored, so that a long header cannot buy CPU time.
const MaxSignatures = 10

// MACLen is the length of a MAC in bytes.
const MACLen = sha256.Size

// MAC returns the HMAC-SHA256 of the concatenated parts under the secret's text.
func MAC(secret Secret, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// ParseSignatures reads a header that lists signatures. A proxy may have joined several
// lines by commas, so each line is split at its commas. Decode turns one element, without
// spaces around it, into a MAC. Elements after the first [MaxSignatures] are ignored.
//
// It returns [ErrSignatureMissing] if there is no line, and [ErrSignatureMalformed] if
// decode fails or does not return [MACLen] bytes.
func ParseSignatures(lines []string, decode func(element string) ([]byte, error)) ([][]byte, error) {
	if len(lines) == 0 {
		return nil, ErrSignatureMissing
	}
	var signatures [][]byte
	for element := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if len(signatures) == MaxSignatures {
			break
		}
		signature, err := decode(strings.Trim(element, " \t"))
		if err != nil || len(signature) != MACLen {
			return nil, ErrSignatureMalformed
		}
		signatures = append(signatures, signature)
	}
	return signatures, nil
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
