package standard_test

import (
	"errors"
	"testing"

	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

func FuzzVerify(f *testing.F) {
	providertest.Fuzz(f, suite(), `{"type":"t"}`, `{"type":"t","timestamp":"x","data":null}`, vectorBody)
}

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite()) }

// Open sees verified bodies only, but no body may make it panic.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(created))
	f.Add([]byte(`{"type":"t","timestamp":"9999-12-31T23:59:59-23:59","id":"\ud800"}`))
	f.Add([]byte(`{"type":"t","timestamp":-1e400,"id":{},"data":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := standard.Provider{}.Open(body)
		if err != nil {
			if !errors.Is(err, webhook.ErrMalformedBody) && !errors.Is(err, webhook.ErrMissingType) && !errors.Is(err, webhook.ErrInvalidType) {
				t.Fatalf("Open = %v", err)
			}
			return
		}
		if !webhook.ValidName(envelope.Type) || envelope.ID != "" && !webhook.ValidName(envelope.ID) || len(envelope.Data) == 0 {
			t.Fatalf("opened as %q, %q with %d bytes of data", envelope.ID, envelope.Type, len(envelope.Data))
		}
	})
}

// A list without the right signature is refused, whatever it has.
func FuzzSignatures(f *testing.F) {
	for _, list := range []string{vectorSignature, vectorWrong, asymmetric, "v1,", "v1 v1", ",,", " ", vectorWrong + ", " + asymmetric} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		_, err := verify(t, settings("whsec_AAEC"), vector(list))
		if !errors.Is(err, webhook.ErrSignatureMalformed) && !errors.Is(err, webhook.ErrSignatureMismatch) {
			t.Fatalf("Verify = %v", err)
		}
	})
}

// Configure refuses a secret, or the Verifier accepts what Sign makes with it.
func FuzzSecret(f *testing.F) {
	for _, secret := range []string{vectorSecret, "whsec_", "AA==", "A", "-_+/", "whsec_\n", "====", "é"} {
		f.Add(secret)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		v, err := standard.Provider{}.Configure(settings(secret))
		if err != nil {
			return
		}
		if _, err := v.Verify(standard.Provider{}.Sign(settings(secret), "msg_1", []byte(created), vectorAt)); err != nil {
			t.Fatalf("Verify = %v", err)
		}
	})
}
