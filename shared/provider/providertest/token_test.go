package providertest

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/webhook"
)

// tokenToy is the toy with a token instead of a signature, and with one fault.
type tokenToy struct {
	toy
	fault string
}

func (p tokenToy) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if _, err := p.toy.Configure(s); err != nil {
		return nil, err
	}
	return &tokenToyVerifier{p.fault, slices.Clone(s.Secrets)}, nil
}

func (tokenToy) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	return webhook.Request{Query: url.Values{"token": {s.SigningSecret().Reveal()}}, Body: body, At: at}
}

type tokenToyVerifier struct {
	fault   string
	secrets []webhook.Secret
}

func (*tokenToyVerifier) HeaderNames() []string { return nil }

func (v *tokenToyVerifier) Verify(r webhook.Request) (webhook.Verified, error) {
	tokens := r.Query["token"]
	if v.fault == "reads the header" {
		tokens = append(tokens, r.Header["Token"]...)
	}
	if len(tokens) == 0 && v.fault != "absent is empty" {
		return webhook.Verified{}, webhook.ErrSignatureMissing
	}
	if v.fault != "tries all tokens" {
		tokens = tokens[:min(10, len(tokens))]
	}
	for i, secret := range v.secrets {
		if slices.ContainsFunc(tokens, func(token string) bool { return v.equal(token, secret.Reveal()) }) {
			envelope, err := v.open(r.Body)
			if err != nil {
				return webhook.Verified{}, err
			}
			return webhook.Verified{Envelope: envelope, Secret: i}, nil
		}
	}
	return webhook.Verified{}, webhook.ErrSignatureMismatch
}

func (*tokenToyVerifier) open(body []byte) (webhook.Envelope, error) { return toy{}.Open(body) }

func (v *tokenToyVerifier) equal(token, secret string) bool {
	switch v.fault {
	case "forgives case":
		return strings.EqualFold(token, secret)
	case "forgives spaces":
		return strings.TrimSpace(token) == secret
	case "compares a prefix":
		return token != "" && strings.HasPrefix(secret, token)
	}
	return token == secret
}

func tokenToyCase(fault string) Case {
	c := toyCase("")
	c.Provider, c.Header, c.Token = tokenToy{fault: fault}, "", "token"
	return c
}

func TestSoundTokenProviderPasses(t *testing.T) {
	t.Parallel()
	Run(t, tokenToyCase(""))
}

func TestTokenFaultsAreFound(t *testing.T) {
	t.Parallel()
	faults := map[string]string{
		"absent is empty":   "TokenAbsent",
		"forgives case":     "TokenChanged",
		"forgives spaces":   "TokenChanged",
		"compares a prefix": "TokenChanged",
		"reads the header":  "TokenElsewhere",
		"tries all tokens":  "TenTokens",
	}
	for fault, finder := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			c := tokenToyCase(fault)
			i := slices.IndexFunc(checks(c), func(c check) bool { return c.name == finder })
			if i < 0 || checks(c)[i].holds(c) == nil {
				t.Errorf("%s does not find it", finder)
			}
		})
	}
	finders := slices.Collect(maps.Values(faults))
	for _, check := range tokenChecks() {
		if !slices.Contains(finders, check.name) || check.promise == "" {
			t.Errorf("check %s has no fault to find, or no promise", check.name)
		}
	}
}
