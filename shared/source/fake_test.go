package source_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// plain is a provider whose requests contain the secret itself.
type plain struct {
	name string
	used []string // the optional fields it uses
}

func (p plain) Name() string { return p.name }

func (p plain) Configure(s webhook.Settings) (webhook.Verifier, error) {
	return plainVerifier(s.Secrets), s.Check(p.used...)
}

func (p plain) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	return request(s.Secrets[0].Reveal(), body, at)
}

func (p plain) Open([]byte) (webhook.Envelope, error) { return webhook.Envelope{ID: "evt_1"}, nil }

type plainVerifier []webhook.Secret

func (v plainVerifier) Verify(r webhook.Request) (webhook.Verified, error) {
	given := r.Header.Get("Secret")
	if given == "" {
		return webhook.Verified{}, webhook.ErrSignatureMissing
	}
	i := slices.IndexFunc(v, func(s webhook.Secret) bool { return s.Reveal() == given })
	if i < 0 {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	return webhook.Verified{Envelope: webhook.Envelope{ID: "evt_1"}, Secret: i}, nil
}

func request(secret string, body []byte, at time.Time) webhook.Request {
	return webhook.Request{Header: http.Header{"Secret": {secret}}, Body: body, At: at}
}

// options are those of a program that knows two providers.
func options() source.ParseOptions {
	return source.ParseOptions{Providers: []webhook.Provider{
		plain{name: "plain"},
		plain{name: "timed", used: []string{webhook.FieldTolerance, webhook.FieldKey}},
	}}
}

// doc is a sources document with the source "plain", which has that secret.
func doc(secret string) string { return `{"plain": {"secrets": ["` + secret + `"]}}` }

// vault is a secret whose versions a test can change.
type vault struct {
	mu       sync.Mutex
	versions map[source.Stage]string // an absent stage has no version
	err      error                   // returned by every Fetch, if set
	takes    time.Duration           // how long a Fetch takes
	asked    []source.Stage
}

// newVault returns a vault whose current version is the document.
func newVault(current string) *vault {
	return &vault{versions: map[source.Stage]string{source.Current: current}}
}

func (v *vault) Fetch(ctx context.Context, stage source.Stage) ([]byte, error) {
	v.mu.Lock()
	v.asked = append(v.asked, stage)
	takes := v.takes
	v.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return nil, v.err
	}
	value, ok := v.versions[stage]
	if !ok {
		return nil, source.ErrNoVersion
	}
	return []byte(value), nil
}

// put makes the document the current version and the current one the previous.
func (v *vault) put(current string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.versions[source.Previous] = v.versions[source.Current]
	v.versions[source.Current] = current
}

// fail makes every later Fetch return err; nil ends that.
func (v *vault) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}

// fetched returns the number of fetches since its last call.
func (v *vault) fetched() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := len(v.asked)
	v.asked = nil
	return n
}

// verify verifies a request with that secret for the source "plain".
func verify(t *testing.T, s *source.Sources, secret string) error {
	t.Helper()
	_, _, err := s.Verify(t.Context(), "plain", request(secret, nil, time.Now()))
	return err
}
