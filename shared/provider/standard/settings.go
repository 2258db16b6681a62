package standard

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

// Configure uses secrets, which are base64 with or without "whsec_" before it, and
// tolerance_s, the tolerance of the signed time in seconds: 300 if it is not given, and 0
// to leave the time unchecked.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	faults := []error{s.Check(webhook.FieldTolerance)}
	v := &verifier{toleranceS: s.Tolerance()}
	for i, secret := range s.Secrets {
		key, ok := decodeKey(secret)
		if !ok && !secret.IsEmpty() { // Check has reported an empty one
			faults = append(faults, &webhook.FieldError{
				Field:   fmt.Sprintf("secrets[%d]", i),
				Problem: `want base64, as "whsec_…"; give the secret as the sender shows it`,
			})
		}
		v.keys = append(v.keys, key)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return v, nil
}

// decodeKey returns the key that the text of the secret encodes. The key is secret too.
func decodeKey(secret webhook.Secret) (key webhook.Secret, ok bool) {
	text := strings.TrimPrefix(secret.Reveal(), "whsec_")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	if padded := strings.TrimRight(text, "="); len(padded) != len(text) {
		if len(text)%4 != 0 || len(text)-len(padded) > 2 {
			return webhook.Secret{}, false
		}
		text = padded
	}
	if strings.ContainsAny(text, "\r\n") { // the decoder would skip them
		return webhook.Secret{}, false
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	return webhook.NewSecret(string(decoded)), err == nil && len(decoded) > 0
}
