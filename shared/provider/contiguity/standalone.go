package contiguity

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"webhookintake/shared/webhook"
)

// maxBody is the largest body that [Verify] reads, in bytes.
const maxBody = 6 << 20

// VerifyOptions vary how [Verify] and [VerifyRaw] check. The zero VerifyOptions are right
// for most.
type VerifyOptions struct {
	// Tolerance is the window of the signed time, both ways, to the second. 0 means the
	// 300 s that the provider suggests, a negative one that the time is not checked.
	Tolerance time.Duration
	// Previous is the secret before the current one, for as long as the provider may
	// still sign with it. Empty means none.
	Previous string
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
}

// Verify reads the body of r, a webhook of the format v2, and returns it where the
// secret signed it: for [Parse], and for Decode of the typed events. Call it before
// anything else reads the body; in r the body can be read again afterwards.
//
// It returns the codes of package webhook that are for the signature, to be recognised
// with errors.Is and answered with status 401; [webhook.ErrTooLarge] for a body of over
// 6 MiB; and a [*webhook.FieldError] for an empty secret.
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
	r.Body = io.NopCloser(bytes.NewReader(body)) // the server closes the connection's own
	if err := verifyLines(body, r.Header.Values(signatureHeader), secret, o); err != nil {
		return nil, err
	}
	return body, nil
}

// VerifyRaw checks the value of the header contiguity-signature against the raw body. It
// returns what [Verify] does, nil where the secret signed the body.
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

// toleranceS is the tolerance in seconds, 0 where the time is not checked.
func (o VerifyOptions) toleranceS() int64 {
	switch {
	case o.Tolerance == 0:
		return webhook.DefaultToleranceS
	case o.Tolerance < 0:
		return 0
	}
	return max(1, int64(o.Tolerance/time.Second))
}

// Parse reads id, type, time and data of a verified body of the format v2. Older names
// of types come out as today's, for a switch over the Name of the typed events. It
// returns a code of package webhook where the body is not usable.
func Parse(body []byte) (webhook.Envelope, error) { return Provider{}.Open(body) }
