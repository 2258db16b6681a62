package webhook_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

// joinedErrors is implemented by the errors of errors.Join.
type joinedErrors interface {
	error
	Unwrap() []error
}

// fields are the fields at fault, in order.
func fields(err error) (names []string) {
	if joined, ok := errors.AsType[joinedErrors](err); ok {
		for _, err := range joined.Unwrap() {
			names = append(names, fields(err)...)
		}
	} else if fault, ok := errors.AsType[*webhook.FieldError](err); ok {
		names = append(names, fault.Field)
	}
	return names
}

func TestCheck(t *testing.T) {
	t.Parallel()
	one := []webhook.Secret{webhook.NewSecret(secretText)}
	everything := webhook.Settings{
		Secrets: one, ToleranceS: new(int64(0)), Signed: "body", Product: "sos", Header: "X", Key: []string{},
	}
	all := []string{webhook.FieldTolerance, webhook.FieldSigned, webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey}
	for _, tt := range []struct {
		name     string
		settings webhook.Settings
		used     []string
		want     []string
	}{
		{"one secret", webhook.Settings{Secrets: one}, nil, nil},
		{"all used", everything, all, nil},
		{"none used", everything, nil, all},
		{"one used", everything, []string{"product"}, []string{"tolerance_s", "signed", "header", "key"}},
		{"used but not set", webhook.Settings{Secrets: one}, all, nil},
		{"no secret", webhook.Settings{}, nil, []string{"secrets"}},
		{"empty list", webhook.Settings{Secrets: []webhook.Secret{}}, nil, []string{"secrets"}},
		{"empty secrets", webhook.Settings{Secrets: []webhook.Secret{{}, one[0], webhook.NewSecret("")}}, nil, []string{"secrets[0]", "secrets[2]"}},
		{"negative tolerance", webhook.Settings{Secrets: one, ToleranceS: new(int64(-1))}, all, []string{"tolerance_s"}},
		{"all at once", webhook.Settings{ToleranceS: new(int64(-1)), Key: []string{"/id"}}, []string{"tolerance_s"}, []string{"secrets", "tolerance_s", "key"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.settings.Check(tt.used...)
			if diff := cmp.Diff(tt.want, fields(err)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if err != nil && strings.Contains(err.Error(), secretText) {
				t.Errorf("shows the secret: %v", err)
			}
		})
	}
}

func TestSigningSecret(t *testing.T) {
	t.Parallel()
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("first"), webhook.NewSecret("second")}}
	if got := s.SigningSecret().Reveal(); got != "first" {
		t.Errorf("SigningSecret = %q", got)
	}
	if !(webhook.Settings{}).SigningSecret().IsEmpty() {
		t.Error("with no secrets it must be empty")
	}
}
