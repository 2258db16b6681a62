package contiguity_test

import (
	"errors"
	"slices"
	"testing"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, suite()) }

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite()) }

// Open sees verified bodies only, but no body may make it panic.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(sms))
	f.Add(event("text.incoming", `{"attachments":[{"type":1}]}`))
	f.Add(event("communications.incoming.sms", `{"message":{}}`))
	f.Add([]byte(`{"id":"e","type":"t","timestamp":1e400,"data":7}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := contiguity.Provider{}.Open(body)
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
		_, _, err = contiguity.TextIncomingMMS.Decode(body)
		_, _, err2 := contiguity.TextDeliveryFailed.Decode(body)
		for _, err := range []error{err, err2} {
			if err != nil && !errors.Is(err, webhook.ErrPayload) {
				t.Fatalf("Decode = %v", err)
			}
		}
	})
}
