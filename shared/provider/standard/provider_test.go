package standard_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

const created = `{"type":"contact.created","timestamp":"2026-09-21T14:13:20Z","data":{"id":"c-1"}}`

func suite() providertest.Case {
	return providertest.Case{
		Provider: standard.Provider{},
		Name:     "standard",
		Uses:     []string{webhook.FieldTolerance},
		Header:   "Webhook-Signature",
		Spaced:   true,
		Signed:   []string{"Webhook-Id", "Webhook-Timestamp"},
		ID:       "msg_1",
		Body:     []byte(created),
		Want: webhook.Envelope{
			ID: "msg_1", Type: "contact.created", Time: providertest.At, Data: json.RawMessage(`{"id":"c-1"}`),
		},
		TypeField: "type",
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	providertest.Run(t, suite())
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, secret string
		want         string // the field at fault
	}{
		{"with prefix", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""},
		{"without", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""},
		{"padded once", "whsec_AAECAwQFBgcICQoLDA0ODxA=", ""},
		{"padded too little", "whsec_AAECAwQFBgcICQoLDA0ODw=", "secrets[1]"},
		{"padded rightly", "whsec_AAECAwQFBgcICQoLDA0ODw==", ""},
		{"padding left out", "whsec_AAECAwQFBgcICQoLDA0ODw", ""},
		{"alphabet of URLs", "whsec_-_-_-_-_", ""},
		{"nothing after the prefix", "whsec_", "secrets[1]"},
		{"one character", "whsec_A", "secrets[1]"},
		{"padding alone", "whsec_====", "secrets[1]"},
		{"padded thrice", "whsec_A===", "secrets[1]"},
		{"no base64", "whsec_top secret!", "secrets[1]"},
		{"prefix twice", "whsec_whsec_AAEC!", "secrets[1]"},
		{"line break", "whsec_AAEC\nAwQF", "secrets[1]"},
		{"line break at the end", "whsec_AAEC\n", "secrets[1]"},
		{"asymmetric key", "whpk_AAEC*", "secrets[1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, err := standard.Provider{}.Configure(webhook.Settings{
				Secrets: []webhook.Secret{webhook.NewSecret("whsec_AAEC"), webhook.NewSecret(tt.secret)},
			})
			if tt.want == "" {
				if err != nil {
					t.Errorf("Configure = %v", err)
				}
				return
			}
			fault, ok := errors.AsType[*webhook.FieldError](err)
			if v != nil || !ok || fault.Field != tt.want {
				t.Errorf("Configure = %v, want a fault in %s", err, tt.want)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	at := time.Date(2022, 11, 3, 20, 26, 10, 344522000, time.UTC)
	for _, tt := range []struct {
		name, body, data string
		id               string
		at               time.Time
	}{
		{"as recommended", `{"type":"t","timestamp":"2022-11-03T20:26:10.344522Z","data":{"foo":"bar"}}`, `{"foo":"bar"}`, "", at},
		{"with an offset", `{"type":"t","timestamp":"2022-11-03T22:26:10.344522+02:00","data":1}`, "1", "", at},
		{"in seconds", `{"type":"t","timestamp":1667507170,"data":1}`, "1", "", time.Unix(1667507170, 0)},
		{"without a time", `{"type":"t","data":1}`, "1", "", time.Time{}},
		{"a time of another form", `{"type":"t","timestamp":"yesterday","data":1}`, "1", "", time.Time{}},
		{"a time in milliseconds", `{"type":"t","timestamp":1667507170000,"data":1}`, "1", "", time.Time{}},
		{"an object for a time", `{"type":"t","timestamp":{},"data":1}`, "1", "", time.Time{}},
		{"without data", `{"type":"t","foo":"bar"}`, `{"type":"t","foo":"bar"}`, "", time.Time{}},
		{"null data", `{"type":"t","data":null}`, "null", "", time.Time{}},
		{"an id of its own", `{"type":"t","id":"evt_7","data":1}`, "1", "evt_7", time.Time{}},
		{"an id of another kind", `{"type":"t","id":7,"data":1}`, "1", "", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := standard.Provider{}.Open([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if got.ID != tt.id || got.Type != "t" || string(got.Data) != tt.data || !got.Time.Equal(tt.at) {
				t.Errorf("Open = %+v, want id %q, data %s at %v", got, tt.id, tt.data, tt.at)
			}
		})
	}
}
