package kyc_test

import (
	"encoding/json"
	"errors"
	"testing"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

const processed = `{"id":"evt_k1","type":"kyc.session.processed","created":1790000000,` +
	`"data":{"session_id":"s-1","status":"APPROVED","final_decision":"flagged"}}`

func suite(signed string) providertest.Case {
	return providertest.Case{
		Provider: kyc.Provider{},
		Name:     "kyc",
		Settings: webhook.Settings{Signed: signed},
		Uses:     []string{webhook.FieldSigned},
		Header:   "X-Webhook-Signature",
		ID:       "evt_k1",
		Body:     []byte(processed),
		Want: webhook.Envelope{
			ID: "evt_k1", Type: "kyc.session.processed", Time: providertest.At,
			Data: json.RawMessage(`{"session_id":"s-1","status":"APPROVED","final_decision":"flagged"}`),
		},
		IDField:   "id",
		TypeField: "type",
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for _, signed := range []string{"", kyc.SignedEither, kyc.SignedBody, kyc.SignedTimestampBody} {
		t.Run("signed="+signed, func(t *testing.T) {
			t.Parallel()
			c := suite(signed)
			c.Way = kyc.SignedBody
			if signed == kyc.SignedTimestampBody {
				c.Way = signed
			}
			providertest.Run(t, c)
		})
	}
}

func TestUnknownSigned(t *testing.T) {
	t.Parallel()
	for _, signed := range []string{"Body", "body.timestamp", " ", "none"} {
		v, err := kyc.Provider{}.Configure(webhook.Settings{
			Secrets: []webhook.Secret{webhook.NewSecret("s")}, Signed: signed,
		})
		fault, ok := errors.AsType[*webhook.FieldError](err)
		if v != nil || !ok || fault.Field != "signed" {
			t.Errorf("Configure with signed %q = %v, want a fault in signed", signed, err)
		}
	}
}

func TestOpenKeepsUnknownTypes(t *testing.T) {
	t.Parallel()
	got, err := kyc.Provider{}.Open([]byte(`{"id":"evt_2","type":"kyc.watchlist.match","created":1e3,"data":{"watchlist_id":"w"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Type != "kyc.watchlist.match" || got.Time.Unix() != 1000 || string(got.Data) != `{"watchlist_id":"w"}` {
		t.Errorf("Open = %+v", got)
	}
}
