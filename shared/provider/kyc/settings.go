package kyc

import (
	"errors"
	"slices"

	"webhookintake/shared/webhook"
)

// The values of [webhook.Settings].Signed.
const (
	SignedBody          = "body"           // the raw body
	SignedTimestampBody = "timestamp.body" // X-Webhook-Timestamp, a period, the raw body
	SignedEither        = "either"         // one or the other; the default
)

// Configure uses secrets, and signed: "body", "timestamp.body" or "either", the default.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	err := s.Check(webhook.FieldSigned)
	switch s.Signed {
	case "", SignedBody, SignedTimestampBody, SignedEither:
	default:
		err = errors.Join(err, &webhook.FieldError{
			Field:   webhook.FieldSigned,
			Problem: `give "body", "timestamp.body" or "either"`,
		})
	}
	if err != nil {
		return nil, err
	}
	return &verifier{
		secrets:  slices.Clone(s.Secrets),
		body:     s.Signed != SignedTimestampBody,
		withTime: s.Signed != SignedBody,
	}, nil
}
