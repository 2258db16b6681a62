package contiguity

import (
	"slices"

	"webhookintake/shared/webhook"
)

// Configure uses secrets and tolerance_s, the tolerance of the signed time in seconds: 300
// if it is not given, and 0 to leave the time unchecked.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if err := s.Check(webhook.FieldTolerance); err != nil {
		return nil, err
	}
	return &verifier{secrets: slices.Clone(s.Secrets), toleranceS: s.Tolerance()}, nil
}

// Configure uses secrets: the tokens, any of which is accepted; and dedup_window_s.
func (V1) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if err := s.Check(webhook.FieldWindow); err != nil {
		return nil, err
	}
	return &tokenVerifier{secrets: slices.Clone(s.Secrets), hash: s.Hash}, nil
}
