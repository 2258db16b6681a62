package contiguity

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"webhookintake/shared/webhook"
)

// maxBody is the size of the largest body that [Verify] reads, in bytes.
const maxBody = 6 << 20

// VerifyOptions configure [Verify] and [VerifyRaw]. The zero VerifyOptions suit most
// servers.
type VerifyOptions struct {
	// Tolerance is how far the signed time may be in the past or future, in whole seconds.
	// 0 means the 300 s that the provider suggests; a negative one means that the time is
	// not checked.
	Tolerance time.Duration
	// Previous is the secret before the current one, while the provider may still sign
	// with it. Empty means none.
	Previous string
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// Verify reads the body of r, a webhook of format v2, and returns it if the secret signed
// it. Pass the body to [Parse], or to Decode of a typed event. Call Verify before anything
// else reads the body; afterwards the body of r can be read again.
//
// The error is one of the signature codes of package webhook, to be compared with
// errors.Is and answered with status 401; [webhook.ErrTooLarge] for a body over 6 MiB; or a
// [*webhook.FieldError] for an empty secret.
func Verify(r *http.Request, secret string, o VerifyOptions) (body []byte, err error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the webhook's body: %w", err)
	}
	if len(body) > maxBody {
		return nil, webhook.ErrTooLarge
	}
	r.Body = io.NopCloser(bytes.NewReader(body)) // the server closes the original body
	if err := verifyLines(body, r.Header.Values(signatureHeader), secret, o); err != nil {
		return nil, err
	}
	return body, nil
}

// VerifyRaw checks the value of the header contiguity-signature against the raw body. Its
// error is that of [Verify], or nil if the secret signed the body.
func VerifyRaw(body []byte, signature, secret string, o VerifyOptions) error {
	var lines []string
	if signature != "" {
		lines = []string{signature}
	}
	return verifyLines(body, lines, secret, o)
}

func verifyLines(body []byte, lines []string, secret string, o VerifyOptions) error {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	if o.Previous != "" {
		settings.Secrets = append(settings.Secrets, webhook.NewSecret(o.Previous))
	}
	if err := settings.Check(); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	stamps, err := parseHeader(lines)
	if err != nil {
		return err
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	v := &verifier{secrets: settings.Secrets, toleranceS: o.toleranceS()}
	_, err = v.match(stamps, webhook.Request{Body: body, At: now()})
	return err
}

// toleranceS is the tolerance in seconds, or 0 if the time is not checked.
func (o VerifyOptions) toleranceS() int64 {
	switch {
	case o.Tolerance == 0:
		return webhook.DefaultToleranceS
	case o.Tolerance < 0:
		return 0
	}
	return max(1, int64(o.Tolerance/time.Second))
}

// Parse returns id, type, time and data of a verified body of format v2. It replaces older
// type names by the current ones, so that the type can be compared with the Name of a typed
// event. If the body is not usable, the error is a code of package webhook.
func Parse(body []byte) (webhook.Envelope, error) { return Provider{}.Open(body) }
