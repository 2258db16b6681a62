package providertest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/webhook"
)

// At is the time at which the suite signs and receives. A body with a time must have this
// one.
var At = time.Unix(1790000000, 0).UTC()

// A Case is a provider with one set of settings.
type Case struct {
	Provider webhook.Provider
	Name     string           // the provider's name in the sources document
	Settings webhook.Settings // without Secrets, which the suite adds
	Uses     []string         // the optional fields of Settings that the provider uses
	Header   string           // the signature header
	Spaced   bool             // a line of it may list signatures separated by spaces
	Loose    bool             // the header may also have text that is not a signature
	// Token is the query parameter that has the secret itself, for a provider without a
	// signature. Then Header is empty, and the body is not authenticated.
	Token string
	// Signed lists other headers that are signed.
	Signed []string
	ID     string           // the id for Sign of Body; empty if there is no id header
	Body   []byte           // a usable body: a JSON object with at least one field
	Want   webhook.Envelope // the envelope of Body, with Settings
	Way    string           // which of several ways to sign Sign uses; empty if there is only one
	// The fields of Body that have the event's id and type; empty if it has none.
	IDField, TypeField string
}

// The secrets of the suite.
var (
	current  = webhook.NewSecret("whsec_suite_current_5d1c")
	previous = webhook.NewSecret("whsec_suite_previous_a07e")
	foreign  = webhook.NewSecret("whsec_suite_foreign_93bb")
)

// A check is one promise of the contract, with the code that checks it.
type check struct {
	name    string
	promise string
	holds   func(Case) error
}

// Run checks c against the contract of [webhook.Provider] and [webhook.Verifier]. If the
// provider uses tolerance_s, it checks it again with an unchecked time.
func Run(t *testing.T, c Case) {
	t.Helper()
	run(t, c)
	if slices.Contains(c.Uses, webhook.FieldTolerance) {
		c.Settings.ToleranceS = new(int64(0))
		t.Run("Unchecked", func(t *testing.T) { run(t, c) })
	}
}

func run(t *testing.T, c Case) {
	t.Helper()
	for _, check := range checks(c) {
		t.Run(check.name, func(t *testing.T) {
			t.Parallel()
			if err := check.holds(c); err != nil {
				t.Errorf("%v\npromised: %s", err, check.promise)
			}
		})
	}
}

func checks(c Case) []check {
	all := authenticChecks()
	if c.Token != "" {
		all = append(all, tokenChecks()...)
	} else {
		all = append(all, signatureChecks()...)
		all = append(all, headerChecks()...)
	}
	all = append(all, bodyChecks()...)
	all = append(all, settingsChecks()...)
	if slices.Contains(c.Uses, webhook.FieldTolerance) {
		all = append(all, toleranceCheck())
	}
	if c.IDField != "" {
		all = append(all, idCheck())
	}
	if c.TypeField != "" {
		all = append(all, typeCheck())
	}
	return all
}

// settings returns the case's settings with these secrets.
func (c Case) settings(secrets ...webhook.Secret) webhook.Settings {
	s := c.Settings
	s.Secrets = secrets
	return s
}

// verifier returns a Verifier with the current and the previous secret.
func (c Case) verifier() (webhook.Verifier, error) {
	v, err := c.Provider.Configure(c.settings(current, previous))
	if err != nil {
		return nil, fmt.Errorf("configure: %w", err)
	}
	return v, nil
}

// sign signs body without an id, because the body may have another one or none.
func (c Case) sign(secret webhook.Secret, body []byte) webhook.Request {
	return c.Provider.Sign(c.settings(secret), "", body, At)
}

// value returns the value of the signature header for body and secret.
func (c Case) value(secret webhook.Secret, body []byte) string {
	return c.sign(secret, body).Header.Get(c.Header)
}

// withHeader returns a signed request with these lines as its signature header.
func (c Case) withHeader(lines ...string) webhook.Request {
	r := c.sign(current, c.Body)
	r.Header[c.Header] = lines
	return r
}

// taken returns an error unless v accepts r as signed by the secret of that index.
func taken(v webhook.Verifier, r webhook.Request, secret int) error {
	got, err := v.Verify(r)
	if err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	if got.Secret != secret {
		return fmt.Errorf("matched secret %d, want %d", got.Secret, secret)
	}
	return nil
}

// refused returns an error unless v refuses r with one of the codes, and without quoting a
// secret or the body.
func refused(v webhook.Verifier, r webhook.Request, codes ...webhook.Code) error {
	got, err := v.Verify(r)
	if err == nil {
		return fmt.Errorf("taken, want %v", codes)
	}
	if !reflect.ValueOf(got).IsZero() {
		return errors.New("refused, yet it returns an envelope")
	}
	for _, code := range codes {
		if errors.Is(err, code) {
			return leak(strings.ReplaceAll(err.Error(), code.Error(), ""), r)
		}
	}
	return fmt.Errorf("refused with %w, want %v", err, codes)
}

// minLeak is the number of consecutive bytes that count as a quotation.
const minLeak = 4

// leak returns an error if text quotes a secret, a header or the body of r.
func leak(text string, r webhook.Request) error {
	var private []byte
	for _, secret := range []webhook.Secret{current, previous, foreign} {
		private = append(private, secret.Reveal()...)
	}
	for _, lines := range r.Header {
		private = append(private, strings.Join(lines, "")...)
	}
	private = append(private, r.Body...)
	for i := range max(0, len(text)-minLeak+1) {
		if bytes.Contains(private, []byte(text[i:i+minLeak])) {
			return fmt.Errorf("the error quotes the request or a secret, at byte %d of %q", i, text)
		}
	}
	return nil
}
