package contiguity_test

import (
	"encoding/json"
	"testing"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

const sms = `{"id":"evt_1","type":"text.incoming.sms","timestamp":1790000000,"api_version":"v2025.9.7",` +
	`"data":{"from":"+15005550001","to":"+15005550002","body":"hello","timestamp":1790000000}}`

func suite() providertest.Case {
	return providertest.Case{
		Provider: contiguity.Provider{},
		Name:     "contiguity",
		Uses:     []string{webhook.FieldTolerance},
		Header:   "Contiguity-Signature",
		Loose:    true,
		ID:       "evt_1",
		Body:     []byte(sms),
		Want: webhook.Envelope{
			ID: "evt_1", Type: "text.incoming.sms", Time: providertest.At,
			Data: json.RawMessage(`{"from":"+15005550001","to":"+15005550002","body":"hello","timestamp":1790000000}`),
		},
		IDField:   "id",
		TypeField: "type",
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	providertest.Run(t, suite())
}

func TestOpenResolvesOlderTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, wireType, data, want string }{
		{"current", "text.incoming.mms", `{}`, "text.incoming.mms"},
		{"text with attachments", "text.incoming", `{"attachments":[{"url":"u"}]}`, "text.incoming.mms"},
		{"text with an empty list", "text.incoming", `{"attachments":[]}`, "text.incoming.sms"},
		{"text with null", "text.incoming", `{"attachments":null}`, "text.incoming.sms"},
		{"text without", "text.incoming", `{}`, "text.incoming.sms"},
		{"text with data of another shape", "text.incoming", `[1]`, "text.incoming.sms"},
		{"text without data", "text.incoming", `null`, "text.incoming.sms"},
		{"sms of 2024", "communications.incoming.sms", `{}`, "text.incoming.sms"},
		{"mms of 2024", "communications.incoming.mms", `{}`, "text.incoming.mms"},
		{"iMessage of 2024", "communications.incoming.imessage", `{}`, "imessage.incoming"},
		{"WhatsApp of 2024", "communications.incoming.whatsapp", `{}`, "whatsapp.incoming"},
		{"e-mail of 2024", "communications.incoming.email", `{}`, "email.incoming"},
		{"WhatsApp of 2025", "whatsapp.incoming", `{}`, "whatsapp.incoming"},
		{"unknown", "imessage.delivery.confirmed", `{}`, "imessage.delivery.confirmed"},
		{"not a prefix rule", "communications.incoming.fax", `{}`, "communications.incoming.fax"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := contiguity.Provider{}.Open([]byte(`{"id":"evt_1","type":"` + tt.wireType + `","data":` + tt.data + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if got.Type != tt.want || string(got.Data) != tt.data || !got.Time.IsZero() {
				t.Errorf("Open = %+v, want type %s, data %s and no time", got, tt.want, tt.data)
			}
		})
	}
}
