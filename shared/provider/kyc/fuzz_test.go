package kyc_test

import (
	"errors"
	"slices"
	"testing"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, suite(kyc.SignedEither)) }

// Here the timestamp is signed too.
func FuzzVerifyTimestamp(f *testing.F) {
	c := suite(kyc.SignedTimestampBody)
	c.Signed = []string{"X-Webhook-Timestamp"}
	providertest.Fuzz(f, c)
}

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite(kyc.SignedBody)) }

// Open sees verified bodies only, but no body may make it panic.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(processed))
	f.Add(event(`{"session":{"id":"s","status":1}}`))
	f.Add(event(`{"metadata":[null],"id":{}}`))
	f.Add([]byte(`{"id":"e","type":"t","created":-1e400,"data":7}`))
	f.Add(event(run))
	f.Add(event(`{"watchlist_id":"w","results_by_list":{"":null},"checked_at":7}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := kyc.Provider{}.Open(body)
		if err != nil {
			if !slices.Contains([]error{webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrInvalidID,
				webhook.ErrMissingType, webhook.ErrInvalidType}, err) {
				t.Fatalf("Open = %v", err)
			}
			return
		}
		if !webhook.ValidName(envelope.ID) || !webhook.ValidName(envelope.Type) {
			t.Fatalf("opened as %q, %q", envelope.ID, envelope.Type)
		}
		if _, _, err := kyc.SessionProcessed.Decode(body); err != nil && !errors.Is(err, webhook.ErrPayload) {
			t.Fatalf("Decode = %v", err)
		}
		if _, _, err := seen.Decode(body); err != nil && !errors.Is(err, webhook.ErrPayload) {
			t.Fatalf("Decode of a watchlist = %v", err)
		}
	})
}
